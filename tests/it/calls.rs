//! What does each call send, and what is read of its answer? The bodies here were written for these tests, in the
//! shapes of the document.

use partner_center_orders::{
    AttachmentType, ContractType, CustomerId, Delivery, ErrorKind, Pager, SubscriptionStatus,
};
use partner_center_orders_tests::{Recorded, client, customer, orders};
use serde::Serialize;

const ORDER: &str = "5cf72f14a001";

fn snapshot(name: &str, value: impl std::fmt::Display) {
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, value);
    });
}

/// All items, written again as JSON.
async fn read<T: Serialize>(pager: Pager<T>) -> serde_json::Value {
    serde_json::to_value(pager.try_collect().await.unwrap()).unwrap()
}

fn items(body: &str) -> serde_json::Value {
    serde_json::from_str::<serde_json::Value>(body).unwrap()["items"].clone()
}

const ACTIVATION: &str = r#"{"totalCount":1,"items":[{"lineItemNumber":0,"link":{
    "uri":"https://publisher.example.com/activate?token=a%2Bb","method":"GET","headers":[]}}],
    "attributes":{"objectType":"Collection"}}"#;

#[tokio::test]
async fn activation_links_of_an_order_a_line_and_a_subscription() {
    let server = Recorded::json([ACTIVATION]);
    let partner = client(server.base_url());
    let order = orders(&partner).order(ORDER);
    assert_eq!(
        read(order.activation_links().send()).await,
        items(ACTIVATION)
    );
    assert_eq!(
        read(order.line_item(3).activation_links().send()).await,
        items(ACTIVATION)
    );
    let subscription = partner
        .customer(customer())
        .subscription("8D2F6A10-4b7c-4e0b-9a3d-5c6e7f809a1b");
    assert_eq!(
        read(subscription.activation_links().send()).await,
        items(ACTIVATION)
    );
    let sent: Vec<String> = server.sent().iter().map(ToString::to_string).collect();
    snapshot("activation_links.sent", sent.join("\n"));
    // The publisher's address is not followed: there was one request for each list.
    assert_eq!(sent.len(), 3);
}

#[tokio::test]
async fn attachments_of_an_order() {
    let body = r#"{"totalCount":3,"items":[
        {"attachmentId":"a1","fileName":"order \u2713.pdf","sizeInKB":182,"attachmentType":"POAttachment"},
        {"attachmentId":"a2","fileName":"tender.pdf","sizeInKB":2410,"attachmentType":"tenderattachment"},
        {"attachmentId":"a3","fileName":null,"attachmentType":"Scan"}],"attributes":{"objectType":"Collection"}}"#;
    let server = Recorded::json([body]);
    let partner = client(server.base_url());
    let list = orders(&partner).order(ORDER).attachments().list();
    let attachments = list.send().try_collect().await.unwrap();
    let kinds: Vec<_> = attachments
        .iter()
        .map(|attachment| attachment.attachment_type.clone().unwrap())
        .collect();
    assert_eq!(
        kinds[..2],
        [AttachmentType::PurchaseOrder, AttachmentType::Tender]
    );
    assert_eq!(kinds[2].as_str(), "Scan");
    assert_eq!(attachments[1].size_in_kb, Some(2410));
    assert_eq!(attachments[2].file_name, None);
    snapshot("attachments.sent", &server.sent()[0]);
}

#[tokio::test]
async fn subscriptions_of_an_order() {
    let first = r#"{"totalCount":37,"items":[{"id":"8D2F6A10-4b7c-4e0b-9a3d-5c6e7f809a1b","offerName":"Seats",
        "quantity":25,"unitType":"Licenses","status":"Active","contractType":"productKey","billingType":"none",
        "creationDate":"2024-03-15T09:41:10.0270331Z","orderId":"5cf72f14a001","refundOptions":[{"type":"Full"}],
        "links":{"offer":{"uri":"/v1/offers/x","method":"GET","headers":[]}},"attributes":{"etag":"e","objectType":"Subscription"}}],
        "links":{"next":{"uri":"/customers/c/subscriptions?key=2","method":"GET","headers":[]}}}"#;
    let second = r#"{"totalCount":37,"items":[{"id":"2"}]}"#;
    let server = Recorded::json([first, second]);
    let partner = client(server.base_url());
    let list = orders(&partner).order(ORDER).subscriptions();
    let subscriptions = list.send().try_collect().await.unwrap();
    assert_eq!(subscriptions.len(), 2);
    let subscription = &subscriptions[0];
    assert_eq!(subscription.status, Some(SubscriptionStatus::Active));
    assert_eq!(subscription.contract_type, Some(ContractType::ProductKey));
    assert_eq!(subscription.order_id.as_ref().unwrap().as_str(), ORDER);
    assert_eq!(
        subscription.id.as_ref().unwrap().as_str(),
        "8D2F6A10-4b7c-4e0b-9a3d-5c6e7f809a1b"
    );
    assert_eq!(
        subscription
            .links
            .as_ref()
            .unwrap()
            .offer
            .as_ref()
            .unwrap()
            .uri
            .as_deref(),
        Some("/v1/offers/x")
    );
    let sent: Vec<String> = server.sent().iter().map(ToString::to_string).collect();
    snapshot("subscriptions.sent", sent.join("\n"));
}

#[tokio::test]
async fn the_filters_of_the_list_are_sent() {
    let server = Recorded::json([r#"{"items":[]}"#]);
    let partner = client(server.base_url());
    let list = orders(&partner)
        .list()
        .indirect_reseller("4847383")
        .include_system_purchases(true);
    list.send().try_collect().await.unwrap();
    assert_eq!(
        server.sent()[0].line,
        format!(
            "GET {}?include_system_purchases=true&indirect_reseller_id=4847383",
            partner_center_orders_tests::ORDERS
        )
    );
}

#[tokio::test]
async fn a_continuation_belongs_to_its_filters() {
    let page = r#"{"items":[{"id":"1"}],"links":{"next":{"uri":"/customers/c/orders?p=2"}}}"#;
    let server = Recorded::json([page, r#"{"items":[]}"#]);
    let partner = client(server.base_url());
    let mut pages = orders(&partner)
        .list()
        .include_system_purchases(true)
        .send()
        .pages();
    pages.try_next().await.unwrap();
    let stored = pages.continuation().unwrap();
    let other = [
        orders(&partner).list(),
        orders(&partner).list().include_system_purchases(false),
        orders(&partner)
            .list()
            .include_system_purchases(true)
            .indirect_reseller("1"),
    ];
    for list in other {
        let error = list
            .resume(stored.clone())
            .send()
            .try_next()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
    }
    let same = orders(&partner).list().include_system_purchases(true);
    assert!(
        same.resume(stored)
            .send()
            .try_next()
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(server.sent().len(), 2);
}

#[tokio::test]
async fn ids_that_are_no_segment_are_refused_before_anything_is_sent() {
    let server = Recorded::json([r#"{"items":[]}"#]);
    let partner = client(server.base_url());
    let handle = |id: &str| orders(&partner).order(id);
    for id in ["", " ", ".", "..", "a\\b"] {
        let subscription = partner.customer(customer()).subscription(id);
        let refused = [
            handle(id)
                .activation_links()
                .send()
                .try_collect()
                .await
                .err(),
            handle(id)
                .line_item(0)
                .activation_links()
                .send()
                .try_collect()
                .await
                .err(),
            subscription
                .activation_links()
                .send()
                .try_collect()
                .await
                .err(),
            handle(id)
                .attachments()
                .list()
                .send()
                .try_collect()
                .await
                .err(),
            handle(id).subscriptions().send().try_collect().await.err(),
            handle(id).attachments().download("a").send().await.err(),
            handle(ORDER).attachments().download(id).send().await.err(),
        ];
        for error in refused {
            let error = error.unwrap();
            assert_eq!(
                (error.kind(), error.delivery()),
                (ErrorKind::Input, Delivery::NotSent)
            );
        }
    }
    for blank in ["", " "] {
        let list = orders(&partner).list().indirect_reseller(blank).send();
        assert_eq!(
            list.try_collect().await.unwrap_err().kind(),
            ErrorKind::Input
        );
    }
    let far = handle(ORDER).line_item(-1).activation_links().send();
    assert_eq!(
        far.try_collect().await.unwrap_err().kind(),
        ErrorKind::Input
    );
    assert_eq!(server.sent().len(), 0);
}

#[tokio::test]
async fn odd_ids_stay_one_segment_or_one_value() {
    let server = Recorded::json([r#"{"items":[]}"#]);
    let partner = client(server.base_url());
    let odd = "a/../b?c=d#e&f %2F\u{e4}";
    let order = orders(&partner).order(odd);
    order
        .clone()
        .attachments()
        .list()
        .send()
        .try_collect()
        .await
        .unwrap();
    order.subscriptions().send().try_collect().await.unwrap();
    let lines: Vec<String> = server.sent().into_iter().map(|sent| sent.line).collect();
    let encoded = "a%2F..%2Fb%3Fc=d%23e&f%20%252F%C3%A4";
    assert_eq!(
        lines[0],
        format!(
            "GET {}/{encoded}/attachments",
            partner_center_orders_tests::ORDERS
        )
    );
    assert_eq!(
        lines[1],
        "GET /v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/subscriptions?order_id=a%2F..%2Fb%3Fc%3Dd%23e%26f+%252F%C3%A4"
    );
}

#[test]
fn a_list_can_be_sent_to_another_task() {
    fn is_send<T: Send + 'static>(_: &T) {}
    let partner = client("http://127.0.0.1:1");
    let id: CustomerId = customer();
    let list = partner.customer(id).orders().order(ORDER).subscriptions();
    is_send(&list);
    is_send(&list.send());
    is_send(&partner.list("/customers").send());
}
