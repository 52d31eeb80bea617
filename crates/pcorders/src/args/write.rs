//! What can be said about something that is to be bought or changed?

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use std::time::Duration;

use clap::ValueEnum;
use partner_center_orders::{BillingCycle, NewLineItem, SubscriptionId, Uuid};

use super::{Customer, One, Raw, seconds};
use crate::line_item::line_item;

/// Whether a write is sent, and under which id.
#[derive(Debug, clap::Args)]
pub(crate) struct Consent {
    /// Send a write without asking.
    #[arg(short, long)]
    pub(crate) yes: bool,

    /// The MS-RequestId: to repeat a write whose outcome is not known, that of the first time.
    #[arg(long, value_name = "GUID")]
    pub(crate) request_id: Option<Uuid>,

    #[arg(skip)]
    pub(crate) begun: Begun,
}

/// The id of a write that may have been sent. It is set on the thread that sends and asked for on the one that hears an
/// interrupt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Begun(Arc<OnceLock<Uuid>>);

impl Begun {
    /// A command makes one write.
    pub(crate) fn set(&self, id: Uuid) {
        let _ = self.0.set(id);
    }

    pub(crate) fn id(&self) -> Option<Uuid> {
        self.0.get().copied()
    }
}

/// What every write of an order can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Writing {
    /// Print what would be sent, and send nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) consent: Consent,
}

#[derive(Debug, clap::Args)]
#[command(after_help = CREATE)]
pub(crate) struct Create {
    #[command(flatten)]
    pub(crate) customer: Customer,

    /// What to buy: offerId=..,quantity=N and more such members. Once for each line; the lines are numbered from 0.
    #[arg(
        long,
        value_name = "MEMBER=VALUE,..",
        value_parser = line_item,
        required_unless_present = "file"
    )]
    pub(crate) line_item: Vec<NewLineItem>,

    /// The order as JSON, as it goes over the wire; `-` is stdin.
    #[arg(
        short,
        long,
        value_name = "FILE",
        conflicts_with_all = ["line_item", "billing_cycle", "currency", "attest_partner_on_record"]
    )]
    pub(crate) file: Option<PathBuf>,

    /// How often the order is billed: monthly, annual, one_time, triennial, biennial, or none for a trial. The service
    /// chooses if left out.
    #[arg(long, value_name = "CYCLE")]
    pub(crate) billing_cycle: Option<BillingCycle>,

    /// The currency to pay in, the partner's or the customer's: EUR, USD ..
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,

    /// Confirm who is on record as partner; some offers need it. Say so only when somebody confirmed it.
    #[arg(long)]
    pub(crate) attest_partner_on_record: bool,

    /// The customer's user who gets the licences, by user principal name.
    #[arg(long, value_name = "UPN")]
    pub(crate) customer_user_upn: Option<String>,

    /// Follow the order until it is completed, or stays as it is, and print it as it is then. Gives up after two hours, or
    /// as many seconds as are said: --wait=600.
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = seconds,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "7200"
    )]
    pub(crate) wait: Option<Duration>,

    #[command(flatten)]
    pub(crate) writing: Writing,

    #[command(flatten)]
    pub(crate) raw: Raw,
}

const CREATE: &str = "\
Members of a line item: offerId, quantity, friendlyName, termDuration (P1M, P1Y, P3Y), promotionId, customTermEndDate,
partnerIdOnRecord, additionalPartnerIdsOnRecord (several joined by +), attestationAccepted (true, false),
renewsTo.termDuration, provisioningContext.NAME, purchaseCommitment.amount, .currency and .grain. A value that has a
comma is for -f.

Examples:
  pcorders order create --customer GUID --line-item offerId=CFQ7TTC0LH16:0001:CFQ7TTC0K18P,quantity=5,termDuration=P1Y \\
    --billing-cycle monthly --dry-run
  pcorders order create --customer GUID -f order.json --yes --wait

It is asked about on a terminal, and needs --yes elsewhere. Its request id is printed on stderr before it is sent; all
attempts have it, so that the service takes them for one. An exit code of 9 means that the order may have been placed, or
was placed and cannot be shown, or did not get as far as --wait waits for: do not run the command again blindly, but as
the hint says. Any other code than 0, 9 and 130 means that it was not sent, or that the service refused it.";

#[derive(Debug, clap::Args)]
#[command(after_help = ADD_ON)]
pub(crate) struct AddOn {
    #[command(flatten)]
    pub(crate) one: One,

    /// The subscription that it is added to, one of the order's.
    #[arg(long, value_name = "ID")]
    pub(crate) parent_subscription: SubscriptionId,

    /// The add-on's offer.
    #[arg(long, value_name = "ID")]
    pub(crate) offer: String,

    /// How many.
    #[arg(long, value_name = "N")]
    pub(crate) quantity: i32,

    /// Your name for it.
    #[arg(long, value_name = "NAME")]
    pub(crate) friendly_name: Option<String>,

    #[command(flatten)]
    pub(crate) writing: Writing,
}

const ADD_ON: &str = "\
For legacy offers; the order is that of the parent subscription, its orderId. More seats of a subscription of new commerce
are a change of the subscription:
  pcorders api PATCH /customers/GUID/subscriptions/GUID -f change.json";

#[derive(Debug, clap::Args)]
#[command(after_help = CHANGE_BILLING_CYCLE)]
pub(crate) struct ChangeBillingCycle {
    #[command(flatten)]
    pub(crate) one: One,

    /// The new billing cycle.
    #[arg(long, value_enum)]
    pub(crate) cycle: Cycle,

    #[command(flatten)]
    pub(crate) line_items: LineItems,

    #[command(flatten)]
    pub(crate) writing: Writing,
}

const CHANGE_BILLING_CYCLE: &str = "\
For licences of legacy offers. A subscription of new commerce is billed otherwise by a change of the subscription:
  pcorders api PATCH /customers/GUID/subscriptions/GUID -f change.json

The order is read first, also with --dry-run: the change names subscription and quantity of each line item. Without
--line-item all line items that have a subscription are changed.";

/// The billing cycles that can be changed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Cycle {
    Monthly,
    Annual,
}

impl From<Cycle> for BillingCycle {
    fn from(cycle: Cycle) -> Self {
        match cycle {
            Cycle::Monthly => Self::Monthly,
            Cycle::Annual => Self::Annual,
        }
    }
}

/// Some of an order's line items.
#[derive(Debug, clap::Args)]
pub(crate) struct LineItems {
    /// Only this line item, counted from 0. Can be given several times.
    #[arg(long = "line-item", value_name = "N")]
    pub(crate) numbers: Vec<i32>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = CANCEL)]
pub(crate) struct Cancel {
    #[command(flatten)]
    pub(crate) one: One,

    #[command(flatten)]
    pub(crate) line_items: LineItems,

    #[command(flatten)]
    pub(crate) writing: Writing,
}

const CANCEL: &str = "\
For software, also in production, and for Azure reservations in the sandbox, within the time that the service allows.
A subscription of new commerce is cancelled by a change of the subscription, as is its number of seats:
  pcorders api PATCH /customers/GUID/subscriptions/GUID -f change.json

With --line-item the order is read first, also with --dry-run: a cancelled line item is named with its offer.";

#[derive(Debug, clap::Args)]
#[command(after_help = UPDATE)]
pub(crate) struct Update {
    #[command(flatten)]
    pub(crate) one: One,

    /// The change as JSON, as it goes over the wire; `-` is stdin.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Change only this version of the order: its attributes.etag, as `order show` prints it.
    #[arg(long, value_name = "ETAG")]
    pub(crate) if_match: Option<String>,

    #[command(flatten)]
    pub(crate) writing: Writing,
}

const UPDATE: &str = "\
Orders of legacy offers are changed this way, and software and reservations are cancelled. Seats, billing and cancellation
in new commerce are changes of the subscription:
  pcorders api PATCH /customers/GUID/subscriptions/GUID -f change.json

The change may have billingCycle, status (cancelled), id, referenceCustomerId and lineItems with lineItemNumber, offerId,
quantity, subscriptionId, parentSubscriptionId, friendlyName and partnerIdOnRecord. What is the service's to set is refused.";

#[derive(Debug, clap::Args)]
#[command(after_help = UPLOAD)]
pub(crate) struct Upload {
    #[command(flatten)]
    pub(crate) one: One,

    /// The price that the customer pays, such as 1840.50.
    #[arg(long, value_name = "PRICE")]
    pub(crate) customer_price: String,

    /// The currency of the price: EUR, USD ..
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: String,

    /// A rate of exchange, such as 1.08.
    #[arg(long, value_name = "RATE")]
    pub(crate) fx_rate: Option<String>,

    /// A file of the purchase order. Can be given several times.
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) purchase_order: Vec<PathBuf>,

    /// A document of the tender that the order is part of. Can be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) tender: Vec<PathBuf>,

    /// Where the tender is found.
    #[arg(long, value_name = "URL")]
    pub(crate) tender_link: Option<String>,

    /// Say that the order is part of a tender, as --tender and --tender-link do; one of the two is needed with it.
    #[arg(long)]
    pub(crate) part_of_tender: bool,

    /// Media type of all files; by their extensions if left out, application/octet-stream when those say nothing.
    #[arg(long, value_name = "TYPE")]
    pub(crate) content_type: Option<String>,

    #[command(flatten)]
    pub(crate) writing: Writing,
}

const UPLOAD: &str = "\
For an order whose status is pending_po_upload. The service reviews the documents, and the order goes on by itself.";
