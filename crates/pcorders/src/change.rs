//! `pcorders order add-on`, `change-billing-cycle`, `cancel`, `update`: what is to be changed in an order?

use std::path::Path;

use partner_center_orders::{
    BillingCycle, Order, OrderHandle, OrderLineItem, OrderPatch, PatchLineItem, UpdateOrder,
};

use crate::args::{AddOn, Cancel, ChangeBillingCycle, LineItems, One, Update, Writing};
use crate::connect::Connected;
use crate::failure::Failure;
use crate::next_command::Look;
use crate::order::{handle, print};
use crate::output::Output;
use crate::question;
use crate::write::{Plan, read_text};

pub(crate) async fn add_on(
    add_on: AddOn,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    let AddOn { one, writing, .. } = &add_on;
    let parent = &add_on.parent_subscription;
    let mut line = PatchLineItem::add_on(&add_on.offer, parent, add_on.quantity);
    if let Some(name) = &add_on.friendly_name {
        line = line.friendly_name(name);
    }
    let update = handle(one, connected)?.update(OrderPatch::add_on([line]));
    make(update, one, writing, None, connected, output).await
}

/// The order is read first: the change names subscription and quantity of each line.
pub(crate) async fn change_billing_cycle(
    change: ChangeBillingCycle,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    let ChangeBillingCycle { one, writing, .. } = &change;
    let order = handle(one, connected)?;
    let read = read(&order).await?;
    let lines = if change.line_items.numbers.is_empty() {
        let subscribed = |line: &&OrderLineItem| line.subscription_id.is_some();
        read.line_items().iter().filter(subscribed).collect()
    } else {
        change.line_items.of(&read)?
    };
    if lines.is_empty() {
        return Err(Failure::usage(
            "no line item of the order has a subscription",
        ));
    }
    let lines = lines
        .into_iter()
        .map(whole)
        .collect::<Result<Vec<_>, _>>()?;
    let update = order.change_billing_cycle(BillingCycle::from(change.cycle), lines);
    make(update, one, writing, None, connected, output).await
}

/// By line, the order is read first: the change names the offer of each line.
pub(crate) async fn cancel(
    cancel: Cancel,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    let Cancel { one, writing, .. } = &cancel;
    let order = handle(one, connected)?;
    let update = if cancel.line_items.numbers.is_empty() {
        order.cancel()
    } else {
        let read = read(&order).await?;
        let lines = cancel.line_items.of(&read)?;
        let lines = lines
            .into_iter()
            .map(named)
            .collect::<Result<Vec<_>, _>>()?;
        order.update(OrderPatch::cancellation(lines))
    };
    make(update, one, writing, None, connected, output).await
}

pub(crate) async fn update(
    update: Update,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    let Update { one, writing, .. } = &update;
    let patch = OrderPatch::from_json(&read_text(&update.file)?)?;
    let mut request = handle(one, connected)?.update(patch);
    if let Some(etag) = &update.if_match {
        request = request.if_match(etag);
    }
    make(request, one, writing, Some(&update.file), connected, output).await
}

/// The order as it is before a change.
async fn read(order: &OrderHandle<'_>) -> Result<Order, Failure> {
    let read = order.get().send().await;
    Ok(read.map_err(Failure::before_write)?.into_body())
}

/// Makes a change, whichever it is, and prints the order as it is then.
async fn make(
    mut request: UpdateOrder<'_>,
    one: &One,
    writing: &Writing,
    file: Option<&Path>,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    let customer = connected.customer(one.customer.customer)?;
    if let Some(id) = writing.consent.request_id {
        request = request.request_id(id);
    }
    let preview = request.clone().preview().await?;
    let plan = Plan {
        writing,
        file,
        deed: question::change(preview.body(), &one.order, customer),
        customer,
        look: Look::AtOrder(one.order.clone()),
    };
    let send = |id| request.request_id(id).send();
    let Some(changed) = plan.carry_out(&preview, send, connected, output).await? else {
        return Ok(());
    };
    let printed = print(&changed, &one.raw, output);
    printed.map_err(|failure| failure.after_write(&changed, "the order was changed"))
}

impl LineItems {
    /// The lines of an order that were named.
    fn of<'o>(&self, order: &'o Order) -> Result<Vec<&'o OrderLineItem>, Failure> {
        let named = |number: &i32| {
            let mut lines = order.line_items().iter();
            lines
                .find(|line| line.line_item_number == Some(*number))
                .ok_or_else(|| Failure::usage(format!("the order has no line item {number}")))
        };
        self.numbers.iter().map(named).collect()
    }
}

/// A line with all that may be sent back.
fn whole(line: &OrderLineItem) -> Result<PatchLineItem, Failure> {
    PatchLineItem::of(line).ok_or_else(nameless)
}

/// A line's number and offer.
fn named(line: &OrderLineItem) -> Result<PatchLineItem, Failure> {
    match (line.line_item_number, &line.offer_id) {
        (Some(number), Some(offer)) => Ok(PatchLineItem::new(number, offer)),
        _ => Err(nameless()),
    }
}

fn nameless() -> Failure {
    Failure::usage("a line item of the order has no number or no offer, so it cannot be changed")
}
