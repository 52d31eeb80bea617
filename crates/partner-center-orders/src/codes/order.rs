//! Codes of orders and carts: can this request be read, and this order be placed, found or changed?

use super::Code;
use super::Repeat::{Changed, Later, No, SameRequestId};
use super::code;

#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    // The request.
    code(400, "800002", Changed)
        .means("The request is not valid.")
        .advise("Compare path and body with the documentation of the call: line items with lineItemNumber from 0, offerId \
                 and quantity, and none of the members that only answers have."),
    code(400, "3000", Changed)
        .means("A member of the request is not valid.")
        .advise("Compare the members with the documentation of the call, and leave out those that the service sets, such \
                 as status, links and attributes."),
    code(400, "0", Changed)
        .means("A value in the request is none of the known words.")
        .advise("Correct the member that the description names, or leave it out: a new order has no status, and none is \
                 a billingCycle for trials only.")
        .known_from("seen: recordings; inferred: the status"),
    code(400, "900126", Changed)
        .means("A word in the request is not one that its member or parameter knows.")
        .advise("Send a word that the description or the documentation lists, such as monthly, annual or onetime for \
                 billingType. Leave a member out rather than send null."),
    code(400, "800071", Changed)
        .means("The lines of the order are not numbered from 0 without gaps.")
        .advise("Number lineItemNumber from 0 upwards in the order of the request; the lines of an add-on's PATCH begin \
                 at 0 as well."),
    code(400, "2000", No)
        .means("A new order cannot name a parent subscription.")
        .advise("Add to a legacy subscription by PATCH /customers/GUID/orders/ORDER, its own order, with \
                 parentSubscriptionId on the line. In a new order leave parentSubscriptionId out.")
        .known_from("seen: powershell; inferred: the status"),
    code(400, "800042", No)
        .means("The service does not do this.")
        .advise("See which call serves the product. Seats and cancellation in new commerce go through PATCH \
                 /customers/GUID/subscriptions/GUID, not through the order."),
    code(400, "900141", No)
        .means("The product does not take this operation.")
        .advise("Add-ons and billing cycles change by PATCH of an order for legacy offers only. New commerce: PATCH \
                 /customers/GUID/subscriptions/GUID for seats, renewal and cancellation."),
    code(400, "900127", No)
        .means("The operation is not to be had in this environment.")
        .advise("See whether the call is meant for this cloud, and for production or sandbox; use an account of the \
                 right one."),
    code(400, "4018", No)
        .means("The order cannot be processed, for a reason that is not said.")
        .advise("Compare the lines with the catalogue (offerId, quantity, term, billing cycle). If they are right, ask \
                 Partner Center support and name the correlation id."),

    // Not found.
    code(404, "1000", Changed)
        .means("Nothing is at this address.")
        .advise("Check the path and each id in it, and that they belong to this customer: GET /customers/GUID/orders and \
                 ../subscriptions list them."),
    code(404, "20000", Changed)
        .means("The customer has no order with this id.")
        .advise("Check the order's id, letter by letter, and the customer. An order that was just placed may show up to \
                 15 minutes late: then read again before anything else."),
    code(404, "800007", Later)
        .means("There is no information on the provisioning.")
        .advise("Read the order first (GET /customers/GUID/orders/ORDER). If it is pending, ask again later: the status \
                 is brought up to date every 15 minutes."),

    // At work, or out of date.
    code(409, "800060", SameRequestId)
        .means("The same order is being placed, or was placed just now.")
        .advise("Look the order up before anything else: a list shows it up to 15 minutes late. Or repeat the request \
                 with the same request id. A new one could buy twice."),
    code(409, "800014", Later)
        .means("A change of this order is still pending.")
        .advise("Read the order until its status is completed again, then send the change anew."),
    code(400, "2055", Changed)
        .means("The etag is not that of the current version.")
        .advise("Read the order or subscription again, see whether the change is still wanted, and send it with the new \
                 attributes.etag, in double quotes, as If-Match."),
    code(417, "800036", Changed)
        .means("A precondition of the request does not hold.")
        .advise("Read the order or subscription again, and send the change for what it is now, without conditions of the \
                 old version."),

    // Cancelling.
    code(400, "800061", No)
        .means("The order cannot be cancelled.")
        .advise("Orders are cancelled for software, and for reservations in the sandbox. New commerce and marketplace: \
                 PATCH /customers/GUID/subscriptions/GUID with the status deleted."),
    code(400, "800063", No)
        .means("The order cannot be cancelled; its subscriptions can be suspended.")
        .advise("List its subscriptions (GET /customers/GUID/subscriptions?order_id=ORDER) and suspend each: PATCH \
                 /customers/GUID/subscriptions/GUID with the status suspended."),
    code(403, "800019", No)
        .means("Outside of the sandbox only software can be cancelled by its order.")
        .advise("New commerce and marketplace: PATCH /customers/GUID/subscriptions/GUID with the status deleted. \
                 Reservations: in the Azure portal."),
    code(403, "800077", No)
        .means("Marketplace software sold by seats is not cancelled by its order.")
        .advise("Cancel the subscription: PATCH /customers/GUID/subscriptions/GUID with the whole subscription and the \
                 status deleted."),
    code(400, "900117", No)
        .means("The days in which this could be cancelled are over.")
        .advise("It stays until its term ends. Keep it from renewing: PATCH /customers/GUID/subscriptions/GUID with \
                 autoRenewEnabled false. For exceptions ask Partner Center support."),
    code(400, "900213", No)
        .means("The hours in which this could be cancelled are over.")
        .advise("It stays until its term ends. Keep it from renewing: PATCH /customers/GUID/subscriptions/GUID with \
                 autoRenewEnabled false. For exceptions ask Partner Center support."),

    // Purchase orders.
    code(400, "900252", Changed)
        .means("The upload has no purchase order.")
        .advise("Send the document as the part POFiles of the form to POST /customers/GUID/orders/ORDER/attachment."),
    code(400, "900253", Changed)
        .means("A purchase that is part of a tender needs a tender document or a link to one.")
        .advise("Set tenderLink in the upload's metadata, or send the document as the part TenderFiles."),
    code(400, "900254", Changed)
        .means("The metadata of the upload are not valid.")
        .advise("Send the part metadata as JSON with customerPrice (as text) and currency (ISO 4217)."),

    // Carts.
    code(404, "800008", Changed)
        .means("There is no such cart.")
        .advise("Check the cart's id. A cart ends 7 days after it was made: make a new one with POST \
                 /customers/GUID/carts."),
    code(400, "800009", Changed)
        .means("An item of the cart is wrong.")
        .advise("Read the cart: error of each line item says what is wrong. Correct it with PUT \
                 /customers/GUID/carts/CART and check out again."),
    code(409, "800064", Later)
        .means("Another request is at work on the cart.")
        .advise("Do not check out again now. Wait some minutes and look for its orders (GET /customers/GUID/orders, up \
                 to 15 minutes late): the other request may have placed them."),
    code(400, "800065", No)
        .means("The cart was checked out before.")
        .advise("Look for the orders that it led to (GET /customers/GUID/orders, up to 15 minutes late). To buy more, \
                 make a new cart."),

    // Failures inside.
    code(500, "800003", SameRequestId)
        .means("Something unexpected failed inside the service.")
        .advise("Repeat a read. After a write look the order up first, or repeat it with the same request id. If it goes \
                 on, tell Partner Center support the correlation id."),
    code(500, "800005", SameRequestId)
        .means("Placing the order failed inside the service.")
        .advise("Look the order up: it may exist, and shows in lists up to 15 minutes late. Or repeat the request with \
                 the same request id."),
    code(500, "800031", No)
        .means("The system that the purchase belongs to is not supported.")
        .advise("Look the order up; if there is none, compare offerId with the current catalogue and ask Partner Center \
                 support with the correlation id."),
    code(500, "800087", No)
        .means("Something is wrong with a line of the order.")
        .advise("Look the order up; if there is none, compare the lines with the catalogue (offerId, quantity, term, \
                 billing cycle) and order anew."),
    code(500, "900192", SameRequestId)
        .means("Something went wrong inside the service, for a while.")
        .advise("Repeat a read after some minutes. After a write look the order up first, or repeat it with the same \
                 request id."),
    code(501, "0", SameRequestId)
        .means("Something failed inside the service that has no code of its own.")
        .advise("Repeat a read. After a write look the order up first, or repeat it with the same request id. If it goes \
                 on, tell Partner Center support the correlation id."),
];
