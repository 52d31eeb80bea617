//! What does a request for a new order ask to buy, and is it allowed?
//!
//! Members that are the service's to set are passed over, but for those that are known to be refused. The checks have
//! this order: customer, status, billing cycle, currency, presence of lines; then line by line: number, offer, quantity,
//! parent subscription, trial without a cycle, term, end of the term, partners, commitment; last the attestation.

use chrono::{DateTime, Utc};

use crate::amount::Amount;
use crate::billing::BillingCycle;
use crate::catalogue::{self, Currency, DOLLAR};
use crate::denial::Denial;
use crate::members::Members;
use crate::offer::OfferKind;
use crate::order::{LineItem, OrderStatus, PurchaseCommitment, RenewsTo};
use crate::refusal::Refusal;
use crate::store::{Customer, PlacedOrder};
use crate::subscription;
use crate::term::{Day, months_of};

/// Most partners that can be on record of a line beside the first.
const MOST_ADDITIONAL_PARTNERS: usize = 5;
/// Term of seats that tell none.
const USUAL_TERM: &str = "P1Y";

/// An order to be placed. It has lines, numbered from 0.
#[derive(Debug)]
pub(crate) struct NewOrder {
    pub(crate) billing_cycle: BillingCycle,
    pub(crate) currency: &'static Currency,
    pub(crate) lines: Vec<LineItem>,
}

/// What the customer of an order decides about it.
#[derive(Debug)]
pub(crate) struct Buyer<'c> {
    pub(crate) customer_id: &'c str,
    pub(crate) currency: &'static Currency,
    /// The last days of the terms that subscriptions of the customer are in.
    pub(crate) term_ends: Vec<Day>,
}

impl<'c> Buyer<'c> {
    /// What the customer decides at a moment.
    pub(crate) fn of(customer: &'c Customer, now: DateTime<Utc>) -> Self {
        let ends =
            |placed: &PlacedOrder| subscription::term_ends(&placed.at(now)).collect::<Vec<_>>();
        Self {
            customer_id: &customer.id,
            currency: customer.currency,
            term_ends: customer.orders.iter().flat_map(ends).collect(),
        }
    }
}

impl NewOrder {
    /// Reads a body and checks it.
    pub(crate) fn read(body: &Members<'_>, buyer: &Buyer<'_>) -> Result<Self, Refusal> {
        check_customer(body, buyer.customer_id)?;
        if let Some(word) = body.word("status")? {
            OrderStatus::from_word(&word).ok_or(Denial::StatusUnknown)?;
        }
        let asked = billing_cycle(body)?;
        let currency = currency(body, buyer)?;
        let lines = body.objects("lineItems")?.unwrap_or_default();
        if lines.is_empty() {
            return Err(Denial::RequestInvalid.into());
        }
        let numbers = numbers(&lines)?;
        let mut read = Vec::with_capacity(lines.len());
        for (number, line) in numbers.into_iter().zip(&lines) {
            read.push(line_item(number, line, asked, buyer)?);
        }
        read.sort_by_key(|line| line.line_item_number);
        let is_attested = body.flag("partnerOnRecordAttestationAccepted")? == Some(true);
        if !is_attested && read.iter().any(needs_attestation) {
            return Err(Denial::AttestationMissing.into());
        }
        let billing_cycle = match asked {
            Some(BillingCycle::Unknown) | None => usual_cycle(&read[0]),
            Some(cycle) => cycle,
        };
        Ok(Self {
            billing_cycle,
            currency,
            lines: read,
        })
    }
}

/// A customer in the body must be the one in the path.
pub(crate) fn check_customer(body: &Members<'_>, customer_id: &str) -> Result<(), Denial> {
    match body.text("referenceCustomerId")? {
        Some(id) if !id.eq_ignore_ascii_case(customer_id) => Err(Denial::RequestInvalid),
        _ => Ok(()),
    }
}

/// The billing cycle that a body names.
pub(crate) fn billing_cycle(body: &Members<'_>) -> Result<Option<BillingCycle>, Refusal> {
    let Some(word) = body.word("billingCycle")? else {
        return Ok(None);
    };
    let cycle = BillingCycle::from_number_or_word(&word);
    cycle.map(Some).ok_or(Refusal::WordUnknown)
}

/// The numbers of the lines: each one from 0 to their number less one, once.
pub(crate) fn numbers(lines: &[Members<'_>]) -> Result<Vec<usize>, Denial> {
    let mut numbers = Vec::with_capacity(lines.len());
    for line in lines {
        let number = line.integer("lineItemNumber")?;
        let number = number.and_then(|number| usize::try_from(number).ok());
        let number = number.filter(|number| *number < lines.len() && !numbers.contains(number));
        numbers.push(number.ok_or(Denial::LineNumbersWrong)?);
    }
    Ok(numbers)
}

/// How many of an offer, at least one.
pub(crate) fn quantity(line: &Members<'_>) -> Result<u64, Denial> {
    let quantity = line.integer("quantity")?.unwrap_or_default();
    u64::try_from(quantity)
        .ok()
        .filter(|quantity| *quantity > 0)
        .ok_or(Denial::QuantityNotAllowed)
}

/// The partner on record, by a number.
pub(crate) fn partner(line: &Members<'_>) -> Result<Option<String>, Refusal> {
    let id = line.text("partnerIdOnRecord")?.filter(|id| !id.is_empty());
    match id {
        Some(id) if !is_number(&id) => Err(Refusal::ResellerInvalid),
        id => Ok(id),
    }
}

fn currency(body: &Members<'_>, buyer: &Buyer<'_>) -> Result<&'static Currency, Denial> {
    // The partner does business in dollars.
    match body.text("currencyCode")? {
        None => Ok(buyer.currency),
        Some(code) => [buyer.currency, &DOLLAR]
            .into_iter()
            .find(|currency| currency.code.eq_ignore_ascii_case(&code))
            .ok_or(Denial::CurrencyInvalid),
    }
}

fn line_item(
    number: usize,
    asked: &Members<'_>,
    cycle: Option<BillingCycle>,
    buyer: &Buyer<'_>,
) -> Result<LineItem, Refusal> {
    let offer_id = asked.text("offerId")?.unwrap_or_default();
    let kind = OfferKind::of(&offer_id).ok_or(Denial::OfferInvalid)?;
    let product = catalogue::product_of(&offer_id);
    let name = asked.text("friendlyName")?.filter(|name| !name.is_empty());
    let mut line = LineItem::new(number, offer_id, "", quantity(asked)?);
    line.friendly_name = name.or_else(|| product.map(|product| product.name.to_owned()));
    let parent = asked.text("parentSubscriptionId")?;
    if parent.is_some_and(|id| !id.is_empty()) {
        return Err(Denial::ParentOnPurchase.into());
    }
    if cycle == Some(BillingCycle::Unknown) && catalogue::is_trial(&line.offer_id) {
        return Err(Denial::CycleMissing.into());
    }
    let term = asked.text("termDuration")?.filter(|term| !term.is_empty());
    if let Some(term) = &term {
        let months = months_of(term).filter(|months| *months > 0);
        let months = months.ok_or(Denial::TermInvalid)?;
        if cycle
            .and_then(BillingCycle::months)
            .is_some_and(|cycle| cycle > months)
        {
            return Err(Denial::CycleLongerThanTerm.into());
        }
    }
    let usual = match kind {
        OfferKind::Legacy | OfferKind::Reservation => None,
        OfferKind::Software => Some(""),
        _ => Some(product.map_or(USUAL_TERM, |product| product.term)),
    };
    line.term_duration = term.or_else(|| usual.map(str::to_owned));
    line.transaction_type = match kind {
        OfferKind::Legacy | OfferKind::Reservation => None,
        _ => Some("New".to_owned()),
    };
    line.promotion_id = asked.text("promotionId")?.filter(|id| !id.is_empty());
    line.custom_term_end_date = term_end(asked, buyer)?;
    line.renews_to = match asked.object("renewsTo")? {
        Some(renewal) => renewal.text("termDuration")?,
        None => None,
    }
    .map(RenewsTo::term);
    line.partner_id_on_record = partner(asked)?;
    line.additional_partner_ids_on_record = additional_partners(asked)?;
    line.provisioning_context = asked.named_texts("provisioningContext")?;
    line.purchase_commitment = commitment(asked)?;
    if kind == OfferKind::SavingsPlan && line.purchase_commitment.is_none() {
        return Err(Denial::RequestInvalid.into());
    }
    Ok(line)
}

fn term_end(line: &Members<'_>, buyer: &Buyer<'_>) -> Result<Option<String>, Denial> {
    let Some(date) = line.text("customTermEndDate")? else {
        return Ok(None);
    };
    let day = Day::of(&date).filter(|day| day.ends_month() || buyer.term_ends.contains(day));
    day.ok_or(Denial::TermEndInvalid)?;
    Ok(Some(date))
}

fn additional_partners(line: &Members<'_>) -> Result<Option<Vec<String>>, Refusal> {
    let ids = line.texts("additionalPartnerIdsOnRecord")?;
    let ids = ids.filter(|ids| !ids.is_empty());
    if let Some(ids) = &ids {
        if ids.len() > MOST_ADDITIONAL_PARTNERS {
            return Err(Denial::RequestInvalid.into());
        }
        if !ids.iter().all(|id| is_number(id)) {
            return Err(Refusal::ResellerInvalid);
        }
    }
    Ok(ids)
}

fn commitment(line: &Members<'_>) -> Result<Option<PurchaseCommitment>, Denial> {
    let Some(commitment) = line.object("purchaseCommitment")? else {
        return Ok(None);
    };
    let amount = commitment.value::<Amount>("amount")?;
    let (currency, grain) = (commitment.text("currency")?, commitment.text("grain")?);
    match (amount, currency, grain) {
        (Some(amount), Some(currency), Some(grain)) => Ok(Some(PurchaseCommitment {
            amount: Some(amount),
            currency: Some(currency),
            grain: Some(grain),
        })),
        _ => Err(Denial::RequestInvalid),
    }
}

/// Seats for which somebody is on record as the reseller.
fn needs_attestation(line: &LineItem) -> bool {
    let has_partner =
        line.partner_id_on_record.is_some() || line.additional_partner_ids_on_record.is_some();
    has_partner && OfferKind::of_line(line) == OfferKind::Seats
}

/// How an order with this first line is billed when it does not say.
fn usual_cycle(line: &LineItem) -> BillingCycle {
    match OfferKind::of_line(line) {
        _ if catalogue::is_trial(&line.offer_id) => BillingCycle::None,
        OfferKind::Software | OfferKind::Reservation | OfferKind::SavingsPlan => {
            BillingCycle::OneTime
        }
        OfferKind::Legacy | OfferKind::Seats | OfferKind::Marketplace => BillingCycle::Monthly,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
