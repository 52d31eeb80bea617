//! Can a list be taken up again where it was left?

use partner_center_orders::{BillingCycle, Continuation, ErrorKind, PartnerCenter};
use partner_center_orders_tests::{Recorded, client, client_of, orders};
use partner_center_sim::Simulator;

async fn simulated() -> (Simulator, PartnerCenter) {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    (simulator, partner)
}

/// Stored and read back, as another process would.
fn stored(continuation: &Continuation) -> Continuation {
    serde_json::from_str(&serde_json::to_string(continuation).unwrap()).unwrap()
}

#[tokio::test]
async fn a_list_left_after_any_order_goes_on_with_the_next() {
    let (_simulator, partner) = simulated().await;
    let all = orders(&partner).list().send().try_collect().await.unwrap();
    for left_after in 0..=all.len() {
        let mut pager = orders(&partner).list().send();
        for _ in 0..left_after {
            pager.try_next().await.unwrap().unwrap();
        }
        match pager.continuation() {
            Some(continuation) => {
                let rest = orders(&partner)
                    .list()
                    .resume(stored(&continuation))
                    .send()
                    .try_collect()
                    .await
                    .unwrap();
                assert_eq!(rest, all[left_after..], "left after {left_after}");
            }
            None => assert_eq!(left_after, all.len()),
        }
    }
}

#[tokio::test]
async fn a_list_left_between_pages_goes_on_with_the_next_page() {
    let (_simulator, partner) = simulated().await;
    let all = orders(&partner).list().send().try_collect().await.unwrap();
    let mut pages = orders(&partner).list().send().pages();
    let mut done = 0;
    while let Some(page) = pages.try_next().await.unwrap() {
        done += page.body().items.len();
        let Some(continuation) = pages.continuation() else {
            break;
        };
        let rest = orders(&partner)
            .list()
            .resume(stored(&continuation))
            .send()
            .try_collect()
            .await
            .unwrap();
        assert_eq!(rest, all[done..]);
    }
    assert_eq!(done, all.len());
}

#[tokio::test]
async fn a_page_that_was_begun_is_not_lost_to_pages() {
    let (_simulator, partner) = simulated().await;
    let all = orders(&partner).list().send().try_collect().await.unwrap();
    for begun in [0, 1, 9, 10, 11, 20] {
        let mut pager = orders(&partner).list().send();
        for _ in 0..begun {
            pager.try_next().await.unwrap().unwrap();
        }
        let mut pages = pager.pages();
        let mut rest = Vec::new();
        while let Some(page) = pages.try_next().await.unwrap() {
            rest.extend(page.into_body().items);
        }
        assert_eq!(rest, all[begun..], "begun {begun}");
    }
}

#[tokio::test]
async fn after_an_error_the_list_goes_on_with_the_page_that_failed() {
    let json = || vec![("content-type", "application/json".to_owned())];
    let first = r#"{"items":[{"id":"a"}],"links":{"next":{"uri":"/next","method":"GET","headers":[{"key":"k","value":"v"}]}}}"#;
    let second = r#"{"items":[{"id":"b"}]}"#;
    let server = Recorded::start(vec![
        (200, json(), first.into()),
        (503, json(), b"{}".to_vec()),
        (200, json(), second.into()),
    ]);
    let partner = client(server.base_url());
    let mut pager = orders(&partner).list().send();
    assert_eq!(pager.try_next().await.unwrap().unwrap().id.as_str(), "a");
    assert!(pager.try_next().await.is_err());
    let continuation = stored(&pager.continuation().unwrap());
    let rest = orders(&partner)
        .list()
        .resume(continuation)
        .send()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rest[0].id.as_str(), "b");
    assert_eq!(server.sent()[2].line, "GET /v1/next");
    assert_eq!(server.sent()[2].header("k"), Some("v"));
}

#[tokio::test]
async fn a_continuation_of_another_list_is_refused() {
    let server = Recorded::json([r#"{"items":[]}"#]);
    let partner = client(server.base_url());
    let continuation = orders(&partner).list().send().continuation().unwrap();
    let others = [
        orders(&partner).list().billing_type(BillingCycle::Monthly),
        orders(&partner).list().include_price(true),
        partner
            .customer(uuid::Uuid::from_u128(1).into())
            .orders()
            .list(),
    ];
    for other in others {
        let error = other
            .resume(continuation.clone())
            .send()
            .try_collect()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
    }
    assert!(server.sent().is_empty());
}

#[tokio::test]
async fn a_continuation_that_was_tampered_with_leads_nowhere_else() {
    let foreign = Recorded::json([r#"{"items":[]}"#]);
    let server = Recorded::json([r#"{"items":[]}"#]);
    let partner = client(server.base_url());
    let honest =
        serde_json::to_value(orders(&partner).list().send().continuation().unwrap()).unwrap();
    let mut forged = honest.clone();
    forged["link"] =
        serde_json::json!({ "uri": format!("{}/v1/x", foreign.base_url()), "method": "GET" });
    let forged: Continuation = serde_json::from_value(forged).unwrap();
    let error = orders(&partner)
        .list()
        .resume(forged)
        .send()
        .try_collect()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Link);
    assert!(foreign.sent().is_empty() && server.sent().is_empty());
}

#[tokio::test]
async fn a_list_that_goes_on_by_pages_still_knows_what_it_read() {
    let link =
        |token: &str| format!(r#"{{"uri":"/x","headers":[{{"key":"k","value":"{token}"}}]}}"#);
    let page = |id: &str, token: &str| {
        format!(
            r#"{{"items":[{{"id":"{id}1"}},{{"id":"{id}2"}}],"links":{{"next":{}}}}}"#,
            link(token)
        )
    };
    // The second page is begun, asked for again, and links back to itself by way of the third.
    let server = Recorded::json([
        page("a", "b"),
        page("b", "c"),
        page("b", "c"),
        page("c", "b"),
    ]);
    let partner = client(server.base_url());
    let mut pager = orders(&partner).list().send();
    for _ in 0..3 {
        pager.try_next().await.unwrap().unwrap();
    }
    let mut pages = pager.pages();
    let first = pages.try_next().await.unwrap().unwrap();
    assert_eq!(first.body().items[0].id.as_str(), "b2");
    assert!(pages.try_next().await.unwrap().is_some());
    assert_eq!(pages.try_next().await.unwrap_err().kind(), ErrorKind::Link);
    assert_eq!(server.sent().len(), 4);
}

#[tokio::test]
async fn a_provisioning_status_goes_on_as_well() {
    let server = Recorded::json([r#"{"items":[{"lineItemNumber":0},{"lineItemNumber":1}]}"#]);
    let partner = client(server.base_url());
    let status = || orders(&partner).order("o").provisioning_status();
    let mut pager = status().send();
    pager.try_next().await.unwrap();
    let continuation = stored(&pager.continuation().unwrap());
    let rest = status()
        .resume(continuation.clone())
        .send()
        .try_collect()
        .await
        .unwrap();
    assert_eq!((rest.len(), rest[0].line_item_number), (1, Some(1)));
    let other = orders(&partner)
        .order("p")
        .provisioning_status()
        .resume(continuation)
        .send();
    assert_eq!(
        other.try_collect().await.unwrap_err().kind(),
        ErrorKind::Input
    );
}
