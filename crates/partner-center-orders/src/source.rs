//! Where do the pages of a list come from?
//!
//! From a call of the generated client and then from links, or from links alone.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use partner_center_orders_api::{Client, Link, ResponseValue};
use serde::de::DeserializeOwned;
use url::Url;

use crate::call::{CallOptions, Received};
use crate::client::Shared;
use crate::error::Error;
use crate::link::Target;
use crate::pager::Page;
use crate::response::Response;

/// Says that a list goes on, on some other resources.
const CONTINUATION_TOKEN: &str = "ms-continuationtoken";

pub(crate) type Fetching<T> = Pin<Box<dyn Future<Output = Result<Fetched<T>, Error>> + Send>>;

/// A page, the link to the next one, and where it was.
pub(crate) struct Fetched<T> {
    pub(crate) page: Response<Page<T>>,
    pub(crate) after: After,
    pub(crate) url: Url,
}

/// Fetches pages.
pub(crate) trait Source<T>: Send + Sync {
    fn resolve(&self, link: &Link) -> Result<Target, Error>;
    fn fetch(&self, target: Option<Target>, options: CallOptions) -> Fetching<T>;
}

/// A collection of the service.
pub(crate) trait Collection: DeserializeOwned + Send + 'static {
    type Item: Send + 'static;

    /// The page, and what comes after it.
    fn into_page(self) -> (Page<Self::Item>, After);
}

/// What comes after a page.
pub(crate) enum After {
    Link(Link),
    /// More, by a token that is no link's: lists of other resources do that.
    Token,
    Nothing,
}

/// What a generated function returns, boxed.
pub(crate) type Sent<C> = Pin<
    Box<dyn Future<Output = Result<ResponseValue<C>, partner_center_orders_api::Error<()>>> + Send>,
>;

/// A list whose first page is a call of the generated client.
pub(crate) struct Listing<C, F> {
    shared: Arc<Shared>,
    first: Arc<F>,
    collection: PhantomData<fn() -> C>,
}

impl<C, F> Listing<C, F>
where
    C: Collection,
    F: Fn(Client) -> Sent<C> + Send + Sync + 'static,
{
    pub(crate) fn source(shared: &Arc<Shared>, first: F) -> Arc<dyn Source<C::Item>> {
        Arc::new(Self {
            shared: Arc::clone(shared),
            first: Arc::new(first),
            collection: PhantomData,
        })
    }
}

impl<C, F> Source<C::Item> for Listing<C, F>
where
    C: Collection,
    F: Fn(Client) -> Sent<C> + Send + Sync + 'static,
{
    fn resolve(&self, link: &Link) -> Result<Target, Error> {
        self.shared.root.resolve(link)
    }

    fn fetch(&self, target: Option<Target>, options: CallOptions) -> Fetching<C::Item> {
        let (shared, first) = (Arc::clone(&self.shared), Arc::clone(&self.first));
        Box::pin(async move {
            let received = match target {
                None => shared.call(options, |client| first(client)).await?,
                Some(target) => shared.follow::<C>(options, target).await?,
            };
            Ok(fetched(received))
        })
    }
}

/// A list whose first page is at an address, like the others.
pub(crate) struct Followed<C> {
    shared: Arc<Shared>,
    first: Target,
    collection: PhantomData<fn() -> C>,
}

impl<C: Collection> Followed<C> {
    pub(crate) fn source(shared: &Arc<Shared>, first: Target) -> Arc<dyn Source<C::Item>> {
        Arc::new(Self {
            shared: Arc::clone(shared),
            first,
            collection: PhantomData,
        })
    }
}

impl<C: Collection> Source<C::Item> for Followed<C> {
    fn resolve(&self, link: &Link) -> Result<Target, Error> {
        self.shared.root.resolve(link)
    }

    fn fetch(&self, target: Option<Target>, options: CallOptions) -> Fetching<C::Item> {
        let shared = Arc::clone(&self.shared);
        let target = target.unwrap_or_else(|| self.first.clone());
        Box::pin(async move { Ok(fetched(shared.follow::<C>(options, target).await?)) })
    }
}

fn fetched<C: Collection>(received: Received<C>) -> Fetched<C::Item> {
    let Received { response, url } = received;
    let mut after = After::Nothing;
    let page = response.map(|collection| {
        let (page, what) = collection.into_page();
        after = what;
        page
    });
    let token = page.headers().get(CONTINUATION_TOKEN);
    if matches!(after, After::Nothing) && token.is_some_and(|token| !token.is_empty()) {
        after = After::Token;
    }
    Fetched { page, after, url }
}
