//! How far did an order get?
//!
//! An order completes by itself, and nobody is told. So it is read again and again, at a pace that slows down: the order
//! itself and never the list, which is up to 15 minutes late.

use std::time::Duration;

use http::StatusCode;
use partner_center_orders_api::{
    Order, OrderLineItemProvisioningStatus, OrderStatus, ProvisioningStatus,
};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use crate::call::in_time;
use crate::delivery::Delivery;
use crate::error::{Error, ErrorKind};
use crate::order::OrderHandle;
use crate::response::Response;

/// When it is asked again, and how long.
#[derive(Clone, Copy, Debug)]
struct Pace {
    first: Duration,
    longest: Duration,
    deadline: Duration,
    correlation_id: Option<Uuid>,
}

const PACE: Pace = Pace {
    first: Duration::from_secs(5),
    longest: Duration::from_secs(60),
    deadline: Duration::from_secs(2 * 60 * 60),
    correlation_id: None,
};

/// How long before the end of a wait the last read begins.
const BEFORE_THE_END: Duration = Duration::from_secs(1);

/// Nothing grows by half of itself.
const SHORTEST: Duration = Duration::from_millis(1);

macro_rules! of_a_wait {
    () => {
        /// How long to wait between two reads: first 5 s, which grow by half up to a minute, unless said otherwise; a
        /// millisecond at least. A `Retry-After` that asks for more is kept to.
        pub fn every(mut self, first: std::time::Duration, longest: std::time::Duration) -> Self {
            let first = first.max(SHORTEST);
            (self.pace.first, self.pace.longest) = (first, longest.max(first));
            self
        }

        /// How long to wait in all: two hours unless said otherwise.
        pub fn deadline(mut self, limit: std::time::Duration) -> Self {
            self.pace.deadline = limit;
            self
        }

        /// The `MS-CorrelationId` of all reads; made up when not given. Each read has a request id of its own.
        pub fn correlation_id(mut self, id: uuid::Uuid) -> Self {
            self.pace.correlation_id = Some(id);
            self
        }
    };
}

/// A wait for a status. Made by [`OrderHandle::wait_for_status`].
#[derive(Clone, Debug)]
#[must_use = "nothing is read before this is sent"]
pub struct WaitForStatus<'c> {
    order: OrderHandle<'c>,
    wanted: OrderStatus,
    pace: Pace,
}

impl<'c> WaitForStatus<'c> {
    pub(crate) fn new(order: OrderHandle<'c>, wanted: OrderStatus) -> Self {
        Self {
            order,
            wanted,
            pace: PACE,
        }
    }

    of_a_wait!();

    /// Reads the order until it has the status, or one that it does not leave by itself: `completed`, `cancelled`,
    /// `suspended`, `error`, `partial_success`, `po_review_rejected`, and `pending_po_upload`, which waits for an upload.
    /// **Look which one it is**: a wait for `completed` ends with a cancelled order as well.
    ///
    /// ```
    /// use partner_center_orders::{OrderStatus, PartnerCenter, StaticToken};
    /// use partner_center_sim::Simulator;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await?;
    /// # let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
    /// #     .endpoint(simulator.base_url())
    /// #     .build()?;
    /// # let orders = partner.customer(Simulator::CUSTOMERS[0].parse()?).orders();
    /// let order = orders.order("YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1");
    /// let order = order.wait_for_status(OrderStatus::Completed).send().await?;
    /// assert_eq!(order.body().status, Some(OrderStatus::Completed));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - `Timeout`: the deadline passed; the message says which status the order had last.
    /// - Those of [`GetOrder::send`](crate::GetOrder::send), but for those that may pass: no connection, no answer, too many
    ///   requests, a status of 408 or 5xx. They are waited out until the deadline.
    pub async fn send(self) -> Result<Response<Order>, Error> {
        let mut watch = Watch::begin(self.pace);
        let mut last = String::from("no status was read");
        loop {
            let get = self.order.get().correlation_id(watch.correlation_id);
            match get.deadline(watch.left()).send().await {
                Ok(order) => {
                    let status = order.body().status.as_ref();
                    if status.is_some_and(|status| *status == self.wanted || is_settled(status)) {
                        return Ok(order);
                    }
                    let word = status.map_or("absent", OrderStatus::as_str);
                    last = format!("the order's last status was {word}");
                    watch.pause(None, &last).await?;
                }
                Err(error) => watch.pause(Some(error), &last).await?,
            }
        }
    }
}

/// Whether an order stays in this status until somebody does something.
///
/// Source: documented for `pending_po_upload`; for the others inferred from what they mean.
fn is_settled(status: &OrderStatus) -> bool {
    matches!(
        status,
        OrderStatus::Completed
            | OrderStatus::Cancelled
            | OrderStatus::Suspended
            | OrderStatus::Error
            | OrderStatus::PartialSuccess
            | OrderStatus::PoReviewRejected
            | OrderStatus::PendingPoUpload
    )
}

/// A wait for delivery. Made by [`OrderHandle::wait_until_provisioned`].
#[derive(Clone, Debug)]
#[must_use = "nothing is read before this is sent"]
pub struct WaitUntilProvisioned<'c> {
    order: OrderHandle<'c>,
    pace: Pace,
}

impl<'c> WaitUntilProvisioned<'c> {
    pub(crate) fn new(order: OrderHandle<'c>) -> Self {
        Self { order, pace: PACE }
    }

    of_a_wait!();

    /// Reads the provisioning status until each line item is `fulfilled` or `unfulfilled`, and returns one entry for each.
    /// `unfulfilled` is final as well: the line was cancelled.
    ///
    /// An order that waits for somebody is not delivered meanwhile: look at its status first, or give a
    /// [`deadline`](Self::deadline).
    ///
    /// # Errors
    /// - `Timeout`: the deadline passed; the message says how far the delivery was last.
    /// - `Service` with 403 and code 900329: the credential has no user.
    /// - Those of every call, but for those that may pass, as in [`WaitForStatus::send`].
    pub async fn send(self) -> Result<Vec<OrderLineItemProvisioningStatus>, Error> {
        let mut watch = Watch::begin(self.pace);
        let mut last = String::from("nothing was read of the delivery");
        loop {
            let list = self
                .order
                .provisioning_status()
                .correlation_id(watch.correlation_id)
                .deadline(watch.left());
            let failed = match list.send().try_collect().await {
                Ok(lines) if !lines.is_empty() && lines.iter().all(is_final) => return Ok(lines),
                Ok(lines) => {
                    last = unfinished(&lines);
                    None
                }
                Err(error) => Some(error),
            };
            watch.pause(failed, &last).await?;
        }
    }
}

/// How far a delivery is that is not settled.
fn unfinished(lines: &[OrderLineItemProvisioningStatus]) -> String {
    let mut open = lines.iter().filter(|line| !is_final(line));
    let first = open.next().and_then(|line| line.status.as_ref());
    format!(
        "{} of {} line items are not delivered yet, the first of them is {}",
        lines.iter().filter(|line| !is_final(line)).count(),
        lines.len(),
        first.map_or("without status", ProvisioningStatus::as_str)
    )
}

fn is_final(line: &OrderLineItemProvisioningStatus) -> bool {
    matches!(
        line.status,
        Some(ProvisioningStatus::Fulfilled | ProvisioningStatus::Unfulfilled)
    )
}

/// One wait under way.
struct Watch {
    next: Duration,
    longest: Duration,
    until: Instant,
    correlation_id: Uuid,
    /// Why the last read failed, if it did.
    trouble: Option<Error>,
    /// The next read is the last one.
    is_last: bool,
}

impl Watch {
    fn begin(pace: Pace) -> Self {
        Self {
            next: pace.first,
            longest: pace.longest,
            until: in_time(pace.deadline),
            correlation_id: pace.correlation_id.unwrap_or_else(Uuid::new_v4),
            trouble: None,
            is_last: false,
        }
    }

    fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// Waits until it may be asked again. An error ends the wait when it will not pass; one that may is the reason when
    /// there is no time left. `last` is what was read last.
    async fn pause(&mut self, error: Option<Error>, last: &str) -> Result<(), Error> {
        let asked = error.as_ref().and_then(Error::retry_after);
        match error {
            Some(error) if !may_pass(&error) => return Err(error),
            // A read that the end of the wait cut short says less than the one before.
            Some(error)
                if error.kind() == ErrorKind::Timeout
                    && self.left().is_zero()
                    && self.trouble.is_some() => {}
            error => self.trouble = error,
        }
        let wait = self.next.max(asked.unwrap_or_default());
        self.next = (self.next.saturating_mul(3) / 2).min(self.longest);
        let now = Instant::now();
        let fits = |wait| now.checked_add(wait).filter(|next| *next < self.until);
        let is_asked_too_much = asked.is_some_and(|asked| fits(asked).is_none());
        // What does not fit any more is cut short once, for a last look.
        let last_look = self.until.checked_sub(BEFORE_THE_END);
        let last_look = last_look.filter(|look| *look > now && !self.is_last && !is_asked_too_much);
        match (fits(wait), last_look) {
            (Some(next), _) => {
                sleep_until(next).await;
                Ok(())
            }
            (None, Some(look)) => {
                self.is_last = true;
                sleep_until(look).await;
                Ok(())
            }
            (None, None) => {
                // Whatever was bought is not undone by this.
                let message = format!("no more time to wait: {last}");
                let late = Error::new(ErrorKind::Timeout, Delivery::Accepted, message);
                Err(match self.trouble.take() {
                    Some(error) => late.with_source(error),
                    None => late,
                })
            }
        }
    }
}

/// Whether a read that failed may succeed later.
fn may_pass(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Interrupted | ErrorKind::Throttled => {
            true
        }
        ErrorKind::Service => error.status().is_some_and(|status| {
            status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT
        }),
        _ => false,
    }
}
