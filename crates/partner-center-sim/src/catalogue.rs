//! What can be bought, and which purchases does every customer start with?
//!
//! Names resemble products; ids and prices are invented. The tables are short on purpose: a state that a client can meet
//! is in them once or twice, not more.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::order::OrderStatus::{self, *};

/// A currency, with its number of decimal places.
#[derive(Debug)]
pub(crate) struct Currency {
    pub(crate) code: &'static str,
    pub(crate) symbol: &'static str,
    pub(crate) places: u32,
}

pub(crate) const DOLLAR: Currency = Currency {
    code: "USD",
    symbol: "$",
    places: 2,
};
pub(crate) const EURO: Currency = Currency {
    code: "EUR",
    symbol: "€",
    places: 2,
};
pub(crate) const YEN: Currency = Currency {
    code: "JPY",
    symbol: "¥",
    places: 0,
};
pub(crate) const RUPIAH: Currency = Currency {
    code: "IDR",
    symbol: "Rp",
    places: 2,
};

/// Every currency that there is.
pub(crate) const CURRENCIES: [&Currency; 4] = [&DOLLAR, &EURO, &YEN, &RUPIAH];

/// The currency with this code, in any letter case.
pub(crate) fn currency(code: &str) -> Option<&'static Currency> {
    CURRENCIES
        .into_iter()
        .find(|currency| currency.code.eq_ignore_ascii_case(code))
}

/// Countries of customers, each with what is paid there. The first one is that of who does not say.
pub(crate) const COUNTRIES: [(&str, &Currency); 4] = [
    ("US", &DOLLAR),
    ("DE", &EURO),
    ("JP", &YEN),
    ("ID", &RUPIAH),
];

/// The country with this code, in any letter case.
pub(crate) fn country(code: &str) -> Option<(&'static str, &'static Currency)> {
    COUNTRIES
        .into_iter()
        .find(|(country, _)| country.eq_ignore_ascii_case(code))
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.code.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for &'static Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        currency(&code).ok_or_else(|| D::Error::custom(format!("{code:?} is no currency here")))
    }
}

/// Something with an offer id of the form `product:sku:availability`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Product {
    pub(crate) name: &'static str,
    pub(crate) product: &'static str,
    pub(crate) sku: &'static str,
    pub(crate) availability: &'static str,
    /// ISO 8601 duration; empty when the purchase is for ever.
    pub(crate) term: &'static str,
    /// Price of one unit in minor units of the order's currency.
    pub(crate) unit: u64,
}

impl Product {
    pub(crate) fn offer_id(&self) -> String {
        let Self {
            product,
            sku,
            availability,
            ..
        } = self;
        format!("{product}:{sku}:{availability}")
    }
}

const fn product(
    name: &'static str,
    [product, sku, availability]: [&'static str; 3],
    term: &'static str,
    unit: u64,
) -> Product {
    Product {
        name,
        product,
        sku,
        availability,
        term,
        unit,
    }
}

const BUSINESS: Product = product(
    "Microsoft 365 Business Premium",
    ["CFQ7TTC0SB01", "0002", "CFQ7TTC0RK4D"],
    "P1Y",
    1_210,
);
/// Also the second line of the order that succeeded in part.
pub(crate) const MAIL: Product = product(
    "Exchange Online (Plan 1)",
    ["CFQ7TTC0SB02", "0001", "CFQ7TTC0RL7W"],
    "P1Y",
    4_800,
);
const MEETINGS: Product = product(
    "Microsoft Teams Essentials",
    ["CFQ7TTC0SB03", "0001", "CFQ7TTC0RM2X"],
    "P1M",
    405,
);
const TRIAL: Product = product(
    "Power BI Pro (trial)",
    ["CFQ7TTC0SB04", "0004", "CFQ7TTC0RN9B"],
    "P1M",
    0,
);
const SECURITY: Product = product(
    "Defender for Business, three years",
    ["CFQ7TTC0SB05", "0003", "CFQ7TTC0RP3H"],
    "P3Y",
    10_795,
);
const ARCHIVE: Product = product(
    "Mail archive, two years",
    ["CFQ7TTC0SB06", "0001", "CFQ7TTC0RQ8K"],
    "P2Y",
    7_199,
);
const MARKETPLACE: Product = product(
    "Backup for cloud drives",
    ["DZH318Z0SB07", "0008", "DZH318Z0RR5T"],
    "P1M",
    2_333,
);
/// The same product by the year.
const MARKETPLACE_YEAR: Product = product(
    "Backup for cloud drives",
    ["DZH318Z0SB07", "0009", "DZH318Z0RR6U"],
    "P1Y",
    23_330,
);
const STANDARD: Product = product(
    "Office LTSC Standard 2021",
    ["DG7GMGF0SB08", "0002", "DG7GMGF0RS1C"],
    "",
    31_999,
);
/// Perpetual software of which no order asks for a document.
pub(crate) const SERVER: Product = product(
    "Windows Server 2022 Standard, 16 cores",
    ["DG7GMGF0SB09", "0005", "DG7GMGF0RT6V"],
    "",
    97_230,
);
/// The line of a software order that was cancelled while the other one stayed.
pub(crate) const CLIENT_ACCESS: Product = product(
    "Windows Server 2022, 1 user CAL",
    ["DG7GMGF0SB10", "0007", "DG7GMGF0RV2J"],
    "",
    4_150,
);
pub(crate) const SAVINGS_PLAN: Product = product(
    "Azure savings plan for compute, one year",
    ["DZH318Z0SB11", "000B", "DZH318Z0RW8M"],
    "P1Y",
    43_800,
);
/// The price has 16 significant digits that `f64` cannot hold: it is 2^53 + 1 minor units.
pub(crate) const COUNTRYWIDE: Product = product(
    "Nationwide education agreement",
    ["CFQ7TTC0SB12", "0001", "CFQ7TTC0RX4Q"],
    "P1Y",
    9_007_199_254_740_993,
);
const SMALL_MACHINE: Product = product(
    "Reserved_VM_Instance_Standard_B2s_EU_West_1_Year",
    ["DZH318Z0SB13", "001D", "DZH318Z0RZ7N"],
    "P1Y",
    21_924,
);
const LARGE_MACHINE: Product = product(
    "Reserved_VM_Instance_Standard_E16_v3_US_East_3_Years",
    ["DZH318Z0SB14", "004K", "DZH318Z0RB3F"],
    "P3Y",
    1_139_676,
);

/// Everything that is on the list.
const PRODUCTS: [&Product; 15] = [
    &BUSINESS,
    &MAIL,
    &MEETINGS,
    &TRIAL,
    &SECURITY,
    &ARCHIVE,
    &MARKETPLACE,
    &MARKETPLACE_YEAR,
    &STANDARD,
    &SERVER,
    &CLIENT_ACCESS,
    &SAVINGS_PLAN,
    &COUNTRYWIDE,
    &SMALL_MACHINE,
    &LARGE_MACHINE,
];

/// The product with this offer id, when it is on the list.
pub(crate) fn product_of(offer_id: &str) -> Option<&'static Product> {
    PRODUCTS
        .into_iter()
        .find(|product| product.offer_id() == offer_id)
}

/// Whether this is an offer to try something.
pub(crate) fn is_trial(offer_id: &str) -> bool {
    product_of(offer_id).is_some_and(|product| *product == TRIAL)
}

/// The publisher of what the marketplace sells; Microsoft's own products have none here.
pub(crate) fn publisher(offer_id: &str) -> Option<&'static str> {
    // The availability at the end of an offer id changes over time.
    let product = offer_id.split(':').next();
    (product == Some(MARKETPLACE.product)).then_some("Fabrikam Software")
}

/// One purchase that every customer made.
#[derive(Debug)]
pub(crate) struct Sale {
    pub(crate) product: &'static Product,
    pub(crate) quantity: u64,
    pub(crate) billing_cycle: &'static str,
    pub(crate) status: OrderStatus,
}

const fn sale(
    product: &'static Product,
    quantity: u64,
    billing_cycle: &'static str,
    status: OrderStatus,
) -> Sale {
    Sale {
        product,
        quantity,
        billing_cycle,
        status,
    }
}

/// New commerce, newest first.
pub(crate) const NEW_COMMERCE: [Sale; 19] = [
    sale(&BUSINESS, 25, "monthly", Pending),
    sale(&MAIL, 40, "annual", Completed),
    sale(&TRIAL, 25, "none", Completed),
    sale(&STANDARD, 3, "one_time", PendingPoUpload),
    sale(&SECURITY, 60, "triennial", Completed),
    sale(&BUSINESS, 12, "annual", PendingReview),
    sale(&MEETINGS, 5, "monthly", Suspended),
    sale(&STANDARD, 8, "one_time", PoUploadComplete),
    sale(&ARCHIVE, 30, "biennial", Completed),
    sale(&MARKETPLACE, 1, "monthly", Completed),
    sale(&STANDARD, 2, "one_time", PoReviewRejected),
    sale(&BUSINESS, 18, "annual", PartialSuccess),
    sale(&MAIL, 7, "monthly", Error),
    sale(&MEETINGS, 15, "monthly", Cancelled),
    sale(&SECURITY, 10, "annual", Unknown),
    sale(&MARKETPLACE_YEAR, 2, "annual", Completed),
    sale(&BUSINESS, 110, "annual", Completed),
    sale(&TRIAL, 25, "none", Cancelled),
    sale(&MAIL, 33, "monthly", Completed),
];

/// What the service bought for a customer by itself, newest first, and what it calls that. The second customer has the
/// first of them only.
pub(crate) const SYSTEM: [(Sale, &str); 2] = [
    (
        sale(&MARKETPLACE, 3, "monthly", Completed),
        "SystemPurchase",
    ),
    // The one marketplace purchase that is not completed.
    (sale(&MARKETPLACE, 6, "monthly", Pending), "SystemBilling"),
];

/// Reserved instances, newest first.
pub(crate) const RESERVATIONS: [Sale; 8] = [
    sale(&SMALL_MACHINE, 1, "one_time", Pending),
    sale(&LARGE_MACHINE, 2, "one_time", Completed),
    sale(&SMALL_MACHINE, 4, "one_time", Completed),
    sale(&SMALL_MACHINE, 1, "one_time", Cancelled),
    sale(&LARGE_MACHINE, 1, "one_time", Completed),
    sale(&SMALL_MACHINE, 6, "one_time", Error),
    sale(&SMALL_MACHINE, 2, "one_time", Completed),
    sale(&LARGE_MACHINE, 3, "one_time", Completed),
];

/// A purchase of a legacy offer, whose id is a GUID.
#[derive(Debug)]
pub(crate) struct LegacySale {
    pub(crate) name: &'static str,
    pub(crate) quantity: u64,
    pub(crate) billing_cycle: &'static str,
    /// The oldest orders tell neither status nor currency.
    pub(crate) status: Option<OrderStatus>,
    pub(crate) has_currency: bool,
}

const fn legacy(
    name: &'static str,
    quantity: u64,
    billing_cycle: &'static str,
    status: Option<OrderStatus>,
    has_currency: bool,
) -> LegacySale {
    LegacySale {
        name,
        quantity,
        billing_cycle,
        status,
        has_currency,
    }
}

/// Legacy offers, newest first.
pub(crate) const LEGACY: [LegacySale; 8] = [
    legacy("Office 365 Business", 9, "monthly", Some(Completed), true),
    // This spelling is the service's own.
    legacy(
        "Office 365 Enterprise E3",
        50,
        "Annual",
        Some(Completed),
        true,
    ),
    legacy(
        "Azure Active Directory Premium P1",
        50,
        "monthly",
        None,
        true,
    ),
    legacy(
        "Office 365 Enterprise E1 (trial)",
        25,
        "none",
        Some(Suspended),
        false,
    ),
    legacy("Exchange Online Archiving", 12, "annual", None, false),
    legacy("Microsoft Azure", 1, "unknown", Some(Completed), false),
    legacy("Visio Pro for Office 365", 2, "monthly", None, false),
    legacy("Intune", 20, "monthly", None, false),
];
