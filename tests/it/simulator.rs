//! Do the client and the simulator, which share no type, understand each other?

use std::collections::BTreeSet;

use partner_center_orders::{
    BillingCycle, CustomerId, Delivery, ErrorKind, OrderStatus, ProvisioningStatus,
};
use partner_center_orders_tests::client_of;
use partner_center_sim::Simulator;

fn customers() -> [CustomerId; 2] {
    Simulator::CUSTOMERS.map(|id| id.parse().unwrap())
}

#[tokio::test]
async fn every_order_is_listed_once_through_links() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let mut statuses = BTreeSet::new();
    for customer in customers() {
        let before = simulator.requests().len();
        let mut pages = partner.customer(customer).orders().list().send().pages();
        let (mut ids, mut total) = (BTreeSet::new(), None);
        while let Some(page) = pages.try_next().await.unwrap() {
            total = page.body().total_count;
            for order in page.into_body().items {
                assert_eq!(
                    order.reference_customer_id.as_deref(),
                    Some(customer.to_string().as_str())
                );
                assert!(!order.line_items().is_empty());
                assert!(order.total_price.is_none());
                statuses.extend(order.status.clone());
                assert!(ids.insert(order.id.clone()), "{} twice", order.id);
            }
        }
        assert!((40..=45).contains(&ids.len()), "{}", ids.len());
        assert_eq!(total, Some(i32::try_from(ids.len()).unwrap()));
        assert_eq!(simulator.requests().len() - before, ids.len().div_ceil(10));
    }
    let words: Vec<_> = statuses.iter().map(OrderStatus::as_str).collect();
    assert_eq!(words.len(), OrderStatus::WORDS.len(), "{words:?}");
    assert!(
        words.iter().all(|word| OrderStatus::WORDS.contains(word)),
        "{words:?}"
    );
}

#[tokio::test]
async fn a_list_can_be_narrowed_to_a_billing_cycle() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let orders = partner.customer(customers()[0]).orders();
    let all = orders.list().send().try_collect().await.unwrap();
    for cycle in [
        BillingCycle::OneTime,
        BillingCycle::Monthly,
        BillingCycle::Annual,
    ] {
        let some = orders
            .list()
            .billing_type(cycle.clone())
            .send()
            .try_collect()
            .await
            .unwrap();
        let expected: Vec<_> = all
            .iter()
            .filter(|order| order.billing_cycle.as_ref() == Some(&cycle))
            .cloned()
            .collect();
        assert!(!expected.is_empty());
        assert_eq!(some, expected, "{cycle}");
    }
}

#[tokio::test]
async fn prices_come_when_they_are_asked_for() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let orders = partner.customer(customers()[0]).orders();
    let priced = orders
        .list()
        .include_price(true)
        .send()
        .try_collect()
        .await
        .unwrap();
    let with_price = priced
        .iter()
        .filter(|order| order.total_price.is_some())
        .count();
    assert!(with_price > 30, "{with_price}");
    let order = priced
        .iter()
        .find(|order| order.total_price.is_some())
        .unwrap();
    let same = orders
        .order(&order.id)
        .get()
        .include_price(true)
        .send()
        .await
        .unwrap();
    assert_eq!(same.body(), order);
    assert!(
        orders
            .order(&order.id)
            .get()
            .send()
            .await
            .unwrap()
            .body()
            .total_price
            .is_none()
    );
}

#[tokio::test]
async fn the_documented_provisioning_status_is_there() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let order = partner
        .customer(customers()[1])
        .orders()
        .order("34828C05-C16C-4D6F-9CFC-4D2650EF19A1");
    let lines = order
        .provisioning_status()
        .send()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].status, Some(ProvisioningStatus::Fulfilled));
}

#[tokio::test]
async fn refusals_carry_the_documented_codes() {
    let simulator = Simulator::start().await.unwrap();
    let known = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let stranger = client_of(&simulator, "another");
    let [customer, _] = customers();
    let nobody = CustomerId::from(uuid::Uuid::from_u128(7));
    let errors = [
        (
            404,
            "20000",
            known
                .customer(customer)
                .orders()
                .order("none")
                .get()
                .send()
                .await
                .unwrap_err(),
        ),
        (
            403,
            "20002",
            known
                .customer(nobody)
                .orders()
                .order("none")
                .get()
                .send()
                .await
                .unwrap_err(),
        ),
        (
            401,
            "400",
            stranger
                .customer(customer)
                .orders()
                .order("none")
                .get()
                .send()
                .await
                .unwrap_err(),
        ),
        (
            400,
            "900126",
            known
                .customer(customer)
                .orders()
                .list()
                .billing_type("weekly")
                .send()
                .try_collect()
                .await
                .unwrap_err(),
        ),
    ];
    for (status, code, error) in errors {
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Service, Delivery::Refused)
        );
        assert_eq!(
            (error.status().unwrap().as_u16(), error.code()),
            (status, Some(code)),
            "{error}"
        );
        assert!(error.description().is_some());
    }
}
