//! How is what was sent kept as a snapshot, and where does it go when nothing may be sent?

use partner_center_orders::{Delivery, Error, ErrorKind, PartnerCenter};
use partner_center_orders_tests::{Recorded, Sent, client};
use std::error::Error as _;

pub(crate) fn snapshot(name: &str, value: impl std::fmt::Display) {
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, value);
    });
}

/// A request with its body, which is text.
pub(crate) fn with_body(sent: &Sent) -> String {
    format!("{sent}\n{}\n", std::str::from_utf8(&sent.body).unwrap())
}

/// A server that nobody may ask anything, and a client of it.
pub(crate) struct Untouched {
    server: Recorded,
    pub(crate) partner: PartnerCenter,
}

impl Untouched {
    pub(crate) fn start() -> Self {
        let server = Recorded::json(["{}"]);
        let partner = client(server.base_url());
        Self { server, partner }
    }

    /// An error of something that was not sent, with its causes.
    pub(crate) fn said(&self, error: &Error) -> String {
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Input, Delivery::NotSent, 0),
            "{error}"
        );
        assert_eq!(self.server.sent().len(), 0, "{error}");
        let mut said = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            said.push_str(&format!("\n    because: {error}"));
            cause = error.source();
        }
        said
    }
}
