//! Codes of Azure purchases: is what the provisioning context names there, active and registered?

use super::Code;
use super::Repeat::{AfterAction, Changed, Later, No};
use super::code;

#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    // The Azure subscription that a reservation is bought with.
    code(400, "800011", Changed)
        .means("This is no Azure subscription.")
        .advise("Put the id of an Azure subscription or Azure plan of this customer (GET \
                 /customers/GUID/subscriptions) into provisioningContext.subscriptionId."),
    code(400, "800012", AfterAction)
        .means("The subscription is not active.")
        .advise("Make it active (PATCH /customers/GUID/subscriptions/GUID with the status active), or name one that is."),
    code(400, "800013", AfterAction)
        .means("Reservations cannot be bought with this subscription yet.")
        .advise("Register it: POST /customers/GUID/subscriptions/GUID/registrations. Order when GET \
                 ../registrationstatus says that it is done."),
    code(400, "800030", AfterAction)
        .means("The subscription is not registered.")
        .advise("Register it: POST /customers/GUID/subscriptions/GUID/registrations. Order when GET \
                 ../registrationstatus says that it is done."),

    // The provisioning context of a savings plan.
    code(400, "900312", Changed)
        .means("The provisioning context has a scope that is not known.")
        .advise("Set provisioningContext.scope to single or shared; the SKU's provisioningVariables say what it takes."),
    code(400, "900313", Changed)
        .means("The provisioning context lacks the Azure subscription.")
        .advise("Set provisioningContext.entitlementId to the id of the Azure subscription; the scope single needs it."),
    code(400, "900314", Changed)
        .means("The Azure subscription in the provisioning context is not active.")
        .advise("Put the id of an active Azure subscription of the customer into provisioningContext.entitlementId, or \
                 make this one active first."),
    code(400, "900315", Changed)
        .means("The product cannot be bought with this Azure subscription.")
        .advise("Name another Azure subscription of the customer in provisioningContext.entitlementId, or choose another \
                 product."),
    code(400, "900317", Changed)
        .means("The provisioning context lacks the Azure plan.")
        .advise("Set provisioningContext.subscriptionId to the id of the customer's Azure plan; the scope shared needs \
                 it."),
    code(400, "900318", Changed)
        .means("The Azure plan in the provisioning context is not there, or nothing active is under it.")
        .advise("Put the id of an Azure plan with an active Azure subscription (GET /customers/GUID/subscriptions) into \
                 provisioningContext.subscriptionId."),
    code(403, "900323", Changed)
        .means("A savings plan has the partner on record of its Azure plan, and another one was sent.")
        .advise("Leave partnerIdOnRecord out, or send that of the Azure plan, which the description names."),
    code(403, "900321", No)
        .means("A savings plan cannot be changed in Partner Center.")
        .advise("Change it in the Azure portal; Partner Center only sells and shows savings plans."),

    // Azure plans and the upgrade to them.
    code(403, "900115", AfterAction)
        .means("An Azure plan cannot be suspended while Azure subscriptions under it are active.")
        .advise("Cancel the Azure subscriptions of the plan first; then suspend the plan."),
    code(409, "900112", Later)
        .means("An upgrade of the customer to an Azure plan has not begun yet, and nothing can be bought meanwhile.")
        .advise("Ask with POST /productUpgrades/ID/status and the id in the description until the upgrade is Completed, \
                 then order."),
    code(409, "900113", Later)
        .means("An upgrade of the customer to an Azure plan is at work, and nothing can be bought meanwhile.")
        .advise("Ask with POST /productUpgrades/ID/status and the id in the description until the upgrade is Completed, \
                 then order."),
    code(409, "900114", AfterAction)
        .means("An upgrade of the customer to an Azure plan failed, and stands in the way of the purchase.")
        .advise("Start the upgrade again (POST /productupgrades), or ask Partner Center support with the id in the \
                 description; then order."),
];
