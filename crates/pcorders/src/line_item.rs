//! How is a line of an order said in one argument?
//!
//! As members and values, under the names that they have on the wire. A member that is not known, or said twice, is a
//! mistake: one that is passed over could cost money.

use std::collections::BTreeMap;
use std::str::FromStr;

use partner_center_orders::{Decimal, NewLineItem};

/// The members that there are, and the beginning of those whose names are the offer's to choose.
const MEMBERS: [&str; 13] = [
    "offerId",
    "quantity",
    "friendlyName",
    "termDuration",
    "promotionId",
    "customTermEndDate",
    "partnerIdOnRecord",
    "additionalPartnerIdsOnRecord",
    "attestationAccepted",
    "renewsTo.termDuration",
    "purchaseCommitment.amount",
    "purchaseCommitment.currency",
    "purchaseCommitment.grain",
];
const CONTEXT: &str = "provisioningContext.";

/// Reads `offerId=..,quantity=5` and so on. What is wrong is said with the member's name.
pub(crate) fn line_item(text: &str) -> Result<NewLineItem, String> {
    let mut given = Given::read(text)?;
    let offer = given.needed("offerId")?;
    let quantity = given.needed("quantity")?;
    let mut line = NewLineItem::new(offer, parsed("quantity", quantity, "a whole number")?);
    if let Some(name) = given.take("friendlyName") {
        line = line.friendly_name(name);
    }
    if let Some(term) = given.take("termDuration") {
        line = line.term_duration(term);
    }
    if let Some(term) = given.take("renewsTo.termDuration") {
        line = line.renews_to(term);
    }
    if let Some(end) = given.take("customTermEndDate") {
        line = line.custom_term_end_date(end);
    }
    if let Some(id) = given.take("promotionId") {
        line = line.promotion(id);
    }
    if let Some(id) = given.take("partnerIdOnRecord") {
        line = line.partner_id_on_record(id);
    }
    if let Some(ids) = given.take("additionalPartnerIdsOnRecord") {
        line = line.additional_partner_ids_on_record(ids.split('+'));
    }
    if let Some(word) = given.take("attestationAccepted") {
        line = line.attestation(parsed("attestationAccepted", word, "true or false")?);
    }
    if given.has("purchaseCommitment.") {
        let amount = given.needed("purchaseCommitment.amount")?;
        let amount: Decimal = parsed("purchaseCommitment.amount", amount, "a number")?;
        let currency = given.needed("purchaseCommitment.currency")?;
        line =
            line.purchase_commitment(amount, currency, given.needed("purchaseCommitment.grain")?);
    }
    for (member, value) in given.0 {
        if let Some(name) = member.strip_prefix(CONTEXT) {
            line = line.provisioning_context(name, value);
        }
    }
    Ok(line)
}

/// The members that were said and not used yet.
struct Given<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Given<'a> {
    fn read(text: &'a str) -> Result<Self, String> {
        let mut given = BTreeMap::new();
        for piece in text.split(',') {
            let (member, value) = piece.split_once('=').ok_or_else(|| {
                format!("`{piece}` is no member=value; a value that has a comma is for -f")
            })?;
            let member = member.trim();
            if !MEMBERS.contains(&member) && !member.starts_with(CONTEXT) {
                let known = MEMBERS.join(", ");
                return Err(format!(
                    "`{member}` is no member of a line item: they are {known}, {CONTEXT}NAME"
                ));
            }
            if given.insert(member, value.trim()).is_some() {
                return Err(format!("{member} is said twice"));
            }
        }
        Ok(Self(given))
    }

    fn take(&mut self, member: &str) -> Option<&'a str> {
        self.0.remove(member)
    }

    fn needed(&mut self, member: &str) -> Result<&'a str, String> {
        self.take(member)
            .ok_or_else(|| format!("{member} is missing"))
    }

    fn has(&self, prefix: &str) -> bool {
        self.0.keys().any(|member| member.starts_with(prefix))
    }
}

fn parsed<T: FromStr>(member: &str, value: &str, what: &str) -> Result<T, String> {
    value
        .parse()
        .map_err(|_| format!("{member} must be {what}, not `{value}`"))
}

#[cfg(test)]
mod tests {
    use partner_center_orders::NewLineItem;

    use super::line_item;

    #[test]
    fn every_member_of_a_line_item_can_be_said() {
        let said = "offerId=A:B:C,quantity=2,friendlyName=Five = 5,termDuration=P1Y,renewsTo.termDuration=P1M,\
            customTermEndDate=2026-11-30T00:00:00Z,promotionId=P,partnerIdOnRecord=1,\
            additionalPartnerIdsOnRecord=2+3,attestationAccepted=true,provisioningContext.scope=shared,\
            provisioningContext.subscriptionId=s,purchaseCommitment.amount=0.350,\
            purchaseCommitment.currency=usd,purchaseCommitment.grain=hourly";
        let wanted = NewLineItem::new("A:B:C", 2)
            .friendly_name("Five = 5")
            .term_duration("P1Y")
            .renews_to("P1M")
            .custom_term_end_date("2026-11-30T00:00:00Z")
            .promotion("P")
            .partner_id_on_record("1")
            .additional_partner_ids_on_record(["2", "3"])
            .attestation(true)
            .provisioning_context("scope", "shared")
            .provisioning_context("subscriptionId", "s")
            .purchase_commitment("0.350".parse().unwrap(), "usd", "hourly");
        assert_eq!(line_item(said), Ok(wanted));
        assert_eq!(
            line_item(" offerId = a , quantity = 1 "),
            Ok(NewLineItem::new("a", 1))
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_the_members_name() {
        for (said, words) in [
            ("", "is no member=value"),
            ("offerId=a", "quantity is missing"),
            (
                "offerId=a,quantit=5",
                "`quantit` is no member of a line item: they are offerId, ",
            ),
            ("quantity=1", "offerId is missing"),
            (
                "offerId=a,quantity=two",
                "quantity must be a whole number, not `two`",
            ),
            ("offerId=a,quantity=1.0", "quantity must be"),
            ("offerId=a,quantity=3000000000", "quantity must be"),
            ("offerId=a,quantity=1,quantity=1", "quantity is said twice"),
            ("offerId=a,quantity=1,offerid=b", "`offerid` is no member"),
            (
                "offerId=a,quantity=1,status=pending",
                "`status` is no member",
            ),
            (
                "offerId=a,quantity=1,friendlyName=a, Ltd",
                "` Ltd` is no member=value",
            ),
            ("offerId=a,quantity=1,", "`` is no member=value"),
            ("offerId=a,quantity=1,=x", " is no member"),
            (
                "offerId=a,quantity=1,attestationAccepted=yes",
                "attestationAccepted must be true or false",
            ),
            (
                "offerId=a,quantity=1,renewsTo=P1M",
                "`renewsTo` is no member",
            ),
            (
                "offerId=a,quantity=1,purchaseCommitment.amount=x",
                "purchaseCommitment.amount must be a number",
            ),
            (
                "offerId=a,quantity=1,purchaseCommitment.grain=hourly",
                "purchaseCommitment.amount is missing",
            ),
            (
                "offerId=a,quantity=1,purchaseCommitment.unit=1",
                "`purchaseCommitment.unit` is no member",
            ),
        ] {
            let wrong = line_item(said).unwrap_err();
            assert!(wrong.contains(words), "{said}: {wrong}");
        }
    }
}
