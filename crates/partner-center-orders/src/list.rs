//! How is a list asked for?

use std::fmt;
use std::sync::Arc;

use partner_center_orders_api::Client;

use crate::call::CallOptions;
use crate::client::PartnerCenter;
use crate::error::Error;
use crate::pager::{Continuation, Pager, Pages};
use crate::setters;
use crate::source::{Collection, Listing, Sent, Source};

/// A list to be read.
#[must_use = "nothing is read before this is sent"]
pub struct ListRequest<T> {
    source: Result<Arc<dyn Source<T>>, Error>,
    /// Names the list with all that is asked for.
    listing: String,
    resume: Option<Continuation>,
    options: CallOptions,
}

impl<T> ListRequest<T> {
    /// A list whose first page is a call of the generated client. `checked` may say why it cannot be asked for.
    pub(crate) fn of_call<C>(
        partner: &PartnerCenter,
        listing: String,
        checked: Result<(), Error>,
        first: impl Fn(Client) -> Sent<C> + Send + Sync + 'static,
    ) -> Self
    where
        C: Collection<Item = T>,
    {
        let source = checked.map(|()| Listing::source(partner.shared(), first));
        Self::new(source, listing)
    }

    /// `source` may say why the list cannot be asked for; the pager will.
    pub(crate) fn new(source: Result<Arc<dyn Source<T>>, Error>, listing: String) -> Self {
        Self {
            source,
            listing,
            resume: None,
            options: CallOptions::default(),
        }
    }

    setters::of_a_list! {
        /// Goes on where an earlier listing of the same things was left; with `None` it begins.
    }

    /// Returns the items as a stream. The first page is asked for when it is polled; [`Pager::try_collect`] gives all
    /// items at once.
    ///
    /// # Errors
    /// None here; the stream yields them:
    /// - `Input`: an id is empty, blank, `.` or `..`, or has a backslash, or a path is none; nothing was sent.
    /// - Those of every call: see [`ErrorKind`](crate::ErrorKind).
    pub fn send(self) -> Pager<T> {
        let pages = Pages::new(self.source, self.listing, self.options);
        Pager::new(match self.resume {
            Some(from) => pages.resume(from),
            None => pages,
        })
    }

    pub(crate) fn with(mut self, resume: Option<Continuation>, options: CallOptions) -> Self {
        self.resume = resume;
        self.options = options;
        self
    }
}

impl<T> fmt::Debug for ListRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListRequest")
            .field("listing", &self.listing)
            .finish_non_exhaustive()
    }
}
