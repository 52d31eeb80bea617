//! Which orders does a filtered list have, and how is a filter kept from page to page?

use std::collections::BTreeSet;

use partner_center_sim::Simulator;
use serde_json::Value;

use crate::wire::{AUTHORIZED, FIRST, SECOND, all, get, pages, request};

fn ids(orders: &[Value]) -> BTreeSet<&str> {
    orders
        .iter()
        .filter_map(|order| order["id"].as_str())
        .collect()
}

fn is_of_system(order: &Value) -> bool {
    ["SystemPurchase", "SystemBilling"].contains(&order["transactionType"].as_str().unwrap_or(""))
}

fn names_partner(order: &Value, partner_id: &str) -> bool {
    order["lineItems"].as_array().unwrap().iter().any(|line| {
        let others = line["additionalPartnerIdsOnRecord"].as_array();
        line["partnerIdOnRecord"] == partner_id
            || others.is_some_and(|ids| ids.iter().any(|id| id == partner_id))
    })
}

#[tokio::test]
async fn orders_of_the_system_are_listed_on_request_only() {
    let simulator = Simulator::start().await.unwrap();
    for (customer, by_people, by_system) in [(FIRST, 43, 2), (SECOND, 41, 1)] {
        let list = format!("/v1/customers/{customer}/orders");
        for query in [
            "",
            "?include_system_purchases=false",
            "?include_system_purchases=False",
            "?includeSystemPurchases=true",
        ] {
            let orders = all(&simulator, &format!("{list}{query}")).await;
            assert_eq!(orders.len(), by_people, "{query}");
            assert!(!orders.iter().any(is_of_system), "{query}");
        }
        for query in [
            "?include_system_purchases=true",
            "?include_system_purchases=True",
        ] {
            let orders = all(&simulator, &format!("{list}{query}")).await;
            assert_eq!(ids(&orders).len(), by_people + by_system, "{query}");
            let of_system: Vec<_> = orders.iter().filter(|order| is_of_system(order)).collect();
            assert_eq!(of_system.len(), by_system, "{query}");
            for order in of_system {
                let id = order["id"].as_str().unwrap();
                assert_eq!(
                    get(&simulator, &format!("{list}/{id}")).await.json(),
                    *order
                );
            }
        }
    }
}

#[tokio::test]
async fn a_reseller_is_found_on_any_line_and_among_the_additional_partners() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders?include_system_purchases=true");
    let everything = all(&simulator, &list).await;
    for (reseller, count) in [("4100017", 12), ("4847383", 6), ("4100038", 2)] {
        let listed = all(
            &simulator,
            &format!("{list}&indirect_reseller_id={reseller}"),
        )
        .await;
        let expected: Vec<_> = everything
            .iter()
            .filter(|order| names_partner(order, reseller))
            .cloned()
            .collect();
        assert_eq!(listed.len(), count, "{reseller}");
        assert_eq!(listed, expected, "{reseller}");
    }
    for unknown in ["4847384", "04847383", "484738", "0"] {
        let page = get(
            &simulator,
            &format!("{list}&indirect_reseller_id={unknown}"),
        )
        .await;
        assert_eq!(page.status, 200, "{unknown}");
        assert_eq!(page.json()["totalCount"], 0, "{unknown}");
        assert_eq!(page.json()["items"], Value::Array(Vec::new()), "{unknown}");
    }
}

#[tokio::test]
async fn a_reseller_is_found_by_its_tenant_as_well() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders?indirect_reseller_id=");
    let by_number = all(&simulator, &format!("{list}4100017")).await;
    for tenant in [
        "484e548c-7b2f-4f5e-9d3a-6a0c3f2b1d90",
        "484E548C-7B2F-4F5E-9D3A-6A0C3F2B1D90",
    ] {
        assert_eq!(all(&simulator, &format!("{list}{tenant}")).await, by_number);
    }
    let nobody = format!("{list}00000000-0000-0000-0000-000000000000");
    assert_eq!(get(&simulator, &nobody).await.json()["totalCount"], 0);
}

#[tokio::test]
async fn a_reseller_that_is_neither_number_nor_guid_is_refused() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders");
    for value in [
        "",
        "contoso",
        "48473a3",
        "-1",
        "+4847383",
        "4847383%20",
        "4847383%2F",
        "%D9%A4",
    ] {
        let reply = get(&simulator, &format!("{list}?indirect_reseller_id={value}")).await;
        assert_eq!(reply.status, 400, "{value}");
        assert_eq!(reply.json()["code"], "800016", "{value}");
    }
}

#[tokio::test]
async fn filters_combine() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders");
    let count = async |query: &str| {
        let page = get(&simulator, &format!("{list}?{query}")).await.json();
        page["totalCount"].as_u64().unwrap()
    };
    let (reseller, system) = (
        "indirect_reseller_id=4847383",
        "include_system_purchases=true",
    );
    assert_eq!(count(reseller).await, 4);
    assert_eq!(count(&format!("{reseller}&{system}")).await, 6);
    assert_eq!(count(&format!("{reseller}&billingType=monthly")).await, 2);
    assert_eq!(
        count(&format!("{reseller}&billingType=monthly&{system}")).await,
        4
    );
}

#[tokio::test]
async fn the_link_to_the_next_page_repeats_every_filter() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders");
    let filters =
        "indirect_reseller_id=41%30%30017&include_system_purchases=True&include_price=FALSE";
    let pages = pages(&simulator, &format!("{list}?{filters}")).await;
    assert_eq!(pages.len(), 2);
    let next = &pages[0]["links"]["next"];
    assert_eq!(
        next["uri"],
        format!("/customers/{FIRST}/orders?seekOperation=Next&{filters}")
    );
}

#[tokio::test]
async fn a_token_belongs_to_its_filters() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders?seekOperation=Next");
    let queries = [
        "",
        "&include_system_purchases=true",
        "&indirect_reseller_id=4100017",
        "&indirect_reseller_id=4100017&include_system_purchases=true",
        "&billingType=onetime",
    ];
    for of in queries {
        let first = list.replace("seekOperation=Next", of);
        let page = get(&simulator, &first).await.json();
        let token = page["links"]["next"]["headers"][0]["value"].as_str();
        let headers = [AUTHORIZED, ("MS-ContinuationToken", token.unwrap())];
        for sent_with in queries {
            let reply = request(&simulator, "GET", &format!("{list}{sent_with}"), &headers).await;
            let status = if of == sent_with { 200 } else { 400 };
            assert_eq!(
                reply.status, status,
                "the token of {of:?} with {sent_with:?}"
            );
        }
    }
}
