//! Codes of partner and customer: may this partner sell to this customer, and how much?

use super::Code;
use super::Repeat::{AfterAction, Changed, Later, No};
use super::code;

#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    // The customer.
    code(400, "900118", Changed)
        .means("The customer's id is not valid.")
        .advise("Send the GUID of the customer's tenant: the Microsoft ID on the customer's account page in Partner \
                 Center, the id in GET /customers."),
    code(404, "60003", Changed)
        .means("There is no such tenant.")
        .advise("Compare the customer's id with GET /customers, and see that the client talks to the customer's cloud."),
    code(403, "20002", AfterAction)
        .means("The customer is not in business with this partner.")
        .advise("Check the customer's id and the partner's tenant of the token (sandbox or production). If both are \
                 right, invite the customer with the link of GET /customers/relationshiprequests."),
    code(400, "800086", AfterAction)
        .means("The customer's tenant lacks a mark that the offer asks for, such as a qualification.")
        .advise("See GET /customers/GUID/qualifications. Add what the offer needs, Education for one, with POST and \
                 order when it is approved; or take an offer of the customer's segment."),
    code(403, "800073", Later)
        .means("The customer's account is under review.")
        .advise("Wait some days. GET /customers/GUID/validationStatus?type=account says when the customer is Allowed; \
                 it needs the token of a user."),
    code(403, "800074", Later)
        .means("The customer's account is under review.")
        .advise("Wait some days. GET /customers/GUID/validationStatus?type=account says when the customer is Allowed; \
                 it needs the token of a user."),
    code(403, "800075", AfterAction)
        .means("The customer's account was not approved, so that nothing can be sold to it.")
        .advise("Check name, address and domain on the customer's account page in Partner Center, correct them, and ask \
                 Partner Center support for another review."),
    code(403, "900416", AfterAction)
        .means("The customer's account is locked for transactions.")
        .advise("Ask Partner Center support why the customer is locked and what unlocks it. Name the correlation id.")
        .known_from("seen: digest"),
    code(400, "900419", Changed)
        .means("The customer's tenant has as many subscriptions as it may have.")
        .advise("Add seats to a subscription that the customer has (PATCH /customers/GUID/subscriptions/GUID) instead of \
                 buying another one, or let unused ones end.")
        .known_from("seen: digest"),

    // Agreements.
    code(403, "13605", AfterAction)
        .means("Nobody confirmed that the customer accepted the Microsoft Customer Agreement.")
        .advise("The customer accepts it in the Microsoft admin center, or you confirm that they did: POST \
                 /customers/GUID/agreements with the token of a user. Then order again."),
    code(403, "900123", AfterAction)
        .means("The indirect reseller has yet to accept the Microsoft Partner Agreement.")
        .advise("Ask the reseller's global admin to accept it in the reseller's own Partner Center; GET \
                 /compliance/csp/agreementstatus?mpnId=ID says when it is done."),
    code(403, "900124", AfterAction)
        .means("Your company has yet to accept the Microsoft Partner Agreement.")
        .advise("Have a global admin of your company accept it in Partner Center, among the agreements of the account \
                 settings. Until then nothing can be bought."),

    // The partner, and partners on record.
    code(403, "2006", Changed)
        .means("This partner may not sell this offer.")
        .advise("See partnerQualifications of GET /offers/ID?country=XX. Take an offer without one that you lack, or \
                 ask Partner Center support how to get it."),
    code(403, "2030", AfterAction)
        .means("The partner is not admitted to sell in this country or region.")
        .advise("Sell with the partner account of the customer's region, or ask Partner Center support to admit this \
                 one there."),
    code(403, "800039", AfterAction)
        .means("The enrolment as a reseller is not active.")
        .advise("See the state of the Cloud Solution Provider enrolment in the account settings of Partner Center, and \
                 ask Partner Center support to make it active."),
    code(403, "900149", AfterAction)
        .means("The enrolment in the programme that the description names is not active.")
        .advise("See the state of that programme in the account settings of Partner Center, and ask Partner Center \
                 support to make it active."),
    code(400, "2071", Changed)
        .means("The PartnerID is not that of an advisor.")
        .advise("Check it with GET /profiles/mpn?mpnId=ID and the token of a user. Correct partnerIdOnRecord, or leave \
                 it out."),
    code(404, "2072", Changed)
        .means("An indirect provider's PartnerID cannot be on record.")
        .advise("Put the PartnerID of the indirect reseller into partnerIdOnRecord, never the provider's own."),
    code(404, "800015", Changed)
        .means("There is no such PartnerID.")
        .advise("Check it with GET /profiles/mpn?mpnId=ID and the token of a user, and correct partnerIdOnRecord."),
    code(400, "800016", Changed)
        .means("The PartnerID is not that of an indirect reseller of yours.")
        .advise("Take the mpnId of a reseller in GET \
                 /relationships?relationship_type=IsIndirectCloudSolutionProviderOf as partnerIdOnRecord."),
    code(400, "900154", AfterAction)
        .means("The PartnerID belongs to no tenant that is an active indirect reseller.")
        .advise("Ask the reseller to enrol in the Cloud Solution Provider programme as an indirect reseller with this \
                 PartnerID; then order again.")
        .known_from("seen: digest"),
    code(400, "900206", Changed)
        .means("The partner's attestation of who is on record is missing.")
        .advise("Set partnerOnRecordAttestationAccepted to true in the order, once somebody confirmed who is on record."),

    // Credit and risk.
    code(403, "800023", Changed)
        .means("The credit line does not reach for this purchase.")
        .advise("Order less, or ask Partner Center support to raise the credit line."),
    code(400, "800025", Changed)
        .means("The credit line does not reach for this purchase.")
        .advise("Order less, or ask Partner Center support to raise the credit line."),
    code(403, "900121", AfterAction)
        .means("The credit limit does not suffice for the order.")
        .advise("Write to ucmwrcsp@microsoft.com, the address that the documentation gives for credit limits, and order \
                 again when it is settled."),
    code(403, "800069", AfterAction)
        .means("The order failed the risk check.")
        .advise("Ask Partner Center support what was found, and name the correlation id. Until they clear it, repeating \
                 changes nothing."),
    code(400, "800022", AfterAction)
        .means("The purchase may be possible, but not without Microsoft's support.")
        .advise("Ask Partner Center support to clear it, and name the correlation id."),
    code(400, "800024", No)
        .means("This purchase is not open to you, for a reason that is not said.")
        .advise("Check the offer, the customer's country and segment; if they are right, ask Partner Center support for \
                 the reason and name the correlation id."),
    code(400, "800026", No)
        .means("This purchase is not open to you, for a reason that is not said.")
        .advise("Check the offer, the customer's country and segment; if they are right, ask Partner Center support for \
                 the reason and name the correlation id."),
    code(400, "800062", No)
        .means("This purchase is not open to you, for a reason that is not said.")
        .advise("Check the offer, the customer's country and segment; if they are right, ask Partner Center support for \
                 the reason and name the correlation id."),

    // Limits.
    code(403, "800066", Changed)
        .means("The customer would have more subscriptions than a customer may have.")
        .advise("Add seats to a subscription that the customer has (PATCH /customers/GUID/subscriptions/GUID) instead of \
                 buying another one."),
    code(403, "800067", Changed)
        .means("The subscription would have more seats than a subscription may have.")
        .advise("Order fewer seats, or spread them over several subscriptions."),
    code(403, "800068", AfterAction)
        .means("The partner would have more Azure subscriptions than a partner may have.")
        .advise("Cancel Azure subscriptions that nobody uses, or ask Partner Center support for a higher limit."),
    code(403, "800088", Changed)
        .means("More seats are asked for than are left for this item in one subscription.")
        .advise("Ask for no more seats than the description says are left, or put the rest into another subscription."),
    code(403, "800089", Changed)
        .means("More is asked for than the customer may still have of this item.")
        .advise("Ask for no more than the description says is left. An offerId that is wrong has been seen behind this \
                 as well: compare it with the catalogue."),
    code(400, "800018", AfterAction)
        .means("The sandbox is full.")
        .advise("Cancel or delete what earlier tests left: a sandbox holds 75 customers, 5 subscriptions for each, and \
                 25 licences in each."),
    code(400, "900116", AfterAction)
        .means("The sandbox has as many Azure plans as it may have.")
        .advise("Cancel Azure plans that earlier tests left: an approved sandbox has 10 at most, and one for each \
                 customer of a direct partner."),
];
