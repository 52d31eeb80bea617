//! What do orders of the new commerce look like?
//!
//! Their ids are twelve hexadecimal digits, `alternateId` repeats them, `client` is an empty object, and one link says
//! where they are changed.

use std::collections::BTreeMap;
use std::io;

use super::moment::Moment;
use super::{Buyer, RESELLERS, upload};
use crate::activation;
use crate::amount::Amount;
use crate::catalogue::{
    CLIENT_ACCESS, COUNTRYWIDE, Currency, MAIL, Product, RUPIAH, SAVINGS_PLAN, SERVER, Sale, YEN,
};
use crate::id::{Place, Purpose};
use crate::link::{Attributes, Link};
use crate::offer;
use crate::order::{
    ClientContext, LineItem, LineItemLinks, Order, OrderLinks, OrderStatus, PurchaseCommitment,
    RenewsTo,
};
use crate::price::{LinePrice, Prices};
use crate::store::PlacedOrder;

/// Places of the special orders, so that a new one in the catalogue gives none of them another id.
const SPECIALS: usize = 100;
/// Places of the orders that nobody placed, likewise.
const OF_SYSTEM: usize = 400;

/// An order in the making: lines and prices grow together.
struct Draft {
    buyer: Buyer,
    place: Place,
    id: String,
    placed: Moment,
    currency: &'static Currency,
    status: OrderStatus,
    transaction_type: &'static str,
    lines: Vec<LineItem>,
    prices: Vec<LinePrice>,
}

/// One order of the catalogue. What its number adds to it is there so that every member occurs somewhere.
pub(super) fn order(buyer: Buyer, number: usize, sale: &Sale) -> io::Result<PlacedOrder> {
    let placed = Moment::before(buyer.place(number), (2023, 10), number);
    let mut draft = Draft::new(buyer, number, placed, buyer.currency, sale.status);
    let quantity = buyer.quantity(sale.quantity, sale.status);
    let mut price = LinePrice::plain(sale.product.unit, quantity);
    let line = draft.line(sale.product, quantity);
    if number % 4 == 1 {
        line.promotion_id = Some("39NFJQT1SB21:0001:39NFJQT1RK6P".to_owned());
        price = price.with_promotion();
    }
    if number % 5 == 1 {
        line.custom_term_end_date = Some(placed.chosen_term_end());
        price = price.for_half_a_term();
    }
    if number.is_multiple_of(3) && !sale.product.term.is_empty() {
        line.renews_to = Some(RenewsTo::term(sale.product.term));
    }
    if number.is_multiple_of(3) {
        line.partner_id_on_record = Some(RESELLERS[number % 2].to_owned());
    }
    line.additional_partner_ids_on_record = match number {
        6 => Some(vec!["4100023".to_owned(), "4100038".to_owned()]),
        12 => Some(vec![RESELLERS[1].to_owned()]),
        _ => None,
    };
    draft.prices.push(price);
    if sale.status == OrderStatus::PartialSuccess {
        draft.plain_line(&MAIL, quantity);
    }
    draft.finish(sale.billing_cycle)
}

/// An order that the service placed by itself, of this kind.
pub(super) fn of_system(
    buyer: Buyer,
    number: usize,
    sale: &Sale,
    kind: &'static str,
) -> io::Result<PlacedOrder> {
    let place = buyer.place(OF_SYSTEM + number);
    let placed = Moment::before(place, (2022, 3), number);
    let mut draft = Draft::new(
        buyer,
        OF_SYSTEM + number,
        placed,
        buyer.currency,
        sale.status,
    );
    draft.transaction_type = kind;
    let quantity = buyer.quantity(sale.quantity, sale.status);
    let line = draft.line(sale.product, quantity);
    line.transaction_type = Some("Renew".to_owned());
    line.partner_id_on_record = Some(RESELLERS[1].to_owned());
    draft
        .prices
        .push(LinePrice::plain(sale.product.unit, quantity));
    if sale.status == OrderStatus::Completed {
        // One order of two subscriptions, each with an activation link.
        let line = draft.line(sale.product, 1);
        line.transaction_type = Some("Renew".to_owned());
        line.partner_id_on_record = Some("4100038".to_owned());
        draft.prices.push(LinePrice::plain(sale.product.unit, 1));
    }
    draft.finish(sale.billing_cycle)
}

/// Orders that are unlike the others, newest first.
pub(super) fn specials(buyer: Buyer) -> io::Result<Vec<PlacedOrder>> {
    let start = |number: usize, currency| {
        let placed = Moment::before(buyer.place(SPECIALS + number), (2024, 3), number);
        let status = OrderStatus::Completed;
        Draft::new(buyer, SPECIALS + number, placed, currency, status)
    };

    let mut savings_plan = start(0, buyer.currency);
    let context = [
        ("scope", "shared".to_owned()),
        (
            "entitlementId",
            savings_plan.place.guid(Purpose::Entitlement),
        ),
        (
            "subscriptionId",
            savings_plan.place.guid(Purpose::AzurePlan),
        ),
    ];
    let price = LinePrice::plain(SAVINGS_PLAN.unit, 1);
    let line = savings_plan.line(&SAVINGS_PLAN, 1);
    line.provisioning_context = Some(BTreeMap::from(
        context.map(|(key, value)| (key.to_owned(), value)),
    ));
    line.purchase_commitment = Some(PurchaseCommitment {
        amount: Some(Amount::of(5, 2)?),
        currency: Some("usd".to_owned()),
        grain: Some("hourly".to_owned()),
    });
    // A savings plan shows its prices to whoever looks.
    line.pricing = Some(price.pricing(buyer.currency)?);
    savings_plan.prices.push(price);

    let mut software = start(1, buyer.currency);
    software.plain_line(&SERVER, 4);

    // The order stays completed when only one of its lines is cancelled.
    let mut half_cancelled = start(2, buyer.currency);
    half_cancelled.plain_line(&SERVER, 1);
    half_cancelled.plain_line(&CLIENT_ACCESS, 0);

    let mut enormous = start(3, &RUPIAH);
    enormous.plain_line(&COUNTRYWIDE, 1);

    let mut without_cents = start(4, &YEN);
    without_cents.plain_line(&MAIL, 20);

    Ok(vec![
        savings_plan.finish("one_time")?,
        software.finish("one_time")?,
        half_cancelled.finish("one_time")?,
        enormous.finish("annual")?,
        without_cents.finish("annual")?,
    ])
}

impl Draft {
    fn new(
        buyer: Buyer,
        number: usize,
        placed: Moment,
        currency: &'static Currency,
        status: OrderStatus,
    ) -> Self {
        let place = buyer.place(number);
        Self {
            buyer,
            place,
            id: place.short_order_id(),
            placed,
            currency,
            status,
            transaction_type: "UserPurchase",
            lines: Vec::new(),
            prices: Vec::new(),
        }
    }

    /// Adds a line without anything special.
    fn plain_line(&mut self, product: &Product, quantity: u64) {
        self.line(product, quantity);
        self.prices.push(LinePrice::plain(product.unit, quantity));
    }

    /// Adds a line; its price is still to come.
    fn line(&mut self, product: &Product, quantity: u64) -> &mut LineItem {
        let number = self.lines.len();
        let is_perpetual = product.term.is_empty();
        let is_provisioned = match self.status {
            OrderStatus::Completed | OrderStatus::Suspended | OrderStatus::Cancelled => true,
            OrderStatus::PartialSuccess => number == 0,
            _ => false,
        };
        let mut line = LineItem::new(number, product.offer_id(), product.name, quantity);
        line.term_duration = Some(product.term.to_owned());
        line.transaction_type = Some("New".to_owned());
        if is_provisioned && !is_perpetual {
            let purpose = Purpose::Subscription { line: number };
            line.subscription_id = Some(self.place.guid(purpose));
        }
        line.links = Some(self.line_links(product, number));
        self.lines.push(line);
        &mut self.lines[number]
    }

    fn line_links(&self, product: &Product, number: usize) -> LineItemLinks {
        let is_activated = activation::is_possible(Some(self.status), &product.offer_id());
        LineItemLinks {
            activation_links: is_activated
                .then(|| Link::get(activation::path_of_line(self.buyer.id, &self.id, number))),
            ..offer::links(&product.offer_id(), self.buyer.country)
        }
    }

    fn finish(self, billing_cycle: &str) -> io::Result<PlacedOrder> {
        let links = OrderLinks::with_patch_operation(self.buyer.id, &self.id);
        let prices = Prices::of(self.currency, self.prices)?;
        let order = Order {
            id: self.id.clone(),
            alternate_id: Some(self.id),
            reference_customer_id: self.buyer.id.to_owned(),
            billing_cycle: billing_cycle.to_owned(),
            currency_code: Some(self.currency.code.to_owned()),
            currency_symbol: Some(self.currency.symbol.to_owned()),
            line_items: self.lines,
            creation_date: self.placed.in_utc(),
            status: Some(self.status),
            transaction_type: Some(self.transaction_type.to_owned()),
            total_price: None,
            partner_on_record_attestation_accepted: None,
            links: Some(links),
            client: Some(ClientContext::default()),
            attributes: Some(Attributes::of("Order")),
        };
        Ok(PlacedOrder {
            attachments: upload::attachments(self.place, self.status),
            ..PlacedOrder::new(self.place, order, Some(prices))
        })
    }
}
