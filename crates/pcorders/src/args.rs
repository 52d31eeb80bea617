//! What can be said on the command line?

mod auth;
mod write;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand, ValueEnum};
use partner_center_orders::{
    AttachmentId, BillingType, Cloud, CustomerId, Method, OrderId, OrderStatus, Timestamp,
};
use serde::Deserialize;

use crate::output::Format;

pub(crate) use auth::{AuthVerb, Login, Logout, Token};
pub(crate) use write::{
    AddOn, Begun, Cancel, ChangeBillingCycle, Consent, Create, LineItems, Update, Upload, Writing,
};

/// The orders of Microsoft Partner Center from a shell. Unofficial.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, after_help = ENVIRONMENT)]
pub(crate) struct Args {
    /// How to print: a table on a terminal, JSON otherwise, unless said here.
    #[arg(short, long, value_enum, global = true)]
    output: Option<Format>,

    #[command(flatten)]
    pub(crate) connection: Connection,

    #[command(subcommand)]
    pub(crate) noun: Noun,
}

const ENVIRONMENT: &str = "\
Environment (flags win; it wins over the default profile, and a profile that is named wins over it):
  PARTNERCENTER_ACCESS_TOKEN   a token to sign in with; it makes the next four unimportant
  PARTNERCENTER_TENANT_ID      the partner's tenant,
  PARTNERCENTER_CLIENT_ID      an application that is registered there,
  PARTNERCENTER_CLIENT_SECRET  its secret, to sign in as the application, or
  PARTNERCENTER_REFRESH_TOKEN  to sign in as a user of it, with its secret if it is a confidential one
  AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET
                               the same three, when all are set and none of the above
  PARTNERCENTER_ENVIRONMENT    global (default), us-gov, china or simulator
  PARTNERCENTER_ENDPOINT       another base URL, without /v1; https, or http on a loopback address
  PARTNERCENTER_AUTHORITY      another host to sign in at, without the tenant; the same

Profiles and their secrets are in the folder pcorders of the user's configuration folder (~/.config). The secrets are in
secrets.toml, which nobody else can read, where the system knows such modes. `pcorders auth status` says who is signed in.";

impl Args {
    /// Whether the command has sent something that may have changed something, as it comes to be.
    pub(crate) fn begun(&self) -> Begun {
        let consent = match &self.noun {
            Noun::Order(verb) => verb.writing().map(|writing| &writing.consent),
            Noun::Api(api) => Some(&api.consent),
            Noun::Simulator(_) | Noun::Error(_) | Noun::Auth(_) => None,
        };
        consent
            .map(|consent| consent.begun.clone())
            .unwrap_or_default()
    }

    /// Whether the command may come to change something.
    pub(crate) fn may_write(&self) -> bool {
        match &self.noun {
            Noun::Order(verb) => verb.writing().is_some_and(|writing| !writing.dry_run),
            Noun::Api(api) => api.is_write(),
            Noun::Simulator(_) | Noun::Error(_) | Noun::Auth(_) => false,
        }
    }

    /// Whether an interrupt is the end that is meant.
    pub(crate) fn is_service(&self) -> bool {
        matches!(self.noun, Noun::Simulator(SimulatorVerb::Serve(_)))
    }

    pub(crate) fn format(&self) -> Format {
        self.output.unwrap_or_default()
    }
}

/// Which Partner Center to talk to.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Run against an embedded simulator: needs no credentials, buys nothing. It keeps what was done until `pcorders simulator
    /// reset`, and its time runs 60 times faster.
    #[arg(long, global = true, conflicts_with_all = ["environment", "endpoint"])]
    pub(crate) simulate: bool,

    /// Sign in as this profile says, whatever the environment says. `pcorders auth login` makes one.
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) profile: Option<String>,

    /// The cloud.
    #[arg(long, value_enum, global = true)]
    pub(crate) environment: Option<Environment>,

    /// Another base URL, without /v1.
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) endpoint: Option<String>,

    /// How long a call may take with everything that is sent again and all waits between, in seconds; of a list each
    /// page, of a download its beginning. Without it 300, of which each attempt may take 100.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, global = true)]
    pub(crate) deadline: Option<Duration>,

    /// How often a request is sent at most, when it gets no answer or one that may pass: 5 times unless said otherwise,
    /// always with the same request id. 1 is never again (but after a 401, with another token).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), global = true)]
    pub(crate) attempts: Option<u32>,
}

impl Connection {
    /// Whether a flag says that there is only the simulator.
    pub(crate) fn is_simulated(&self) -> bool {
        self.simulate || self.environment == Some(Environment::Simulator)
    }

    /// The flags that say which service it is, and as whom.
    pub(crate) fn flags(&self) -> Vec<String> {
        let environment = self.environment.map(|cloud| cloud.as_str().to_owned());
        let flag = |name: &str, value: Option<String>| value.map(|value| [name.to_owned(), value]);
        let mut flags = Vec::new();
        flags.extend(self.simulate.then(|| "--simulate".to_owned()));
        flags.extend(
            flag("--profile", self.profile.clone())
                .into_iter()
                .flatten(),
        );
        flags.extend(flag("--environment", environment).into_iter().flatten());
        flags.extend(
            flag("--endpoint", self.endpoint.clone())
                .into_iter()
                .flatten(),
        );
        flags
    }
}

/// As flags, variables and profiles name it.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Environment {
    #[default]
    Global,
    UsGov,
    China,
    Simulator,
}

impl Environment {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGov => "us-gov",
            Self::China => "china",
            Self::Simulator => "simulator",
        }
    }

    /// The cloud; the simulator is none.
    pub(crate) fn cloud(self) -> Option<Cloud> {
        match self {
            Self::Global => Some(Cloud::Global),
            Self::UsGov => Some(Cloud::UsGov),
            Self::China => Some(Cloud::China),
            Self::Simulator => None,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    /// What was bought for a customer.
    #[command(subcommand)]
    Order(OrderVerb),
    /// Send a request of your own to any path of the service, under the same rules.
    Api(Api),
    /// Sign in, and see who is signed in.
    #[command(subcommand)]
    Auth(AuthVerb),
    /// What the service's error codes mean, and what to do about them.
    #[command(subcommand)]
    Error(ErrorVerb),
    /// A Partner Center on this machine, to try things against.
    #[command(subcommand)]
    Simulator(SimulatorVerb),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ErrorVerb {
    /// Explain a code that the service answered with. Needs neither network nor sign-in.
    Explain(Explain),
}

#[derive(Debug, clap::Args)]
#[command(after_help = EXPLAIN)]
pub(crate) struct Explain {
    /// The code, as the member `code` of an error has it.
    pub(crate) code: String,

    /// Only its meaning under this HTTP status: one number can mean two things.
    #[arg(long, value_name = "N")]
    pub(crate) status: Option<u16>,
}

const EXPLAIN: &str = "\
The calls that a remedy names are sent by `pcorders api`, as in
  pcorders api PATCH /customers/GUID/subscriptions/GUID -f change.json
with GUID, ORDER, CART and ID replaced by ids, and XX by the customer's country.

Whether repeating helps: no; changed (with another request); after_action (as it is, once somebody did what the remedy
says); later (as it is); same_request_id (a write may have been carried out: look first, or repeat it with
--request-id). Remedies are advice of this project, nothing that Microsoft says.";

#[derive(Debug, Subcommand)]
pub(crate) enum SimulatorVerb {
    /// Run it until it is interrupted. It prints its address, takes the token `simulated`, and forgets all when it stops,
    /// unless it has a state file.
    Serve(Serve),
    /// Forget what commands with --simulate did: they keep their simulator's state in a file.
    Reset,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// The port of 127.0.0.1 to listen on; 0 is any that is free.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,

    /// How many times faster than the wall clock its time runs: an order is in lists after 15 minutes of it. Tokens and the
    /// codes of a sign-in end so much sooner, too.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) speed: u32,

    /// Keep the state in this file, and go on with what is in it.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,

    /// Listen on this address instead of 127.0.0.1. Whoever reaches it can use and steer the simulator, without a
    /// password: 0.0.0.0 means everybody in the network.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) expose_on: Option<IpAddr>,

    /// Send JSON without the byte order mark that the service puts before it, for readers that cannot take one.
    #[arg(long)]
    pub(crate) no_byte_order_mark: bool,

    /// Hold neither requests nor answers against the OpenAPI document: faster, under load.
    #[arg(long)]
    pub(crate) unchecked: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OrderVerb {
    /// List a customer's orders. One shows up up to 15 minutes after it was placed.
    List(List),
    /// Show one order.
    Show(Show),
    /// Show how far the delivery of an order's line items got. Needs an application-and-user token.
    ProvisioningStatus(One),
    /// List where an order's marketplace products are activated.
    ActivationLinks(ActivationLinks),
    /// List the subscriptions that an order led to.
    Subscriptions(One),
    /// Buy something for a customer.
    Create(Create),
    /// Buy an add-on to a subscription of a legacy offer.
    AddOn(AddOn),
    /// Bill an order of legacy offers monthly or annually.
    ChangeBillingCycle(ChangeBillingCycle),
    /// Cancel a purchase of software, or a reservation in the sandbox.
    Cancel(Cancel),
    /// Change an order as a file says.
    Update(Update),
    /// The documents that were uploaded for an order.
    #[command(subcommand)]
    Attachment(AttachmentVerb),
}

impl OrderVerb {
    /// Of those that may change something.
    fn writing(&self) -> Option<&Writing> {
        Some(match self {
            Self::Create(create) => &create.writing,
            Self::AddOn(add_on) => &add_on.writing,
            Self::ChangeBillingCycle(change) => &change.writing,
            Self::Cancel(cancel) => &cancel.writing,
            Self::Update(update) => &update.writing,
            Self::Attachment(AttachmentVerb::Upload(upload)) => &upload.writing,
            Self::List(_)
            | Self::Show(_)
            | Self::ProvisioningStatus(_)
            | Self::ActivationLinks(_)
            | Self::Subscriptions(_)
            | Self::Attachment(AttachmentVerb::List(_) | AttachmentVerb::Download(_)) => {
                return None;
            }
        })
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum AttachmentVerb {
    /// List an order's attachments.
    List(One),
    /// Download one attachment.
    Download(Download),
    /// Upload the purchase order that an order waits for.
    Upload(Upload),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Customer {
    /// The customer's id, a GUID. With --simulate the first simulated one if left out.
    #[arg(long, value_name = "GUID", id = "customer_id")]
    pub(crate) customer: Option<CustomerId>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) customer: Customer,

    /// Only orders with this billing cycle: monthly, annual, onetime, none, triennial, biennial.
    #[arg(long, value_name = "CYCLE")]
    pub(crate) billing_type: Option<BillingType>,

    /// Only orders that this indirect reseller is on record for. By which id is not documented; likely its tenant id.
    #[arg(long, value_name = "ID")]
    pub(crate) indirect_reseller: Option<String>,

    /// List purchases that the system made as well.
    #[arg(long)]
    pub(crate) include_system_purchases: bool,

    /// Ask for prices.
    #[arg(long)]
    pub(crate) include_price: bool,

    /// Only orders placed at this time or later: 2026-11-21 or 2026-11-21T08:00:00Z, UTC if no zone is given. Orders
    /// without a readable time are kept. Filtered here, not by the service.
    #[arg(long, value_name = "DATE", value_parser = instant)]
    pub(crate) since: Option<DateTime<Utc>>,

    /// Only orders with this status: completed, pending, cancelled, suspended, pending_review, pending_po_upload,
    /// po_upload_complete, po_review_rejected, partial_success, error, unknown. Filtered here, not by the service.
    #[arg(long)]
    pub(crate) status: Option<OrderStatus>,

    #[command(flatten)]
    pub(crate) raw: Raw,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Raw {
    /// Print the bodies as the service sent them, each on a line of its own if it is one line, whatever -o says.
    #[arg(long)]
    pub(crate) raw: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    pub(crate) one: One,

    /// Ask for prices.
    #[arg(long)]
    pub(crate) include_price: bool,
}

/// One order, and how it is printed.
#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// The order's id.
    #[arg(allow_hyphen_values = true)]
    pub(crate) order: OrderId,

    #[command(flatten)]
    pub(crate) customer: Customer,

    #[command(flatten)]
    pub(crate) raw: Raw,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ActivationLinks {
    #[command(flatten)]
    pub(crate) one: One,

    /// Only those of this line item, counted from 0.
    #[arg(long, value_name = "N")]
    pub(crate) line_item: Option<i32>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Download {
    /// The order's id.
    #[arg(allow_hyphen_values = true)]
    pub(crate) order: OrderId,

    /// The attachment's id, as `attachment list` shows it.
    #[arg(allow_hyphen_values = true)]
    pub(crate) attachment: AttachmentId,

    #[command(flatten)]
    pub(crate) customer: Customer,

    /// Where to write it; `-` is stdout. If left out, to stdout, unless that is a terminal.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// Write over a file that is there.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = API)]
pub(crate) struct Api {
    /// GET, POST, PATCH ..
    #[arg(value_parser = method)]
    pub(crate) method: Method,

    /// The path with its query, as the documentation has it, with or without /v1.
    pub(crate) path: String,

    /// The body to send, from a file; `-` is stdin.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// Media type of the body: application/json unless said here or as a header.
    #[arg(long, value_name = "TYPE", requires = "file")]
    pub(crate) content_type: Option<String>,

    /// A header to send, such as 'If-Match: "..."'. Can be given several times, with different names.
    #[arg(short = 'H', long, value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,

    /// Follow links.next, and print the items of all pages as one list.
    #[arg(long, conflicts_with_all = ["file", "header", "request_id"])]
    pub(crate) paginate: bool,

    #[command(flatten)]
    pub(crate) consent: Consent,
}

const API: &str = "\
Examples:
  pcorders api GET /customers/GUID/orders --paginate
  pcorders api PATCH /customers/GUID/subscriptions/GUID -f change.json

Prints the body as the service sent it, whatever -o says, but for --paginate. Anything but GET, HEAD and OPTIONS is a write: it is asked about on a terminal,
and needs --yes elsewhere; its request id is printed on stderr before it is sent. An exit code of 9 means that it may
have been carried out: do not run it again blindly.";

impl Api {
    /// Whether it may change something.
    pub(crate) fn is_write(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }
}

fn method(text: &str) -> Result<Method, String> {
    Method::from_bytes(text.to_ascii_uppercase().as_bytes()).map_err(|_| "no HTTP method".into())
}

/// A span of time.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().map_err(|_| "not a number of seconds")?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "not a span of time".into())
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let time = Timestamp::from(text).to_utc();
    time.or_else(|| Timestamp::from(format!("{text}T00:00:00").as_str()).to_utc())
        .ok_or_else(|| "write 2026-11-21 or 2026-11-21T08:00:00Z".into())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        super::Args::command().debug_assert();
    }
}
