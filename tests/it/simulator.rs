//! Do the client and the simulator, which share no type, understand each other?

use std::collections::{BTreeMap, BTreeSet};

use partner_center_orders::{
    BillingCycle, CustomerId, Delivery, ErrorKind, Method, OrderStatus, ProvisioningStatus,
};
use partner_center_orders_tests::client_of;
use partner_center_sim::{Fault, Operation, Simulator};
use serde_json::Value;

use crate::document::{assert_valid, assert_valid_by, document, validator};

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

#[tokio::test]
async fn what_belongs_to_an_order_fits_together() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let (mut subscribed, mut activated, mut attached) = (0, 0, 0);
    for customer in customers() {
        let orders = partner.customer(customer).orders();
        let list = orders.list().include_system_purchases(true).send();
        for order in list.try_collect().await.unwrap() {
            let handle = orders.order(&order.id);
            let subscriptions = handle.subscriptions().send();
            let subscriptions = subscriptions.try_collect().await.unwrap();
            for subscription in &subscriptions {
                let id = subscription.id.as_ref().unwrap();
                let line = order
                    .line_items()
                    .iter()
                    .find(|line| line.subscription_id.as_ref() == Some(id))
                    .unwrap();
                assert_eq!(subscription.quantity, line.quantity);
                assert_eq!(subscription.order_id.as_ref(), Some(&order.id));
            }
            subscribed += subscriptions.len();

            let links = handle.activation_links().send();
            let links = links.try_collect().await.unwrap();
            let mut by_line = Vec::new();
            for line in order.line_items() {
                let number = line.line_item_number.unwrap();
                let list = handle.line_item(number).activation_links().send();
                let of_line = list.try_collect().await.unwrap();
                if let Some(id) = &line.subscription_id {
                    let subscription = partner.customer(customer).subscription(id);
                    let list = subscription.activation_links().send();
                    assert_eq!(list.try_collect().await.unwrap(), of_line);
                }
                by_line.extend(of_line);
            }
            assert_eq!(links, by_line);
            activated += links.len();

            let attachments = handle.attachments().list().send();
            for attachment in attachments.try_collect().await.unwrap() {
                let id = attachment.attachment_id.unwrap();
                let download = handle.attachments().download(&id);
                let mut file = download.send().await.unwrap().into_body();
                let announced = file.length().unwrap();
                let mut length = 0;
                while let Some(piece) = file.try_next().await.unwrap() {
                    length += piece.len() as u64;
                }
                assert_eq!(length, announced);
                let size = u64::try_from(attachment.size_in_kb.unwrap()).unwrap();
                assert_eq!(length.div_ceil(1024), size);
                attached += 1;
            }
        }
    }
    assert!(subscribed > 30 && activated > 5 && attached > 5);
}

/// The simulator reads the document by itself; what it says must be what the document says.
#[tokio::test]
async fn every_answer_is_valid_under_the_document() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let get = async |path: &str| -> Value {
        let answer = partner.request(Method::GET, path).send().await.unwrap();
        serde_json::from_slice(answer.body()).unwrap()
    };
    let mut count = 0;
    let mut validators = BTreeMap::new();
    let mut check = |schema: &'static str, body: &Value| {
        let validator = validators
            .entry(schema)
            .or_insert_with(|| validator(schema));
        assert_valid_by(validator, schema, body);
        count += 1;
    };
    for customer in customers() {
        let base = format!("/customers/{customer}");
        let list = format!("{base}/orders?include_system_purchases=true&include_price=true");
        let mut pages = partner.list(&list).send().pages();
        let mut ids = Vec::new();
        while let Some(page) = pages.try_next().await.unwrap() {
            let body: Value = serde_json::from_slice(page.raw_body().unwrap()).unwrap();
            check("OrderCollection", &body);
            let items = body["items"].as_array().unwrap();
            ids.extend(
                items
                    .iter()
                    .map(|order| order["id"].as_str().unwrap().to_owned()),
            );
        }
        for id in ids {
            let order = format!("{base}/orders/{id}");
            check("Order", &get(&order).await);
            for (below, schema) in [
                (
                    "provisioningstatus",
                    "OrderLineItemProvisioningStatusCollection",
                ),
                ("activationlinks", "OrderLineItemActivationLinkCollection"),
                (
                    "lineitems/0/activationlinks",
                    "OrderLineItemActivationLinkCollection",
                ),
                ("attachments", "OrderAttachmentCollection"),
            ] {
                check(schema, &get(&format!("{order}/{below}")).await);
            }
            let subscriptions = get(&format!("{base}/subscriptions?order_id={id}")).await;
            check("SubscriptionCollection", &subscriptions);
        }
    }
    assert!(count > 500, "{count}");
}

#[tokio::test]
async fn every_refusal_is_valid_under_the_document() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let base = format!("/customers/{}", Simulator::CUSTOMERS[0]);
    let order = format!("{base}/orders/8b9d556b3bd6");
    for (path, status, code) in [
        ("/customers/nobody/orders".to_owned(), 400, "900118"),
        (format!("{base}/orders?billingType=never"), 400, "900126"),
        (format!("{base}/orders/nope"), 404, "20000"),
        (format!("{base}/orders/nope/attachments"), 404, "20000"),
        (format!("{order}/lineitems/7/activationlinks"), 404, "1000"),
        (format!("{order}/attachment/nope"), 404, "1000"),
        (format!("{base}/subscriptions"), 400, "800002"),
        (
            format!("{base}/subscriptions/nope/activationlinks"),
            404,
            "20003",
        ),
        ("/nothing".to_owned(), 404, "1000"),
    ] {
        let error = partner
            .request(Method::GET, &path)
            .send()
            .await
            .unwrap_err();
        assert_eq!(
            (error.status().map(|status| status.as_u16()), error.code()),
            (Some(status), Some(code)),
            "{path}"
        );
        assert_valid(
            "ServiceFault",
            &serde_json::from_slice(error.body().unwrap()).unwrap(),
        );
    }
}

/// The rule that everything else rests on, seen from the client: one request id, one order.
#[tokio::test]
async fn an_order_whose_answer_was_lost_is_there_once() {
    let simulator = Simulator::start().await.unwrap();
    simulator
        .on(Operation::CreateOrder)
        .nth(1)
        .fault(Fault::reset().after_change());
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let customer = Simulator::CUSTOMERS[0];
    let before = simulator.order_ids(customer).len();
    let path = format!("/customers/{customer}/orders");
    let document = document();
    let calls = &document["paths"]["/customers/{customer_id}/orders"]["post"];
    let examples = &calls["requestBody"]["content"]["application/json"]["examples"];
    let place = || {
        partner
            .request(Method::POST, &path)
            .json(&examples["seats"]["value"])
    };
    let lost = place().send().await.unwrap_err();
    assert_eq!(
        (lost.kind(), lost.delivery(), lost.attempts()),
        (ErrorKind::Interrupted, Delivery::Unknown, 1)
    );
    assert_eq!(simulator.order_ids(customer).len(), before + 1);
    let id = lost.request_id().unwrap();
    for _ in 0..2 {
        let placed = place().request_id(id).send().await.unwrap();
        assert_eq!(placed.status(), 201);
        assert_valid("Order", &serde_json::from_slice(placed.body()).unwrap());
        assert_eq!(simulator.order_ids(customer).len(), before + 1);
    }
    // Every other request of the document's examples is taken, too.
    for (name, example) in examples.as_object().unwrap() {
        let request = partner.request(Method::POST, &path).json(&example["value"]);
        let placed = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_valid("Order", &serde_json::from_slice(placed.body()).unwrap());
    }
    assert_eq!(
        simulator.order_ids(customer).len(),
        before + 1 + examples.as_object().unwrap().len()
    );
}
