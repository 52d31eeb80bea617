//! Which documents were uploaded for an order?

use partner_center_orders_api::{AttachmentId, OrderAttachment};

use crate::call::CallOptions;
use crate::download::Download;
use crate::error::Error;
use crate::list::ListRequest;
use crate::order::{self, OrderHandle};
use crate::orders::Orders;
use crate::response::Response;
use crate::segment;
use crate::setters;
use crate::upload::{Upload, UploadAttachments};

/// The attachments of one order. Made by [`OrderHandle::attachments`]; makes no request by itself.
#[derive(Clone, Debug)]
pub struct Attachments<'c> {
    order: OrderHandle<'c>,
}

impl<'c> Attachments<'c> {
    pub(crate) fn new(order: OrderHandle<'c>) -> Self {
        Self { order }
    }

    /// Lists what was uploaded.
    ///
    /// Source: documented in the generated reference; that an entry looks like one of the upload's answer is inferred.
    pub fn list(&self) -> ListRequest<OrderAttachment> {
        let Orders { partner, customer } = self.order.orders;
        let id = self.order.id.clone();
        let listing = format!("customers/{customer}/orders/{id}/attachments");
        ListRequest::of_call(partner, listing, order::check(&id), move |client| {
            let id = id.clone();
            Box::pin(async move { client.list_order_attachments(customer.as_uuid(), &id).await })
        })
    }

    /// Uploads the documents that an order waits for whose status is `pending_po_upload`.
    ///
    /// Source: documented in purchase-order-upload.
    pub fn upload(&self, upload: Upload) -> UploadAttachments<'c> {
        UploadAttachments::new(self.order.clone(), upload)
    }

    /// Reads the bytes of one.
    ///
    /// Source: seen in the C# SDK; no source describes the answer.
    pub fn download(&self, id: impl Into<AttachmentId>) -> DownloadAttachment<'c> {
        DownloadAttachment {
            order: self.order.clone(),
            id: id.into(),
            options: CallOptions::default(),
        }
    }
}

/// An attachment to be read. Made by [`Attachments::download`].
#[derive(Clone, Debug)]
#[must_use = "nothing is read before this is sent"]
pub struct DownloadAttachment<'c> {
    order: OrderHandle<'c>,
    id: AttachmentId,
    options: CallOptions,
}

impl DownloadAttachment<'_> {
    setters::of_one_request! {
        /// How long the answer's head may take, instead of what the client was built with. The file itself takes as long
        /// as it takes, as long as it does not stop coming.
    }

    /// Asks for the file and returns when its first bytes may be read.
    ///
    /// ```
    /// use partner_center_orders::{PartnerCenter, StaticToken};
    /// use partner_center_sim::Simulator;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await?;
    /// # let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
    /// #     .endpoint(simulator.base_url())
    /// #     .build()?;
    /// # let orders = partner.customer(Simulator::CUSTOMERS[0].parse()?).orders();
    /// # let mut found = None;
    /// # let mut list = orders.list().send();
    /// # while let Some(order) = list.try_next().await? {
    /// #     if order.status == Some(partner_center_orders::OrderStatus::PoUploadComplete) {
    /// #         found = Some(order.id);
    /// #     }
    /// # }
    /// # let order_id = found.ok_or("no order with attachments")?;
    /// let attachments = orders.order(order_id).attachments();
    /// for attachment in attachments.list().send().try_collect().await? {
    ///     let Some(id) = attachment.attachment_id else { continue };
    ///     let mut file = attachments.download(id).send().await?.into_body();
    ///     while let Some(piece) = file.try_next().await? {
    ///         println!("{} bytes", piece.len());
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - `Input`: an id is empty, blank, `.` or `..`, or has a backslash; nothing was sent.
    /// - Those of every call: see [`ErrorKind`](crate::ErrorKind). After this, [`Download`] yields those of the body.
    pub async fn send(self) -> Result<Response<Download>, Error> {
        let Orders { partner, customer } = self.order.orders;
        let (order, id) = (&self.order.id, &self.id);
        order::check(order)?;
        segment::check("attachment", id.as_str())?;
        partner
            .shared()
            .open(self.options, |client| async move {
                client
                    .download_order_attachment(customer.as_uuid(), order, id)
                    .await
            })
            .await
    }
}
