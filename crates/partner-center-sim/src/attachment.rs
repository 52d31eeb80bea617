//! Which files belong to an order, and what is in them?
//!
//! The content of a file that nobody uploaded is computed when it is asked for: it looks like a PDF for as long as nobody
//! opens it, and no two lines of it are the same, so that a piece that is lost, doubled or out of place shows.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::link::{Attributes, Collection};

const HEAD: &[u8] = b"%PDF-1.7\n";
const TAIL: &[u8] = b"%%EOF\n";

/// Size of the largest file that is made up; those of the start are smaller.
const LARGEST_MADE_UP: usize = 64 * 1024 * 1024;

/// Bytes in a kilobyte; one that is begun counts.
const KILOBYTE: usize = 1024;

/// A file that was uploaded for an order.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attachment {
    pub(crate) id: String,
    pub(crate) file_name: Cow<'static, str>,
    pub(crate) kind: AttachmentKind,
    pub(crate) content: Content,
}

/// What is in a file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Content {
    /// So many bytes, made up.
    MadeUp(#[serde(deserialize_with = "moderate_size")] usize),
    Uploaded(
        #[serde(
            serialize_with = "base64_of_bytes",
            deserialize_with = "bytes_of_base64"
        )]
        Bytes,
    ),
}

fn base64_of_bytes<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    BASE64_STANDARD.encode(bytes).serialize(serializer)
}

fn bytes_of_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = BASE64_STANDARD.decode(text).map_err(D::Error::custom)?;
    Ok(bytes.into())
}

/// A file that is made up is made in memory.
fn moderate_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let size = usize::deserialize(deserializer)?;
    if size > LARGEST_MADE_UP {
        return Err(D::Error::custom(format!(
            "a file of {size} bytes is too large"
        )));
    }
    Ok(size)
}

/// What a file is for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) enum AttachmentKind {
    #[serde(rename = "POAttachment")]
    PurchaseOrder,
    #[serde(rename = "TenderAttachment")]
    Tender,
}

/// A file in a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedAttachment<'a> {
    attachment_id: &'a str,
    file_name: &'a str,
    #[serde(rename = "sizeInKB")]
    size_in_kilobytes: usize,
    attachment_type: AttachmentKind,
}

/// One entry for each file.
pub(crate) fn list(attachments: &[Attachment]) -> Collection<ListedAttachment<'_>> {
    let items: Vec<_> = attachments.iter().map(Attachment::listed).collect();
    Collection {
        total_count: items.len(),
        items,
        links: None,
        attributes: Attributes::of("Collection"),
    }
}

impl Attachment {
    fn listed(&self) -> ListedAttachment<'_> {
        ListedAttachment {
            attachment_id: &self.id,
            file_name: &self.file_name,
            size_in_kilobytes: self.size().div_ceil(KILOBYTE),
            attachment_type: self.kind,
        }
    }

    /// In bytes.
    fn size(&self) -> usize {
        match &self.content {
            Content::MadeUp(size) => *size,
            Content::Uploaded(bytes) => bytes.len(),
        }
    }

    /// All bytes of the file.
    pub(crate) fn bytes(&self) -> Bytes {
        let size = match &self.content {
            Content::MadeUp(size) => *size,
            Content::Uploaded(bytes) => return bytes.clone(),
        };
        let filled = size.saturating_sub(TAIL.len());
        let mut content = HEAD.to_vec();
        let mut number = 0_usize;
        while content.len() < filled {
            content.extend_from_slice(format!("% {} {number:08}\n", self.id).as_bytes());
            number += 1;
        }
        content.truncate(filled);
        content.extend_from_slice(TAIL);
        content.into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Attachment, AttachmentKind, Content, HEAD, TAIL};

    fn attachment(size: usize) -> Attachment {
        Attachment {
            id: "one".to_owned(),
            file_name: "one.pdf".into(),
            kind: AttachmentKind::Tender,
            content: Content::MadeUp(size),
        }
    }

    #[test]
    fn a_file_has_its_size_a_head_and_a_tail() {
        for size in [HEAD.len() + TAIL.len(), 16, 1_023, 1_024, 70_001] {
            let content = attachment(size).bytes();
            assert_eq!(content.len(), size);
            assert!(
                content.starts_with(HEAD) && content.ends_with(TAIL),
                "{size}"
            );
        }
    }

    #[test]
    fn a_kilobyte_that_is_begun_counts() {
        for (size, kilobytes) in [(1, 1), (1_024, 1), (1_025, 2), (3_145_728, 3_072)] {
            assert_eq!(attachment(size).listed().size_in_kilobytes, kilobytes);
        }
    }
}
