//! Codes of sign-in and rights: may this caller do this?

use super::Code;
use super::Repeat::{AfterAction, Changed};
use super::code;

#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    // The token.
    code(401, "400", AfterAction)
        .means("The access token is not accepted.")
        .advise("Get a new access token and repeat the request: this one is expired, of another tenant or cloud, or not \
                 meant for Partner Center."),
    code(401, "800001", AfterAction)
        .means("The request carries no access token.")
        .advise("Send the access token as Authorization: Bearer. If it was sent, see whether a proxy on the way takes \
                 the header off."),
    code(401, "900420", AfterAction)
        .means("The token is meant for another audience; those for graph.windows.net are refused since 2025.")
        .advise("Ask for a token with the scope of the cloud in use, https://api.partnercenter.microsoft.com/.default \
                 for the global one. Refreshing the old token does not help.")
        .known_from("documented: graph-token-retirement; seen: digest"),
    code(401, "900421", AfterAction)
        .means("The user of the token signed in without multi-factor authentication.")
        .advise("Let the user sign in interactively with a second factor, and work with the tokens of that sign-in. A \
                 refresh token from a sign-in without one does not help.")
        .known_from("seen: articles"),
    code(400, "900316", AfterAction)
        .means("Calls on licences do not take a token of generatetoken.")
        .advise("Send the access token that Microsoft Entra issued, without turning it into another one by \
                 generatetoken."),
    code(403, "90000", AfterAction)
        .means("Microsoft Entra failed to issue a token.")
        .advise("Find Entra's own code (AADSTS..) in the description and look it up in Entra's list of error codes; \
                 often consent or multi-factor authentication is missing.")
        .known_from("seen: digest"),
    code(403, "900309", AfterAction)
        .means("Conditional access of the directory forbids to issue the token.")
        .advise("Ask the administrator of the tenant in which the user signs in to let this user and device through its \
                 conditional access policies; then sign in again."),
    code(403, "900329", AfterAction)
        .means("An application alone may not do this.")
        .advise("Use a token of an application with a user (Secure Application Model) for this call. The provisioning \
                 status of an order needs one."),

    // Rights.
    code(403, "2032", AfterAction)
        .means("The caller has no access to this.")
        .advise("See whether GET /customers/GUID shows the customer to this caller, and whether the user of the token \
                 has the role that the call needs, usually Admin agent."),
    code(403, "900150", AfterAction)
        .means("The role of the caller does not allow this.")
        .advise("Have a global admin of the partner give the user the role that the call needs, usually Admin agent, \
                 under User management in Partner Center."),
    code(403, "900308", AfterAction)
        .means("The rights of the caller do not suffice.")
        .advise("Give the user of the token the role Admin agent in Partner Center and, where the customer's directory \
                 is concerned, a role there through a GDAP relationship."),
    code(403, "800043", Changed)
        .means("Prices are not shown to this caller.")
        .advise("Ask without include_price, or with a token of a user who may see prices in Partner Center."),
    code(403, "400036", Changed)
        .means("This view of the catalogue (targetView) is not open to the caller.")
        .advise("Take another targetView for the catalogue, or ask Partner Center support to open this one to your \
                 account.")
        .known_from("seen: digest"),
];
