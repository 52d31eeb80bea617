//! Codes of subscriptions: can it be changed, in this way, now?

use super::Code;
use super::Repeat::{AfterAction, Changed, Later, No, SameRequestId};
use super::code;

#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    // Which one.
    code(404, "20003", Changed)
        .means("The customer has no subscription with this id.")
        .advise("Compare the id with GET /customers/GUID/subscriptions. That of a new order is there when the order is \
                 provisioned: GET /customers/GUID/subscriptions?order_id=ORDER."),
    code(400, "800021", Changed)
        .means("This is not a valid subscription.")
        .advise("Send an id out of GET /customers/GUID/subscriptions, and one whose product the call is meant for."),
    code(400, "2012", Changed)
        .means("The id could not be turned from one of commerce into one of Entra, or the other way round.")
        .advise("Send the id as GET /customers/GUID/subscriptions has it. A new subscription may not be provisioned yet: \
                 then try again later."),
    code(403, "900263", No)
        .means("The call does not serve legacy subscriptions.")
        .advise("Change a legacy subscription by PATCH /customers/GUID/subscriptions/GUID, its billing cycle by PATCH \
                 /customers/GUID/orders/ORDER."),

    // Its status.
    code(400, "2011", No)
        .means("A deleted subscription cannot be changed.")
        .advise("Deleted is final. Buy the product anew with POST /customers/GUID/orders."),
    code(400, "800091", AfterAction)
        .means("A suspended subscription cannot be changed.")
        .advise("Make it active first (PATCH /customers/GUID/subscriptions/GUID with the status active), then change it."),
    code(400, "800040", Changed)
        .means("The status cannot change from what it is to what was sent.")
        .advise("Read the subscription: its status decides what can follow. From active to suspended or deleted, from \
                 suspended to active; nothing follows deleted."),
    code(400, "800041", No)
        .means("It was activated before.")
        .advise("There is nothing to do: read the subscription or the order to see that it is active."),
    code(400, "800081", AfterAction)
        .means("The subscription must be activated before it can be changed.")
        .advise("Let the customer activate it with the link of GET /customers/GUID/subscriptions/GUID/activationlinks; in \
                 the sandbox, POST /customers/GUID/subscriptions/GUID/activate."),
    code(400, "800096", No)
        .means("The status of this subscription cannot be changed.")
        .advise("Read the subscription: cancellationAllowedUntilDate says whether it can still be cancelled. Else keep it \
                 from renewing with autoRenewEnabled false."),
    code(400, "900277", No)
        .means("The subscription is about to expire and cannot be changed any more.")
        .advise("Let it expire, and buy the product anew with POST /customers/GUID/orders if it is still needed."),
    code(400, "900279", No)
        .means("The subscription cannot be changed any more.")
        .advise("Read it to see how it stands; if the product is still needed, buy it anew with POST \
                 /customers/GUID/orders."),
    code(400, "900280", Later)
        .means("The subscription cannot be changed at the moment.")
        .advise("Try again in some hours: a renewal or another change may be under way. If it goes on, ask Partner Center \
                 support."),
    code(400, "900311", AfterAction)
        .means("The subscription was changed too many times.")
        .advise("Ask Partner Center support, who can allow more changes; put several changes into one from then on."),
    code(409, "800082", Later)
        .means("The subscription cannot be changed yet.")
        .advise("Wait until GET /customers/GUID/subscriptions/GUID/provisioningstatus says success, then send the change \
                 again."),
    code(409, "900278", Later)
        .means("An operation on this subscription is still pending.")
        .advise("Wait up to 24 hours, read the subscription, and send the change again if it is still wanted."),
    code(500, "800094", SameRequestId)
        .means("Changing the subscription failed inside the service.")
        .advise("Read the subscription: the change may have been made. If not, repeat it with the same request id."),

    // Its seats.
    code(400, "2001", AfterAction)
        .means("The quantity cannot change while the subscription is suspended.")
        .advise("Make it active first (PATCH /customers/GUID/subscriptions/GUID with the status active), then change the \
                 quantity."),
    code(400, "2002", Changed)
        .means("The quantity is below the least or above the most that the offer allows.")
        .advise("Stay within minimumQuantity and maximumQuantity of the offer (GET /offers/ID?country=XX, or the SKU in \
                 /products)."),
    code(400, "800090", Changed)
        .means("The number of seats cannot be reduced.")
        .advise("See in refundableQuantity of the subscription how many seats can be given back, and until when. Else \
                 reduce them for the renewal, in scheduledNextTermInstructions."),
    code(400, "900214", Changed)
        .means("The hours in which seats could be given back are over.")
        .advise("Reduce the seats for the renewal: PATCH /customers/GUID/subscriptions/GUID with the quantity in \
                 scheduledNextTermInstructions."),
    code(400, "900257", Changed)
        .means("The days in which seats could be given back are over.")
        .advise("Reduce the seats for the renewal: PATCH /customers/GUID/subscriptions/GUID with the quantity in \
                 scheduledNextTermInstructions."),
    code(400, "800095", No)
        .means("The quantity of this subscription cannot be changed.")
        .advise("Send the quantity as it is. For more, buy another subscription with POST /customers/GUID/orders."),
    code(403, "800027", No)
        .means("Nothing can be added to or taken from this item.")
        .advise("For more, buy another one with POST /customers/GUID/orders; for less, cancel the whole while that is \
                 possible."),
    code(400, "2006", No)
        .means("Subscriptions of this offer cannot be changed.")
        .advise("Buy what is wanted with POST /customers/GUID/orders, and let this subscription end with its term."),

    // Its renewal, term and partner.
    code(400, "800093", Changed)
        .means("The subscription cannot renew by itself.")
        .advise("Leave autoRenewEnabled false (isRenewable of the availability says what can renew), and buy the product \
                 anew when the term ends."),
    code(400, "800098", Changed)
        .means("The partner on record of this subscription cannot be changed.")
        .advise("Send partnerId as it is. Set partnerIdOnRecord when the next order is placed."),
    code(400, "800107", No)
        .means("The term of a trial cannot be changed.")
        .advise("Turn the trial into a paid subscription: GET \
                 /customers/GUID/subscriptions/GUID/transitionEligibilities says into which, with which terms."),
    code(400, "800122", Changed)
        .means("The new term is shorter than the current one.")
        .advise("Choose a term that is at least as long. A shorter one can begin with the renewal, in \
                 scheduledNextTermInstructions of the subscription."),
    code(400, "900268", Changed)
        .means("The term of the transition is not valid.")
        .advise("Send a termDuration that the target has (P1M, P1Y, P3Y): GET \
                 /customers/GUID/subscriptions/GUID/transitionEligibilities lists the targets."),

    // Its billing cycle.
    code(400, "2054", No)
        .means("The billing cycle is not changed through the subscription.")
        .advise("Legacy: PATCH /customers/GUID/orders/ORDER with billingCycle and the line. New commerce: for the \
                 renewal, in scheduledNextTermInstructions of the subscription."),
    code(400, "6000", AfterAction)
        .means("The billing cycle cannot change because a subscription of the order is not active.")
        .advise("See GET /customers/GUID/subscriptions?order_id=ORDER, make each of them active, and send the change \
                 again."),
    code(400, "6001", Changed)
        .means("The billing cycle cannot change because an offer of the order does not have the new one.")
        .advise("Choose a cycle that every offer of the order has, monthly or annual; else keep the one that it has."),
    code(400, "800072", Later)
        .means("The billing cycle cannot change while a subscription is being provisioned.")
        .advise("Wait until GET /customers/GUID/orders/ORDER/provisioningstatus says fulfilled, then send the change \
                 again."),
    code(400, "800080", No)
        .means("The billing cycle cannot change because the subscription has no account in the billing system.")
        .advise("Nothing in a request changes this: ask Partner Center support, and name the subscription and the \
                 correlation id."),
    code(400, "800085", Changed)
        .means("The billing cycle of the subscription is not that of its order.")
        .advise("Send the billingCycle that the order has now (GET /customers/GUID/orders/ORDER)."),
    code(400, "800097", Changed)
        .means("The billing cycle of this subscription cannot be changed.")
        .advise("Send billingCycle as it is. New commerce: change it for the renewal, in scheduledNextTermInstructions. \
                 Legacy: PATCH /customers/GUID/orders/ORDER."),

    // Add-ons.
    code(400, "800029", Changed)
        .means("The parent subscription takes no such add-on.")
        .advise("GET /offers/ID/addons?country=XX lists the add-ons of the parent's offer; put the parent into \
                 parentSubscriptionId."),
    code(409, "27009", AfterAction)
        .means("An add-on cannot be active while its parent subscription is not.")
        .advise("Make the parent active first (PATCH /customers/GUID/subscriptions/GUID with the status active), then \
                 the add-on."),
];
