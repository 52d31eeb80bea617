//! How are documents uploaded to an order?
//!
//! An upload is encoded to bytes once, so that it can be sent again and says how long it is.

use std::fmt;
use std::io;
use std::path::Path;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, TryStreamExt as _, stream};
use partner_center_orders_api::OrderAttachment;
use reqwest::multipart::{Form, Part};
use serde::Serialize;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use crate::call::CallOptions;
use crate::check;
use crate::error::Error;
use crate::order::{self, OrderHandle};
use crate::preview::{Preview, PreviewPart};
use crate::response::Response;
use crate::setters;

/// What the parts are called. The sources agree on these but for the letter case.
const METADATA: &str = "metadata";
const PURCHASE_ORDERS: &str = "POFiles";
const TENDERS: &str = "TenderFiles";

const FORM: &str = "multipart/form-data";
const JSON: &str = "application/json";

/// Room for what stands around one part in the encoded upload, but for its name and content type.
const AROUND_A_PART: usize = 512;

/// How much of a file is read at a time.
const PIECE: usize = 64 * 1024;

/// The documents for an order that is `pending_po_upload`: a purchase order, perhaps of several files, what it says, and
/// tender documents where the order is part of a tender.
///
/// Source: documented in purchase-order-upload; names of parts seen in the C# SDK.
#[must_use = "nothing is uploaded before this is sent"]
pub struct Upload {
    metadata: Metadata,
    files: Vec<(&'static str, UploadFile)>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    customer_price: String,
    currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fx_rate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_part_of_tender: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tender_link: Option<String>,
}

impl Upload {
    /// An upload of a purchase order: the price that the customer pays, a decimal number, and the ISO 4217 code of its
    /// currency.
    pub fn new(customer_price: impl Into<String>, currency: impl Into<String>) -> Self {
        Self {
            metadata: Metadata {
                customer_price: customer_price.into(),
                currency: currency.into(),
                fx_rate: None,
                is_part_of_tender: None,
                tender_link: None,
            },
            files: Vec::new(),
        }
    }

    /// A rate of exchange, a decimal number.
    pub fn fx_rate(mut self, rate: impl Into<String>) -> Self {
        self.metadata.fx_rate = Some(rate.into());
        self
    }

    /// Says that the order is part of a tender, which takes a link or a tender document.
    pub fn part_of_tender(mut self) -> Self {
        self.metadata.is_part_of_tender = Some(true);
        self
    }

    /// Where the tender is found. Says that the order is part of one.
    pub fn tender_link(mut self, link: impl Into<String>) -> Self {
        self.metadata.tender_link = Some(link.into());
        self.part_of_tender()
    }

    /// A file of the purchase order; there must be one, and may be several.
    pub fn purchase_order(mut self, file: UploadFile) -> Self {
        self.files.push((PURCHASE_ORDERS, file));
        self
    }

    /// A tender document. Says that the order is part of a tender.
    pub fn tender(mut self, file: UploadFile) -> Self {
        self.files.push((TENDERS, file));
        self.part_of_tender()
    }

    /// Says now what sending would say of the upload itself.
    ///
    /// # Errors
    /// `Input`, naming the part or member as it is called on the wire: no purchase order, a price or rate that is no decimal
    /// number, a currency that is no code, a tender without link and document, a file without a name, with a path for one or
    /// with a content type that is none.
    pub fn check(&self) -> Result<(), Error> {
        let wrong = |message: String| Err(Error::input(message));
        let has = |part| self.files.iter().any(|(name, _)| *name == part);
        if !has(PURCHASE_ORDERS) {
            return wrong(format!(
                "{PURCHASE_ORDERS} is empty: upload a purchase order"
            ));
        }
        let metadata = &self.metadata;
        if !is_decimal(&metadata.customer_price) {
            return wrong(format!(
                "{METADATA}.customerPrice must be a decimal number, such as 1840.50"
            ));
        }
        check::currency("metadata.currency", &metadata.currency)?;
        if metadata
            .fx_rate
            .as_deref()
            .is_some_and(|rate| !is_decimal(rate))
        {
            return wrong(format!(
                "{METADATA}.fxRate must be a decimal number, such as 1.08"
            ));
        }
        let link = metadata.tender_link.as_deref();
        if link.is_some_and(|link| link.trim().is_empty()) {
            return wrong(format!("{METADATA}.tenderLink is blank"));
        }
        if metadata.is_part_of_tender == Some(true) && link.is_none() && !has(TENDERS) {
            return wrong("a tender takes a link or a tender document".to_owned());
        }
        for (part, file) in &self.files {
            if file.name.trim().is_empty() || file.name.contains(char::is_control) {
                return wrong(format!("a file of {part} has no name that can be sent"));
            }
            // A backslash is an escape to some readers and a part of the name to others.
            if file.name.contains(['/', '\\']) {
                return wrong(format!(
                    "a file of {part} has a path for a name: {:?}",
                    file.name
                ));
            }
            let part = Part::bytes(Vec::new()).mime_str(&file.content_type);
            if part.is_err() {
                return wrong(format!(
                    "{:?} is no content type, which the file {:?} has",
                    file.content_type, file.name
                ));
            }
        }
        Ok(())
    }

    fn metadata(&self) -> Result<String, Error> {
        serde_json::to_string(&self.metadata)
            .map_err(|error| Error::input("the metadata cannot be written").with_source(error))
    }

    /// What the body consists of, in the order in which it is encoded.
    fn parts(&self) -> Result<Vec<PreviewPart>, Error> {
        let metadata = self.metadata()?;
        let mut parts = vec![PreviewPart {
            name: METADATA,
            file_name: None,
            content_type: JSON.to_owned(),
            length: metadata.len() as u64,
            text: Some(metadata),
        }];
        parts.extend(self.files.iter().map(|(name, file)| PreviewPart {
            name,
            file_name: Some(file.name.clone()),
            content_type: file.content_type.clone(),
            length: file.length() as u64,
            text: None,
        }));
        Ok(parts)
    }

    /// The most that the encoded upload takes.
    fn room(&self, metadata: &str) -> usize {
        let files: usize = self.files.iter().map(|(_, file)| file.room()).sum();
        files + metadata.len() + 2 * AROUND_A_PART
    }

    /// The body, and the content type with its boundary.
    async fn encoded(self) -> Result<(Bytes, String), Error> {
        let metadata = self.metadata()?;
        // Growing would copy what is there, and hold it twice for a while.
        let mut whole = BytesMut::with_capacity(self.room(&metadata));
        let mut form = Form::new().part(METADATA, part(Part::text(metadata), JSON)?);
        for (name, file) in self.files {
            form = form.part(name, file.part()?);
        }
        let content_type = format!("{FORM}; boundary={}", form.boundary());
        let mut pieces = std::pin::pin!(form.into_stream());
        while let Some(piece) = pieces
            .try_next()
            .await
            .map_err(|error| Error::input("a file cannot be read").with_source(error))?
        {
            whole.extend_from_slice(&piece);
        }
        Ok((whole.freeze(), content_type))
    }
}

/// Which files there are; what the customer pays is the caller's business.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

/// A file to be uploaded.
#[must_use = "nothing is uploaded before this is sent"]
pub struct UploadFile {
    name: String,
    content_type: String,
    content: Content,
}

enum Content {
    Bytes(Bytes),
    File { file: File, length: u64 },
}

impl UploadFile {
    /// A file with this name, which is no path, and content type (`application/pdf`), whose content is in memory. Sending
    /// copies it: [`open`](Self::open) a long one.
    pub fn new(
        name: impl Into<String>,
        content_type: impl Into<String>,
        content: impl Into<Bytes>,
    ) -> Self {
        Self {
            name: name.into(),
            content_type: content_type.into(),
            content: Content::Bytes(content.into()),
        }
    }

    /// Opens a file, which is read when the upload is sent, straight into it: a long one is in memory once. By then it must
    /// be as long as it is now, so that nobody uploads a document that is still being written.
    ///
    /// # Errors
    /// `Input`: it cannot be opened, is no ordinary file, or has no name.
    pub async fn open(
        path: impl AsRef<Path>,
        content_type: impl Into<String>,
    ) -> Result<Self, Error> {
        let path = path.as_ref();
        let shown = path.display();
        let unreadable =
            |error: io::Error| Error::input(format!("{shown} cannot be read")).with_source(error);
        // Opening a pipe would wait for somebody to write into it.
        let about = tokio::fs::metadata(path).await.map_err(unreadable)?;
        if !about.is_file() {
            return Err(Error::input(format!("{shown} is no file")));
        }
        let file = File::open(path).await.map_err(unreadable)?;
        let about = file.metadata().await.map_err(unreadable)?;
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| Error::input(format!("{shown} has no name to be sent")))?;
        Ok(Self {
            name: name.to_owned(),
            content_type: content_type.into(),
            content: Content::File {
                file,
                length: about.len(),
            },
        })
    }

    /// Another name than the one that it was made or opened with.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    fn length(&self) -> usize {
        match &self.content {
            Content::Bytes(bytes) => bytes.len(),
            Content::File { length, .. } => usize::try_from(*length).unwrap_or_default(),
        }
    }

    /// The most that it takes in the encoded upload, where a name is written with escapes.
    fn room(&self) -> usize {
        self.length() + 2 * self.name.len() + self.content_type.len() + AROUND_A_PART
    }

    fn part(self) -> Result<Part, Error> {
        let content = match self.content {
            Content::Bytes(bytes) => Part::stream(bytes),
            Content::File { file, length } => {
                let name = self.name.clone();
                let pieces = pieces(file, length).map_err(move |error| {
                    io::Error::new(error.kind(), format!("{name:?}: {error}"))
                });
                Part::stream(reqwest::Body::wrap_stream(pieces))
            }
        };
        part(content.file_name(self.name), &self.content_type)
    }
}

/// What is in a file, all of it and no more than it is said to have.
fn pieces(file: File, length: u64) -> impl Stream<Item = io::Result<Bytes>> {
    let changed = || io::Error::other("it is not as long as it was when it was opened");
    // The one byte beyond the end shows that there are more.
    let file = file.take(length.saturating_add(1));
    stream::try_unfold((file, length), move |(mut file, left)| async move {
        let mut piece = BytesMut::with_capacity(PIECE);
        match (file.read_buf(&mut piece).await? as u64, left) {
            (0, 0) => Ok(None),
            (read, left) if read == 0 || read > left => Err(changed()),
            (read, left) => Ok(Some((piece.freeze(), (file, left - read)))),
        }
    })
}

/// The content may be anything.
impl fmt::Debug for UploadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFile")
            .field("name", &self.name)
            .field("content_type", &self.content_type)
            .field("length", &self.length())
            .finish()
    }
}

fn part(part: Part, content_type: &str) -> Result<Part, Error> {
    part.mime_str(content_type)
        .map_err(|error| Error::input("a content type is none").with_source(error))
}

/// Digits, perhaps with a point among them.
fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole) && is_digits(fraction)
}

/// Documents to be uploaded. Made by [`Attachments::upload`](crate::Attachments::upload).
#[derive(Debug)]
#[must_use = "nothing is uploaded before this is sent"]
pub struct UploadAttachments<'c> {
    order: OrderHandle<'c>,
    upload: Upload,
    options: CallOptions,
}

impl<'c> UploadAttachments<'c> {
    pub(crate) fn new(order: OrderHandle<'c>, upload: Upload) -> Self {
        Self {
            order,
            upload,
            options: CallOptions::of_write(),
        }
    }

    setters::of_a_write!();

    setters::of_one_request! {
        /// How long the call may take with all its attempts, instead of what the client was built with. Each attempt has the
        /// client's [`answer_timeout`](crate::Builder::answer_timeout), the sending included.
    }

    /// Builds the request and does not send it; the files are not read. Says what it consists of instead of its bytes: see
    /// [`Preview::parts`].
    ///
    /// # Errors
    /// `Input`, as [`send`](Self::send), but for files that turn out to be unreadable.
    pub async fn preview(&self) -> Result<Preview, Error> {
        let (customer, id) = (self.order.orders.customer, &self.order.id);
        order::check(id)?;
        self.upload.check()?;
        let shared = self.order.orders.partner.shared();
        let preview = shared
            .preview(self.options, |client| async move {
                client
                    .upload_order_attachments(customer.as_uuid(), id, FORM, Bytes::new())
                    .await
            })
            .await?;
        Ok(preview.with_parts(self.upload.parts()?))
    }

    /// Reads the files and uploads them, once: all attempts have one request id and the same bytes.
    ///
    /// The order then goes on by itself: see [`wait_for_status`](OrderHandle::wait_for_status).
    ///
    /// # Errors
    /// - `Input`: what [`Upload::check`] says, a file that cannot be read or is not as long any more as when it was opened,
    ///   or an id as in [`GetOrder::send`](crate::GetOrder::send); nothing was sent.
    /// - Those of every call: see [`ErrorKind`](crate::ErrorKind).
    pub async fn send(self) -> Result<Response<Vec<OrderAttachment>>, Error> {
        let (customer, id) = (self.order.orders.customer, &self.order.id);
        order::check(id)?;
        self.upload.check()?;
        let (body, content_type) = self.upload.encoded().await?;
        let shared = self.order.orders.partner.shared();
        let received = shared
            .call(self.options, |client| async move {
                client
                    .upload_order_attachments(customer.as_uuid(), id, &content_type, body)
                    .await
            })
            .await?;
        Ok(received.response.map(|collection| collection.items))
    }
}

#[cfg(test)]
mod tests {
    use super::{Upload, UploadFile};

    /// Whether it grows cannot be seen from outside: the system may give more room without a copy.
    #[tokio::test]
    async fn there_is_room_for_the_whole_upload_and_not_much_more() {
        let long = |letter: &str| format!("{}.pdf", letter.repeat(300));
        for content in [0, 1, 100_000] {
            let content = vec![7; content];
            let kind = format!("application/pdf; title=\"{}\"", "x".repeat(2_000));
            let mut upload = Upload::new("1".repeat(5_000), "USD").tender_link("\\".repeat(3_000));
            for name in [long("\""), long("\u{1f4c4}"), "a".to_owned()] {
                upload = upload
                    .purchase_order(UploadFile::new(&name, &kind, content.clone()))
                    .tender(UploadFile::new(&name, "text/plain", content.clone()));
            }
            upload.check().unwrap();
            let room = upload.room(&serde_json::to_string(&upload.metadata).unwrap());
            let (whole, _) = upload.encoded().await.unwrap();
            assert!(whole.len() <= room, "{} of {room}", whole.len());
            assert!(whole.len() + 12_000 > room, "{} of {room}", whole.len());
        }
    }
}
