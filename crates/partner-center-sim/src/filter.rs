//! Which orders does the query of a list ask for?
//!
//! Every filter is optional and narrows the list, but for one: orders that the service itself placed are left out unless
//! the query asks for them.

use crate::billing::BillingCycle;
use crate::id::is_guid;
use crate::order::{LineItem, Order};
use crate::refusal::Refusal;
use crate::request::{flag, pair};
use crate::seed::RESELLER_TENANTS;

const BILLING_TYPE: &str = "billingType";
const INDIRECT_RESELLER_ID: &str = "indirect_reseller_id";
const INCLUDE_SYSTEM_PURCHASES: &str = "include_system_purchases";

/// What the orders of a list have in common.
#[derive(Debug)]
pub(crate) struct OrderFilter {
    billing_cycle: Option<BillingCycle>,
    indirect_reseller_id: Option<String>,
    include_system_purchases: bool,
}

impl OrderFilter {
    /// The names of the query that mean something here.
    pub(crate) const NAMES: [&str; 3] =
        [BILLING_TYPE, INDIRECT_RESELLER_ID, INCLUDE_SYSTEM_PURCHASES];

    /// Reads a raw query. Names that mean nothing here are passed over.
    pub(crate) fn read(query: &str) -> Result<Self, Refusal> {
        let billing_cycle = match pair(query, BILLING_TYPE) {
            Some(pair) => {
                Some(BillingCycle::from_number_or_word(&pair.value).ok_or(Refusal::WordUnknown)?)
            }
            None => None,
        };
        let indirect_reseller_id = match pair(query, INDIRECT_RESELLER_ID) {
            Some(pair) => Some(partner_id(&pair.value).ok_or(Refusal::ResellerInvalid)?),
            None => None,
        };
        Ok(Self {
            billing_cycle,
            indirect_reseller_id,
            include_system_purchases: flag(query, INCLUDE_SYSTEM_PURCHASES),
        })
    }

    /// Whether an order belongs in the list.
    pub(crate) fn admits(&self, order: &Order) -> bool {
        let cycle = self
            .billing_cycle
            .is_none_or(|asked| BillingCycle::from_word(&order.billing_cycle) == Some(asked));
        let reseller = self
            .indirect_reseller_id
            .as_deref()
            .is_none_or(|id| order.line_items.iter().any(|line| names(line, id)));
        let placed_by = self.include_system_purchases || !is_of_system(order);
        cycle && reseller && placed_by
    }

    /// The same text for filters that mean the same, and for no others.
    pub(crate) fn fingerprint(&self) -> String {
        let cycle = self.billing_cycle.map_or("", BillingCycle::as_str);
        let reseller = self.indirect_reseller_id.as_deref().unwrap_or_default();
        format!("{cycle}|{reseller}|{}", self.include_system_purchases)
    }
}

/// The PartnerID of a reseller that is named by it or by its tenant id; nobody's for a tenant that is not known.
fn partner_id(reseller: &str) -> Option<String> {
    const NOBODY: &str = "0";
    let is_number = !reseller.is_empty() && reseller.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        return Some(reseller.to_owned());
    }
    let tenant = RESELLER_TENANTS
        .iter()
        .find(|(tenant, _)| tenant.eq_ignore_ascii_case(reseller));
    let known = tenant.map(|(_, partner_id)| *partner_id);
    is_guid(reseller).then(|| known.unwrap_or(NOBODY).to_owned())
}

fn names(line: &LineItem, partner_id: &str) -> bool {
    let first = line.partner_id_on_record.iter();
    let others = line.additional_partner_ids_on_record.iter().flatten();
    first.chain(others).any(|id| id == partner_id)
}

/// Old orders do not tell who placed them: a person did.
fn is_of_system(order: &Order) -> bool {
    matches!(
        order.transaction_type.as_deref(),
        Some("SystemPurchase" | "SystemBilling")
    )
}
