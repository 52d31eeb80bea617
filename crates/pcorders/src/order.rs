//! `pcorders order`: list, show, and what belongs to an order. What changes one is elsewhere.

use partner_center_orders::{
    BillingType, Order, OrderHandle, OrderLineItem, OrderLineItemActivationLink,
    OrderLineItemProvisioningStatus, OrderStatus, Response, Subscription, Timestamp,
};

use crate::args::{ActivationLinks, List, One, OrderVerb, Raw, Show};
use crate::attachment;
use crate::change;
use crate::connect::Connected;
use crate::failure::Failure;
use crate::listing;
use crate::output::{Output, clean, notice, table};
use crate::purchase;

pub(crate) async fn run(
    verb: OrderVerb,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    match verb {
        OrderVerb::List(list) => self::list(list, connected, output).await,
        OrderVerb::Show(show) => self::show(show, connected, output).await,
        OrderVerb::ProvisioningStatus(one) => {
            let request = handle(&one, connected)?.provisioning_status();
            listing::print(request.send(), one.raw.raw, output, provisioning_table).await
        }
        OrderVerb::ActivationLinks(ActivationLinks { one, line_item }) => {
            let order = handle(&one, connected)?;
            let request = match line_item {
                None => order.activation_links(),
                Some(number) => order.line_item(number).activation_links(),
            };
            listing::print(request.send(), one.raw.raw, output, activation_table).await
        }
        OrderVerb::Subscriptions(one) => {
            let request = handle(&one, connected)?.subscriptions();
            listing::print(request.send(), one.raw.raw, output, subscription_table).await
        }
        OrderVerb::Attachment(verb) => attachment::run(verb, connected, output).await,
        OrderVerb::Create(create) => purchase::create(create, connected, output).await,
        OrderVerb::AddOn(add_on) => change::add_on(add_on, connected, output).await,
        OrderVerb::ChangeBillingCycle(change) => {
            change::change_billing_cycle(change, connected, output).await
        }
        OrderVerb::Cancel(cancel) => change::cancel(cancel, connected, output).await,
        OrderVerb::Update(update) => change::update(update, connected, output).await,
    }
}

/// The order that was named.
pub(crate) fn handle<'c>(one: &One, connected: &'c Connected) -> Result<OrderHandle<'c>, Failure> {
    let customer = connected.customer(one.customer.customer)?;
    let orders = connected.partner.customer(customer).orders();
    Ok(orders.order(&one.order))
}

async fn list(list: List, connected: &Connected, output: &mut Output) -> Result<(), Failure> {
    let customer = connected.customer(list.customer.customer)?;
    if let Some(OrderStatus::Unrecognized(word)) = &list.status {
        remark(word.as_str(), "statuses", OrderStatus::WORDS);
    }
    if let Some(BillingType::Unrecognized(word)) = &list.billing_type {
        remark(word.as_str(), "billing cycles", BillingType::WORDS);
    }
    if list.raw.raw && (list.since.is_some() || list.status.is_some()) {
        let message =
            "--since and --status are filters of the command's own: they cannot go with --raw";
        return Err(Failure::usage(message));
    }
    let mut request = connected.partner.customer(customer).orders().list();
    if let Some(billing_type) = &list.billing_type {
        request = request.billing_type(billing_type.clone());
    }
    if let Some(partner_id) = &list.indirect_reseller {
        request = request.indirect_reseller(partner_id);
    }
    if list.include_system_purchases {
        request = request.include_system_purchases(true);
    }
    if list.include_price {
        request = request.include_price(true);
    }
    let wanted = |order: &Order| list.wants(order);
    let table = |orders: &[Order]| order_table(orders, list.include_price);
    listing::print_some(request.send(), list.raw.raw, output, wanted, table).await
}

/// A word that is not known may be a new one, or mistyped.
pub(crate) fn remark(word: &str, what: &str, known: &[&str]) {
    notice(&format!(
        "note: {} is none of the known {what}: {}",
        clean(word),
        known.join(", ")
    ));
}

impl List {
    /// What the service does not filter.
    fn wants(&self, order: &Order) -> bool {
        let placed = order.creation_date.as_ref().and_then(Timestamp::to_utc);
        let is_late_enough = match (self.since, placed) {
            (Some(since), Some(placed)) => placed >= since,
            // An order is rather shown too often than lost.
            _ => true,
        };
        is_late_enough && (self.status.is_none() || order.status == self.status)
    }
}

async fn show(show: Show, connected: &Connected, output: &mut Output) -> Result<(), Failure> {
    let mut request = handle(&show.one, connected)?.get();
    if show.include_price {
        request = request.include_price(true);
    }
    print(&request.send().await?, &show.one.raw, output)
}

/// Prints one order.
pub(crate) fn print(
    order: &Response<Order>,
    raw: &Raw,
    output: &mut Output,
) -> Result<(), Failure> {
    if raw.raw {
        output.body_line(order.raw_body().unwrap_or_default())?;
        return Ok(());
    }
    output.value(order.body(), order_in_full)
}

fn order_table(orders: &[Order], with_price: bool) -> String {
    let mut header = vec![
        "ID",
        "STATUS",
        "BILLING",
        "PLACED (UTC)",
        "LINES",
        "FIRST LINE",
    ];
    if with_price {
        header.push("TOTAL");
    }
    let row = |order: &Order| {
        let lines = order.line_items();
        let mut row = vec![
            order.id.to_string(),
            text(&order.status),
            text(&order.billing_cycle),
            placed(order),
            lines.len().to_string(),
            lines.first().map(name).unwrap_or_default(),
        ];
        if with_price {
            row.push(total(order));
        }
        row
    };
    table(&header, orders.iter().map(row))
}

fn order_in_full(order: &Order) -> String {
    let facts = [
        ("id", order.id.to_string()),
        ("customer", text(&order.reference_customer_id)),
        ("status", text(&order.status)),
        ("billing cycle", text(&order.billing_cycle)),
        ("placed (UTC)", placed(order)),
        ("currency", text(&order.currency_code)),
        ("total", total(order)),
    ];
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    let facts = table(
        &["ORDER", ""],
        facts.map(|(name, value)| vec![name.to_owned(), value]),
    );
    let line = |line: &OrderLineItem| {
        vec![
            text(&line.line_item_number),
            name(line),
            text(&line.quantity),
            text(&line.term_duration),
            text(&line.offer_id),
            text(&line.subscription_id),
        ]
    };
    let header = ["LINE", "NAME", "QUANTITY", "TERM", "OFFER", "SUBSCRIPTION"];
    format!(
        "{facts}\n{}",
        table(&header, order.line_items().iter().map(line))
    )
}

fn provisioning_table(lines: &[OrderLineItemProvisioningStatus]) -> String {
    let row = |line: &OrderLineItemProvisioningStatus| {
        let units = line.quantity_provisioning_information.iter().flatten();
        let units = units.map(|units| format!("{} {}", text(&units.quantity), text(&units.status)));
        vec![
            text(&line.line_item_number),
            text(&line.status),
            units.collect::<Vec<_>>().join(", "),
        ]
    };
    table(&["LINE", "STATUS", "UNITS"], lines.iter().map(row))
}

fn activation_table(links: &[OrderLineItemActivationLink]) -> String {
    let row = |entry: &OrderLineItemActivationLink| {
        let uri = entry.link.as_ref().and_then(|link| link.uri.clone());
        vec![text(&entry.line_item_number), uri.unwrap_or_default()]
    };
    table(&["LINE", "ADDRESS"], links.iter().map(row))
}

fn subscription_table(subscriptions: &[Subscription]) -> String {
    let row = |subscription: &Subscription| {
        vec![
            text(&subscription.id),
            text(&subscription.status),
            text(&subscription.quantity),
            text(&subscription.billing_cycle),
            text(&subscription.term_duration),
            text(if subscription.friendly_name.is_some() {
                &subscription.friendly_name
            } else {
                &subscription.offer_name
            }),
        ]
    };
    let header = ["ID", "STATUS", "QUANTITY", "BILLING", "TERM", "NAME"];
    table(&header, subscriptions.iter().map(row))
}

pub(crate) fn text<T: ToString>(value: &Option<T>) -> String {
    value.as_ref().map(T::to_string).unwrap_or_default()
}

/// The time in UTC to the minute; what is no time, as it came.
fn placed(order: &Order) -> String {
    let Some(date) = &order.creation_date else {
        return String::new();
    };
    match date.to_utc() {
        Some(instant) => instant.format("%Y-%m-%d %H:%M").to_string(),
        None => date.to_string(),
    }
}

fn name(line: &OrderLineItem) -> String {
    text(if line.friendly_name.is_some() {
        &line.friendly_name
    } else {
        &line.offer_id
    })
}

fn total(order: &Order) -> String {
    match &order.total_price {
        Some(price) => format!("{price} {}", text(&order.currency_code))
            .trim_end()
            .to_owned(),
        None => String::new(),
    }
}
