//! Orders of Microsoft Partner Center: a typed, safe client. It is unofficial, and nothing here was ever checked
//! against the live service: what it knows is from the public documentation and the published clients.
//!
//! Walk from the partner to the customer to the orders, and send:
//!
//! ```
//! use partner_center_orders::{CustomerId, PartnerCenter, StaticToken};
//! use partner_center_sim::Simulator;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let simulator = Simulator::start().await?; // leave out this line and `.endpoint(..)` for the real service
//! let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
//!     .endpoint(simulator.base_url())
//!     .build()?;
//! let customer: CustomerId = Simulator::CUSTOMERS[0].parse()?;
//!
//! let mut orders = partner.customer(customer).orders().list().send();
//! while let Some(order) = orders.try_next().await? {
//!     println!("{} {:?}", order.id, order.status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What is said to be documented or seen in `list-orders`, `dotnet-sdk` and the like: these keys are explained in
//! `SOURCES.md` beside the OpenAPI document, which the crate `partner-center-orders-spec` hands out.
//!
//! The examples of the value types name the crate that they are defined in, `partner_center_orders_api`; import them
//! from this one.
//!
//! # Signing in
//!
//! | with | how | whose call it is |
//! |---|---|---|
//! | an access token of your own | [`StaticToken`] | whoever it was made for |
//! | an application's secret | [`SignIn::client_credentials`] | the application's alone |
//! | a refresh token | [`SignIn::refresh_token`], with a [`RefreshTokenStore`] | the application's with a user |
//! | a code that a user enters | [`SignIn::device_code`] | the application's with a user |
//! | a credential of the Azure SDK | `AzureCredential`, feature `azure-core` | as that has it |
//! | a source of your own | [`Credential`] | |
//!
//! Some calls, such as the provisioning status, want an application with a user, who signed in with multi-factor
//! authentication. An application's secret:
//!
//! ```
//! use partner_center_orders::{PartnerCenter, SignIn};
//! # use partner_center_sim::Simulator;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let simulator = Simulator::start().await?;
//! # let secret = "secret";
//! let credential = SignIn::new("contoso.onmicrosoft.com", "a11c7c6b-0a34-4e9e-8f0c-5d1f6d4a9b21")
//!     .client_secret(secret)
//! #   .authority(simulator.base_url())
//!     .client_credentials()?;
//! let partner = PartnerCenter::builder(credential)
//! #   .endpoint(simulator.base_url())
//!     .build()?;
//! # partner.customer(Simulator::CUSTOMERS[0].parse()?).orders().list().send().try_next().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Nothing is asked for before the first call. All calls share one token, which is renewed in the background ahead of its
//! end; a hundred calls that find none make one request for it. When the service refuses it, the call gets another and
//! goes on. Why there is none is a [`CredentialError`] with what to do about it, [`Error::credential`]; its
//! [`CredentialErrorKind`] tells Entra's errors apart. What a token says of itself, [`TokenClaims`], sharpens the hint of
//! an error, and is never a reason for one.
//!
//! # What to rely on
//!
//! * The token goes to the configured endpoint and nowhere else, a secret to the authority and nowhere else. No redirect is
//!   followed, and a `links.next` that leads elsewhere is an [`Error`] before anything is sent.
//! * A list is complete or an error; it never ends early in silence.
//! * An odd value in an order (an unknown word, a time that is none, an absent member) costs nobody the order, and
//!   amounts keep their digits.
//! * An [`Error`] says whether the service got the request: [`Error::delivery`]; and what to do next: [`Error::hint`],
//!   with the documented error codes behind it in [`codes`].
//! * A file is read as it arrives, and ends with an [`Error`] when less came than was announced: [`Download`].
//!
//! # What has no call of its own
//!
//! [`PartnerCenter::request`] sends any request to any path of the service, [`PartnerCenter::list`] reads any list, both
//! through the same transport and under the same rules.
//!
//! # What is told to whoever watches
//!
//! Each call is a `tracing` span `partner_center.call` with both ids, each attempt a span
//! `partner_center.attempt` within it, each request for a token one `partner_center.sign_in`, with the names of
//! OpenTelemetry's conventions for HTTP clients (`http.request.method`, `server.address`, `server.port`, `url.full`,
//! `http.response.status_code`, `http.request.resend_count`, `error.type`). No token, no body, no query and no other header
//! is in them.
//!
//! # Features
//!
//! * `rustls` (default): TLS by rustls; needs a C compiler to build.
//! * `native-tls`: TLS by the platform's library.
//! * `azure-core`: takes the credentials of the Azure SDK for Rust.

mod attachments;
mod attempt;
#[cfg(feature = "azure-core")]
mod azure;
mod body;
mod call;
mod check;
mod claims;
mod client;
mod cloud;
pub mod codes;
mod collections;
mod create;
mod credential;
mod credential_error;
mod customer;
mod delivery;
mod download;
mod error;
mod fault;
mod follow;
mod hint;
mod http_client;
mod line_item;
mod link;
mod list;
mod new_order;
mod operate;
mod order;
mod order_patch;
mod orders;
mod pager;
mod placed;
mod preview;
mod raw;
mod repeats;
mod response;
mod retry_after;
mod root;
mod segment;
mod setters;
mod sign_in;
mod source;
mod subscription;
mod trace;
mod transport;
mod update;
mod upload;
mod written;

pub use attachments::{Attachments, DownloadAttachment};
#[cfg(feature = "azure-core")]
pub use azure::AzureCredential;
pub use claims::TokenClaims;
pub use client::{Builder, PartnerCenter};
pub use cloud::Cloud;
pub use create::CreateOrder;
pub use credential::{AccessToken, Credential, StaticToken, TokenFuture, TokenRequest};
pub use credential_error::{CredentialError, CredentialErrorKind};
pub use customer::{Customer, CustomerId, InvalidCustomerId};
pub use delivery::Delivery;
pub use download::Download;
pub use error::{Error, ErrorKind};
pub use follow::{WaitForStatus, WaitUntilProvisioned};
pub use line_item::LineItemHandle;
pub use list::ListRequest;
pub use new_order::{NewLineItem, NewOrder};
pub use order::{GetOrder, OrderHandle};
pub use order_patch::{OrderPatch, PatchLineItem};
pub use orders::{ListOrders, Orders};
pub use pager::{Continuation, Page, Pager, Pages};
pub use placed::FindPlaced;
pub use preview::{Preview, PreviewPart};
pub use raw::RawRequest;
pub use response::Response;
pub use sign_in::{
    DeviceCode, EntraCredential, EntraVersion, RefreshTokenInMemory, RefreshTokenStore, SignIn,
    StoreFuture,
};
pub use subscription::SubscriptionHandle;
pub use update::UpdateOrder;
pub use upload::{Upload, UploadAttachments, UploadFile};

/// Types of other crates that appear in this one's surface.
pub use {
    bytes::Bytes,
    chrono::{DateTime, Utc},
    http::{HeaderMap, Method, StatusCode},
    reqwest::{ClientBuilder, Proxy},
    secrecy::{ExposeSecret, SecretString},
    uuid::Uuid,
};

#[cfg(any(feature = "rustls", feature = "native-tls"))]
pub use reqwest::Certificate;

pub use partner_center_orders_api::{
    AttachmentId, AttachmentType, BillingCycle, BillingType, ContractType, Decimal, JsonText,
    LineItemTransactionType, Link, LinkHeader, NotANumber, Order, OrderAttachment, OrderId,
    OrderLineItem, OrderLineItemActivationLink, OrderLineItemLinks,
    OrderLineItemProvisioningStatus, OrderLinks, OrderStatus, OrderTransactionType, Pricing,
    ProvisioningStatus, PurchaseCommitment, QuantityProvisioningStatus, RenewalTerm, RenewsTo,
    ResourceAttributes, Subscription, SubscriptionBillingType, SubscriptionId, SubscriptionLinks,
    SubscriptionStatus, Timestamp, Unrecognized,
};
