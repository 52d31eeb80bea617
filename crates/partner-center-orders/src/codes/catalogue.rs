//! Codes of the catalogue: is this sold, in this quantity, for this term, in this currency?

use super::Code;
use super::Repeat::{AfterAction, Changed, No};
use super::code;

#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    // The offer.
    code(200, "400072", No)
        .means("The item is not available. The one code that is listed under a status of success.")
        .advise("After a write, look the order up: none may have come of it. Then choose an item whose availability says \
                 isPurchasable (GET /products/ID/skus/ID/availabilities?country=XX)."),
    code(400, "800004", Changed)
        .means("The id of the offer is not valid.")
        .advise("Send offerId as the catalogue has it: catalogItemId of an availability (product:sku:availability), or \
                 the GUID of a legacy offer."),
    code(400, "900142", Changed)
        .means("The id of the catalogue item is missing.")
        .advise("Set offerId on every line of an order, catalogItemId on every line of a cart."),
    code(400, "2100", Changed)
        .means("GET /offers knows legacy offers only, and this is no such id.")
        .advise("Read the item with GET /products/ID?country=XX, and its skus and availabilities below."),
    code(404, "400013", Changed)
        .means("There is no such product.")
        .advise("Check the part of offerId before the first colon with GET /products/ID?country=XX, for the country of \
                 the customer."),
    code(404, "400018", Changed)
        .means("The product has no such SKU.")
        .advise("Check the middle part of offerId with GET /products/ID/skus?country=XX, for the country of the \
                 customer."),
    code(404, "400019", Changed)
        .means("There is no such availability, or no longer.")
        .advise("Availabilities change. Read GET /products/ID/skus/ID/availabilities?country=XX again and send its \
                 catalogItemId as offerId."),
    code(400, "800070", Changed)
        .means("The offer is not sold in this country or region.")
        .advise("Read the catalogue with the country of the customer's address (country=XX), and take offerId from \
                 there."),
    code(403, "800020", Changed)
        .means("The catalogue item cannot be bought here.")
        .advise("See isPurchasable of the availability and purchasePrerequisites of the SKU, in the catalogue of the \
                 customer (/customers/GUID/products)."),
    code(403, "2085", Changed)
        .means("The offer cannot be bought.")
        .advise("Take an offer that is sold to this customer: GET /customers/GUID/products?targetView=.. for new \
                 commerce, isAvailableForPurchase in GET /offers?country=XX for legacy."),
    code(403, "2091", Changed)
        .means("The offer is no longer sold.")
        .advise("Look for its successor in the catalogue: most licences that were legacy offers are sold in new commerce \
                 (GET /products?country=XX&targetView=OnlineServices)."),
    code(400, "800010", Changed)
        .means("The item is not in stock.")
        .advise("POST /extensions/product/checkInventory?country=XX says what is restricted and why. Choose another item, \
                 region or Azure subscription."),
    code(403, "900322", No)
        .means("The product is not sold in the sandbox.")
        .advise("Test with another product; some, such as Azure savings plans, are sold in production only."),
    code(400, "27006", No)
        .means("The offer was used as often as it may be.")
        .advise("Choose an offer without such a limit, or add seats to the subscription that the customer has of it."),
    code(400, "27007", Changed)
        .means("The promotion is not valid.")
        .advise("Send the promotionId of a promotion that runs now in the customer's country and segment, or leave it \
                 out."),
    code(400, "900203", Changed)
        .means("The conditions of the offer must be agreed to.")
        .advise("Set attestationAccepted to true on the line, once somebody agreed to the conditions that the SKU names \
                 in attestationProperties."),

    // Quantity and currency.
    code(400, "800017", Changed)
        .means("There is not so much of the item.")
        .advise("Order less. POST /extensions/product/checkInventory?country=XX says what is restricted and why."),
    code(400, "900275", Changed)
        .means("The offer is not sold in this quantity.")
        .advise("Stay within minimumQuantity and maximumQuantity of the SKU (GET /products/ID/skus/ID?country=XX)."),
    code(400, "900169", Changed)
        .means("An item of the order is not sold in this currency.")
        .advise("Set currencyCode to the currency of your account or of the customer's market, or leave it out."),
    code(500, "800083", No)
        .means("The catalogue has contradictory quantities for the item.")
        .advise("Look the order up; if there is none, take another availability of the SKU. Tell Partner Center support \
                 the correlation id: the defect is theirs."),

    // Term and billing cycle.
    code(400, "800121", Changed)
        .means("The duration of the term is not valid.")
        .advise("Send termDuration as one of the availability's terms has it: P1M, P1Y or P3Y."),
    code(400, "400039", Changed)
        .means("The availability does not have this term.")
        .advise("Send termDuration as one of the availability's terms has it, with trials as well, and as part of the \
                 line item.")
        .known_from("seen: powershell; inferred: the status"),
    code(500, "800084", No)
        .means("The duration of the term is not supported.")
        .advise("Look the order up; if there is none, order with a termDuration of the availability's terms: P1M, P1Y or \
                 P3Y."),
    code(403, "800028", Changed)
        .means("The term that was bought first is no longer sold or renewed.")
        .advise("Read the availability's terms again and choose one of them, in a new order or for the renewal \
                 (scheduledNextTermInstructions of the subscription)."),
    code(400, "900242", Changed)
        .means("The end that was chosen for the term fits neither another subscription nor the end of a month.")
        .advise("Send a customTermEndDate out of GET \
                 /customers/GUID/subscriptions/customTermEndDates?term_duration=P1M, as it came."),
    code(400, "2004", Changed)
        .means("The offer does not have this billing cycle.")
        .advise("Send a billingCycle out of the SKU's supportedBillingCycles, none for a trial, and never unknown.")
        .known_from("seen: powershell; inferred: the status"),
    code(400, "900269", Changed)
        .means("The billing cycle is not valid.")
        .advise("Send a billingCycle out of the SKU's supportedBillingCycles, such as monthly or annual."),
    code(400, "900270", Changed)
        .means("The billing cycle is longer than the term.")
        .advise("Choose a longer termDuration or a shorter billingCycle: annual needs a term of P1Y or more."),

    // Azure plans as a condition.
    code(400, "900128", AfterAction)
        .means("A metered marketplace product needs an Azure plan.")
        .advise("Buy the customer an Azure plan first, with an Azure subscription under it; then order the product."),
    code(400, "900129", Changed)
        .means("The Azure plan for a metered marketplace product is not there, or nothing active is under it.")
        .advise("Name an Azure plan of the customer that has an active Azure subscription (GET \
                 /customers/GUID/subscriptions), or add one to it first."),
];
