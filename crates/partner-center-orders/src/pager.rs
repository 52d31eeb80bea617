//! How is a list read that comes in pages?
//!
//! A link to the next page is a uri and headers: the token of a page may travel in either. Pages end when the link is
//! absent. An empty page does not end them, and a link that was followed before is an error, as the list would never
//! end.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use http::HeaderMap;
use partner_center_orders_api::Link;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::{CallIds, CallOptions};
use crate::delivery::Delivery;
use crate::error::{Error, ErrorKind};
use crate::link::{Identity, Target};
use crate::response::Response;
use crate::source::{After, Fetched, Fetching, Source};

/// So many empty pages in a row are taken for a list without end.
const EMPTY_PAGES: u32 = 100;

/// One page of a list.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Page<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// The service's count. Which items it counts is not documented; do not rely on it.
    pub total_count: Option<i32>,
}

/// Where a list can be taken up again, in this process or another one: store it as JSON.
///
/// It names a page and how many of its items were handed out; [`Pages::continuation`] is always at the beginning of
/// one. As on any list in pages, what is placed or removed meanwhile can move items to and fro across that point, so
/// that one comes twice or not at all. It holds no token of yours, but ids of the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Continuation {
    /// Which list, with all that was asked for.
    listing: String,
    /// The page; the first one when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<Link>,
    /// How many items of the page are done.
    #[serde(default)]
    skip: usize,
}

/// The items of a list, page after page. Nothing is sent before it is polled.
///
/// It is a `Stream`; [`try_next`](Self::try_next) and [`try_collect`](Self::try_collect) need no other crate. After
/// an error it ends, and [`continuation`](Self::continuation) still says where to go on.
#[must_use = "nothing is read before the pager is polled"]
pub struct Pager<T> {
    pages: Pages<T>,
    items: std::vec::IntoIter<T>,
}

impl<T> Pager<T> {
    pub(crate) fn new(pages: Pages<T>) -> Self {
        Self {
            pages,
            items: Vec::new().into_iter(),
        }
    }

    /// The same list by pages, with the envelope of each. A page that was begun is asked for again, for the rest of
    /// its items.
    pub fn pages(self) -> Pages<T> {
        let is_between_pages = self.items.len() == 0;
        if is_between_pages {
            self.pages
        } else {
            self.pages.turned_back()
        }
    }

    /// Where to go on after the items that were handed out; `None` when there are no more.
    pub fn continuation(&self) -> Option<Continuation> {
        let is_between_pages = self.items.len() == 0;
        if is_between_pages {
            self.pages.continuation()
        } else {
            self.pages.current.clone()
        }
    }

    /// The next item; `None` at the end of the list.
    ///
    /// # Errors
    /// Those of the request for a page; `Link` when the service's link to it is not followed.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        std::future::poll_fn(|context| self.poll_item(context))
            .await
            .transpose()
    }

    /// All items that are left.
    ///
    /// # Errors
    /// The first error; what was read before it is dropped.
    pub async fn try_collect(mut self) -> Result<Vec<T>, Error> {
        let mut all: Vec<T> = self.items.collect();
        while let Some(page) = self.pages.try_next().await? {
            all.extend(page.into_body().items);
        }
        Ok(all)
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        loop {
            if let Some(item) = self.items.next() {
                if let Some(current) = &mut self.pages.current {
                    current.skip += 1;
                }
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => self.items = page.into_body().items.into_iter(),
            }
        }
    }
}

impl<T> Stream for Pager<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context)
    }
}

/// Nothing in it is pinned.
impl<T> Unpin for Pager<T> {}

/// The pages of a list. Made by [`Pager::pages`].
#[must_use = "nothing is read before the pages are polled"]
pub struct Pages<T> {
    /// None when the list cannot be asked for; what comes next says why.
    source: Option<Arc<dyn Source<T>>>,
    listing: String,
    options: CallOptions,
    next: Next,
    /// How many items of the next page were handed out before it was taken up again.
    skip: usize,
    /// Where the page begins that was handed out last, and how many of its items are done.
    current: Option<Continuation>,
    current_identity: Option<Identity>,
    seen: HashSet<Identity>,
    empty: u32,
    in_flight: Option<Fetching<T>>,
    failed: bool,
}

/// What comes next.
enum Next {
    First,
    Linked(Link, Target),
    /// The page before is handed out first; then this is said.
    Refused(Option<Link>, Option<Error>),
    Nothing,
}

impl<T> Pages<T> {
    /// A list from its beginning. `listing` names it with all that was asked for.
    pub(crate) fn new(
        source: Result<Arc<dyn Source<T>>, Error>,
        listing: String,
        mut options: CallOptions,
    ) -> Self {
        // One id for all pages of the caller's one call.
        options.correlation_id.get_or_insert_with(Uuid::new_v4);
        let (source, next) = match source {
            Ok(source) => (Some(source), Next::First),
            Err(error) => (None, Next::Refused(None, Some(error))),
        };
        Self {
            source,
            listing,
            options,
            next,
            skip: 0,
            current: None,
            current_identity: None,
            seen: HashSet::new(),
            empty: 0,
            in_flight: None,
            failed: false,
        }
    }

    /// A list from where it was left.
    pub(crate) fn resume(mut self, from: Continuation) -> Self {
        if self.source.is_none() {
            return self;
        }
        if from.listing != self.listing {
            let message = "the continuation belongs to another list, or to other filters";
            self.next = Next::Refused(None, Some(Error::input(message)));
            return self;
        }
        self.skip = from.skip;
        if let Some(link) = from.link {
            self.set_next(link, None);
        }
        self
    }

    /// The list from the beginning of the page that was handed out last.
    fn turned_back(mut self) -> Self {
        if let Some(current) = self.current.take() {
            if let Some(identity) = self.current_identity.take() {
                self.seen.remove(&identity);
            }
            self.next = Next::First;
            return self.resume(current);
        }
        self
    }

    /// Where to go on after the pages that were handed out; `None` when there are no more.
    pub fn continuation(&self) -> Option<Continuation> {
        let link = match &self.next {
            Next::First => None,
            Next::Linked(link, _) => Some(link.clone()),
            Next::Refused(link, _) => link.clone(),
            Next::Nothing => return None,
        };
        Some(Continuation {
            listing: self.listing.clone(),
            link,
            skip: self.skip,
        })
    }

    /// The next page; `None` at the end of the list.
    ///
    /// # Errors
    /// Those of the request for the page; `Link` when the service's link to it is not followed.
    pub async fn try_next(&mut self) -> Result<Option<Response<Page<T>>>, Error> {
        std::future::poll_fn(|context| self.poll_page(context))
            .await
            .transpose()
    }

    fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Response<Page<T>>, Error>>> {
        if self.failed {
            return Poll::Ready(None);
        }
        if self.in_flight.is_none() {
            let target = match &mut self.next {
                Next::Nothing => return Poll::Ready(None),
                Next::Refused(_, error) => {
                    self.failed = true;
                    return Poll::Ready(error.take().map(Err));
                }
                Next::First => None,
                Next::Linked(_, target) => Some(target.clone()),
            };
            self.in_flight = self
                .source
                .as_ref()
                .map(|source| source.fetch(target, self.options));
        }
        let Some(in_flight) = &mut self.in_flight else {
            return Poll::Ready(None);
        };
        let outcome = ready!(in_flight.as_mut().poll(context));
        self.in_flight = None;
        match outcome {
            Ok(fetched) => Poll::Ready(Some(Ok(self.accept(fetched)))),
            Err(error) => {
                self.failed = true;
                Poll::Ready(Some(Err(error)))
            }
        }
    }

    fn accept(&mut self, fetched: Fetched<T>) -> Response<Page<T>> {
        let Fetched { page, after, url } = fetched;
        let headers = match &self.next {
            Next::Linked(_, target) => target.headers.clone(),
            _ => HeaderMap::new(),
        };
        let place = format!("link to the page after {}", url.path());
        self.current = self.continuation();
        let identity = Target { url, headers }.identity();
        self.current_identity = Some(identity.clone());
        self.seen.insert(identity);
        self.empty = if page.body().items.is_empty() {
            self.empty + 1
        } else {
            0
        };
        self.next = Next::Nothing;
        match after {
            After::Link(link) => self.set_next(link, Some((place, page.ids()))),
            After::Nothing => {}
            After::Token => {
                let message = "the list goes on by a continuation token, and only links are followed: ask for its pages one by one";
                let error = Error::new(ErrorKind::Link, Delivery::NotSent, message);
                self.next = Next::Refused(None, Some(error.of_call(place, page.ids(), 0)));
            }
        }
        let skip = std::mem::take(&mut self.skip);
        page.map(|mut page| {
            page.items.drain(..skip.min(page.items.len()));
            page
        })
    }

    /// Decides what to do about the link to the next page, which was found at a place.
    fn set_next(&mut self, link: Link, found: Option<(String, CallIds)>) {
        let refused = |message| Error::new(ErrorKind::Link, Delivery::NotSent, message);
        let Some(source) = &self.source else {
            return;
        };
        let target = source.resolve(&link).and_then(|target| {
            if self.seen.contains(&target.identity()) {
                Err(refused(
                    "it leads to a page that was read before, so the list would never end",
                ))
            } else if self.empty >= EMPTY_PAGES {
                Err(refused(
                    "one empty page follows another, so the list would never end",
                ))
            } else {
                Ok(target)
            }
        });
        self.next = match target {
            Ok(target) => Next::Linked(link, target),
            Err(error) => {
                let error = match found {
                    Some((place, ids)) => error.of_call(place, ids, 0),
                    None => error,
                };
                Next::Refused(Some(link), Some(error))
            }
        };
    }
}

impl<T> Stream for Pages<T> {
    type Item = Result<Response<Page<T>>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(context)
    }
}

/// Nothing in it is pinned but what is in a box.
impl<T> Unpin for Pages<T> {}
