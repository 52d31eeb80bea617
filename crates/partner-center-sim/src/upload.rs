//! Which documents come with an upload, and are they enough?
//!
//! Names of parts are compared without regard to letter case, because every source spells them in another way, and so
//! are the members of the metadata. A part without a file name is no document, and a part that nobody asks for is passed
//! over. The checks have this order: status of the order, purchase order, metadata, tender.

use std::borrow::Cow;
use std::convert::Infallible;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream;
use http::HeaderMap;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use multer::Multipart;
use percent_encoding::percent_decode_str;

use crate::attachment::{Attachment, AttachmentKind, Content};
use crate::denial::Denial;
use crate::id::Purpose;
use crate::members::Members;
use crate::order::OrderStatus;
use crate::purchase;
use crate::refusal::Refusal;
use crate::store::PlacedOrder;

/// The parts of an upload that mean something.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    metadata: Option<Bytes>,
    documents: Vec<Document>,
}

#[derive(Debug)]
struct Document {
    file_name: String,
    kind: AttachmentKind,
    content: Bytes,
}

impl Upload {
    /// Reads a body of several parts.
    pub(crate) async fn read(headers: &HeaderMap, body: Bytes) -> Result<Self, Refusal> {
        let media_type = headers.get(CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok());
        let boundary = multer::parse_boundary(media_type.unwrap_or_default())
            .map_err(|_| Refusal::MediaTypeUnknown)?;
        let body = stream::iter([Ok::<_, Infallible>(body)]);
        let mut parts = Multipart::new(body, boundary);
        let mut upload = Self::default();
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let name = part.name().unwrap_or_default().to_ascii_lowercase();
            let file_name = extended_file_name(part.headers());
            let file_name = file_name.or_else(|| part.file_name().map(str::to_owned));
            let content = part.bytes().await.map_err(unreadable)?;
            let kind = match name.as_str() {
                "metadata" => {
                    upload.metadata = Some(content);
                    continue;
                }
                "pofiles" => AttachmentKind::PurchaseOrder,
                // The reference has the shorter name.
                "tenderfiles" | "tender" => AttachmentKind::Tender,
                _ => continue,
            };
            upload.documents.extend(file_name.map(|file_name| Document {
                file_name,
                kind,
                content,
            }));
        }
        Ok(upload)
    }

    /// Puts the documents to an order for which they are good, and gives the new ones. The order goes on from now.
    pub(crate) fn apply(self, placed: &mut PlacedOrder, now: DateTime<Utc>) -> &[Attachment] {
        let mut order = placed.at(now).into_owned();
        order.status = Some(OrderStatus::PoUploadComplete);
        placed.progress.settle(now);
        purchase::start(&mut placed.progress, &order, placed.place, now);
        placed.order = order;
        let before = placed.attachments.len();
        for (number, document) in self.documents.into_iter().enumerate() {
            let number = before + number;
            placed.attachments.push(Attachment {
                id: placed.place.guid(Purpose::Attachment { number }),
                file_name: document.file_name.into(),
                kind: document.kind,
                content: Content::Uploaded(document.content),
            });
        }
        &placed.attachments[before..]
    }

    /// Whether the order waits for documents, and for these.
    pub(crate) fn check(&self, placed: &PlacedOrder, now: DateTime<Utc>) -> Result<(), Denial> {
        if placed.at(now).status != Some(OrderStatus::PendingPoUpload) {
            return Err(Denial::OperationUnsupported);
        }
        let has = |kind| self.documents.iter().any(|document| document.kind == kind);
        if !has(AttachmentKind::PurchaseOrder) {
            return Err(Denial::PurchaseOrderMissing);
        }
        let needs_tender = needs_tender(self.metadata.as_deref().unwrap_or_default())
            .ok_or(Denial::MetadataInvalid)?;
        if needs_tender && !has(AttachmentKind::Tender) {
            return Err(Denial::TenderMissing);
        }
        Ok(())
    }
}

fn unreadable(_: multer::Error) -> Refusal {
    Refusal::BodyUnreadable
}

/// The name that a part gives its file in the extended form, which some clients use for what is not ASCII.
fn extended_file_name(headers: &HeaderMap) -> Option<String> {
    let disposition = String::from_utf8_lossy(headers.get(CONTENT_DISPOSITION)?.as_bytes());
    let extended = disposition.split(';').find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        let is_extended = key.trim().eq_ignore_ascii_case("filename*");
        is_extended.then(|| value.trim().to_owned())
    })?;
    let mut pieces = extended.splitn(3, '\'');
    let (charset, _, text) = (pieces.next()?, pieces.next()?, pieces.next()?);
    let text = charset
        .eq_ignore_ascii_case("utf-8")
        .then(|| percent_decode_str(text).decode_utf8())?;
    text.ok().map(Cow::into_owned)
}

/// Whether metadata ask for a tender document; `None` when they are not good.
fn needs_tender(metadata: &[u8]) -> Option<bool> {
    let metadata = Members::read(metadata).ok()?;
    let price = metadata.text("customerPrice").ok()??;
    let currency = metadata.text("currency").ok()??;
    let is_code = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_decimal(&price) || !is_code {
        return None;
    }
    let rate = metadata.text("fxRate").ok()?;
    if rate.is_some_and(|rate| !rate.is_empty() && !is_decimal(&rate)) {
        return None;
    }
    let is_part_of_tender = metadata.flag("isPartOfTender").ok()?.unwrap_or_default();
    let link = metadata.text("tenderLink").ok()?;
    let has_link = link.is_some_and(|link| !link.trim().is_empty());
    Some(is_part_of_tender && !has_link)
}

/// Digits, and more digits after a point.
fn is_decimal(text: &str) -> bool {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    [whole, rest]
        .iter()
        .all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::needs_tender;

    #[test]
    fn price_and_currency_make_metadata_good() {
        for (metadata, expected) in [
            (r#"{"customerPrice":"1","currency":"CAD"}"#, Some(false)),
            (
                r#"{"CustomerPrice":"156.87","Currency":"cad","FxRate":"1.2","TenderLink":null}"#,
                Some(false),
            ),
            (
                r#"{"customerPrice":"1","currency":"CAD","isPartofTender":true}"#,
                Some(true),
            ),
            (
                r#"{"customerPrice":"1","currency":"CAD","isPartOfTender":true,"tenderLink":"https://t.example"}"#,
                Some(false),
            ),
            (r#"{"customerPrice":"","currency":"CAD"}"#, None),
            (r#"{"customerPrice":"1,5","currency":"CAD"}"#, None),
            (r#"{"customerPrice":"1.","currency":"CAD"}"#, None),
            (r#"{"customerPrice":"-1","currency":"CAD"}"#, None),
            (r#"{"customerPrice":1,"currency":"CAD"}"#, None),
            (r#"{"customerPrice":"1"}"#, None),
            (r#"{"customerPrice":"1","currency":"Dollar"}"#, None),
            (
                r#"{"customerPrice":"1","currency":"CAD","fxRate":"x"}"#,
                None,
            ),
            (
                r#"{"customerPrice":"1","currency":"CAD","isPartOfTender":"yes"}"#,
                None,
            ),
            ("", None),
            ("[]", None),
        ] {
            assert_eq!(needs_tender(metadata.as_bytes()), expected, "{metadata}");
        }
    }
}
