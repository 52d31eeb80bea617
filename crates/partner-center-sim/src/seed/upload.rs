//! Which files were uploaded for an order before the start?

use crate::attachment::{Attachment, AttachmentKind, Content};
use crate::id::{Place, Purpose};
use crate::order::OrderStatus;

/// A file's name, what it is for, and its bytes.
type Upload = (&'static str, AttachmentKind, usize);

/// The second one is large, so that a client can be seen not to hold it whole.
const COMPLETE: [Upload; 2] = [
    ("purchase-order.pdf", AttachmentKind::PurchaseOrder, 48_213),
    ("tender.pdf", AttachmentKind::Tender, 3 * 1024 * 1024),
];

/// The first two are a whole kilobyte, and one byte more.
const REJECTED: [Upload; 3] = [
    ("purchase-order.pdf", AttachmentKind::PurchaseOrder, 1024),
    (
        "Bestellung für Köln.pdf",
        AttachmentKind::PurchaseOrder,
        1025,
    ),
    ("tender.pdf", AttachmentKind::Tender, 250_000),
];

/// The files of an order with this status.
pub(super) fn attachments(place: Place, status: OrderStatus) -> Vec<Attachment> {
    let uploads: &[Upload] = match status {
        OrderStatus::PoUploadComplete => &COMPLETE,
        OrderStatus::PoReviewRejected => &REJECTED,
        _ => &[],
    };
    uploads
        .iter()
        .enumerate()
        .map(|(number, &(file_name, kind, size))| Attachment {
            id: place.guid(Purpose::Attachment { number }),
            file_name: file_name.into(),
            kind,
            content: Content::MadeUp(size),
        })
        .collect()
}
