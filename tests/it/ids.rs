//! How do ids get into a path?

use partner_center_orders::{CustomerId, Delivery, Error, ErrorKind};
use partner_center_orders_tests::{ORDERS, Reply, ScriptedServer, client, orders};

#[tokio::test]
async fn an_order_id_is_one_segment_whatever_is_in_it() {
    let table = [
        (
            "s-BZlr_TeGksPNT61SsWRL-sqMaKbyVa1",
            "s-BZlr_TeGksPNT61SsWRL-sqMaKbyVa1",
        ),
        ("a/b", "a%2Fb"),
        ("../../x", "..%2F..%2Fx"),
        ("a%2Fb", "a%252Fb"),
        ("a b", "a%20b"),
        ("a\nb", "a%0Ab"),
        ("a?b#c", "a%3Fb%23c"),
        ("...", "..."),
        ("ü", "%C3%BC"),
        ("%2e%2e", "%252e%252e"),
    ];
    for (id, segment) in table {
        let server =
            ScriptedServer::start([Reply::json(r#"{"id":"o"}"#), Reply::json(r#"{"items":[]}"#)]);
        let partner = client(server.base_url());
        orders(&partner).order(id).get().send().await.unwrap();
        orders(&partner)
            .order(id)
            .provisioning_status()
            .send()
            .try_collect()
            .await
            .unwrap();
        let expected = [
            format!("GET {ORDERS}/{segment} HTTP/1.1"),
            format!("GET {ORDERS}/{segment}/provisioningstatus HTTP/1.1"),
        ];
        assert_eq!(server.lines(), expected, "{id}");
    }
}

#[tokio::test]
async fn an_order_id_that_is_no_segment_is_refused_before_anything_is_sent() {
    let server = ScriptedServer::start([Reply::json(r#"{"id":"o"}"#)]);
    let partner = client(server.base_url());
    for id in ["", " ", "\t\n", ".", "..", "a\\b", "..\\..\\x"] {
        let refused = |error: Error| {
            assert_eq!(
                (error.kind(), error.delivery()),
                (ErrorKind::Input, Delivery::NotSent)
            )
        };
        refused(orders(&partner).order(id).get().send().await.unwrap_err());
        refused(
            orders(&partner)
                .order(id)
                .provisioning_status()
                .send()
                .try_collect()
                .await
                .unwrap_err(),
        );
    }
    assert!(server.heads().is_empty());
}

#[test]
fn a_customer_id_is_a_guid() {
    for text in [
        "",
        "contoso.onmicrosoft.com",
        "b0d70a694c424b27b17b91a835d8686a",
        "{b0d70a69-4c42-4b27-b17b-91a835d8686a}",
        "urn:uuid:b0d70a69-4c42-4b27-b17b-91a835d8686a",
        "b0d70a69-4c42-4b27-b17b-91a835d8686a ",
        "../orders",
    ] {
        assert!(text.parse::<CustomerId>().is_err(), "{text}");
    }
    let json = format!("{:?}", partner_center_orders_tests::CUSTOMER);
    let read: CustomerId = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
    assert!(serde_json::from_str::<CustomerId>(r#""contoso""#).is_err());
    let upper: CustomerId = "B0D70A69-4C42-4B27-B17B-91A835D8686A".parse().unwrap();
    assert_eq!(upper.to_string(), partner_center_orders_tests::CUSTOMER);
}
