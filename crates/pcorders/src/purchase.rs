//! `pcorders order create`: what is bought, and what becomes of it?

use std::time::{Duration, SystemTime};

use indicatif::ProgressBar;
use partner_center_orders::{BillingCycle, NewOrder, Order, OrderStatus, Orders, Response};

use crate::args::Create;
use crate::connect::Connected;
use crate::failure::Failure;
use crate::next_command::Look;
use crate::order::{print, remark};
use crate::output::{Output, clean, notice};
use crate::question;
use crate::write::{Plan, read_text};

pub(crate) async fn create(
    create: Create,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    let customer = connected.customer(create.customer.customer)?;
    let orders = connected.partner.customer(customer).orders();
    let mut request = orders.create(order(&create)?);
    if let Some(id) = create.writing.consent.request_id {
        request = request.request_id(id);
    }
    let preview = request.clone().preview().await?;
    let plan = Plan {
        writing: &create.writing,
        file: create.file.as_deref(),
        deed: question::purchase(preview.body(), customer),
        customer,
        look: Look::AmongOrders(SystemTime::now().into()),
    };
    let send = |id| request.request_id(id).send();
    let Some(placed) = plan.carry_out(&preview, send, connected, output).await? else {
        return Ok(());
    };
    let id = placed.body().id.clone();
    let done = format!("the order {id} was placed");
    if create.wait.is_some() {
        let waiting = format!("{done}; waiting until it is completed");
        notice(&clean(&waiting));
    }
    let ended = conclude(&create, &placed, orders, output).await;
    ended.map_err(|failure| {
        let look = connected.advise(&Look::AtOrder(id), customer);
        failure.after_write(&placed, &done).and_hint(look)
    })
}

/// Prints the order, as it was placed or as it stays when that is waited for.
async fn conclude(
    create: &Create,
    placed: &Response<Order>,
    orders: Orders<'_>,
    output: &mut Output,
) -> Result<(), Failure> {
    let Some(limit) = create.wait else {
        return print(placed, &create.raw, output);
    };
    let settled = settled(placed, limit, orders).await;
    // Whatever became of it, it is there: a program that reads the output learns its id.
    let last = settled.as_ref().unwrap_or(placed);
    print(last, &create.raw, output)?;
    completed(&settled?)
}

/// The order that the file or the flags say.
fn order(create: &Create) -> Result<NewOrder, Failure> {
    let mut order = match &create.file {
        Some(file) => NewOrder::from_json(&read_text(file)?)?,
        None => NewOrder::new(create.line_item.iter().cloned()),
    };
    if let Some(cycle) = &create.billing_cycle {
        if let BillingCycle::Unrecognized(word) = cycle {
            remark(word.as_str(), "billing cycles", BillingCycle::WORDS);
        }
        order = order.billing_cycle(cycle.clone());
    }
    if let Some(code) = &create.currency {
        order = order.currency(code);
    }
    if create.attest_partner_on_record {
        order = order.partner_on_record_attestation(true);
    }
    if let Some(upn) = &create.customer_user_upn {
        order = order.customer_user_upn(upn);
    }
    Ok(order)
}

/// Reads the order until it stays as it is.
async fn settled(
    placed: &Response<Order>,
    limit: Duration,
    orders: Orders<'_>,
) -> Result<Response<Order>, partner_center_orders::Error> {
    let order = orders.order(&placed.body().id);
    let wait = order.wait_for_status(OrderStatus::Completed);
    let wait = wait.deadline(limit).correlation_id(placed.correlation_id());
    // Shown on a terminal only.
    let spinner = ProgressBar::new_spinner().with_message("waiting");
    spinner.enable_steady_tick(Duration::from_millis(100));
    let order = wait.send().await;
    spinner.finish_and_clear();
    order
}

/// An order can stay as it is without being completed.
fn completed(order: &Response<Order>) -> Result<(), Failure> {
    match &order.body().status {
        Some(OrderStatus::Completed) => Ok(()),
        Some(OrderStatus::PendingPoUpload) => Err(Failure::unfinished(
            "its status is pending_po_upload: it waits for `order attachment upload`".to_owned(),
        )),
        Some(status) => Err(Failure::unfinished(format!("its status is {status}"))),
        None => Err(Failure::unfinished("it has no status".to_owned())),
    }
}
