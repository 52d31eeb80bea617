//! How are pages followed, and when not?

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt};
use partner_center_orders::{Continuation, Delivery, Error, ErrorKind, Order, Pager};
use partner_center_orders_tests::{ORDERS, Recorded, Reply, ScriptedServer, client, orders};

/// A page with these ids and, unless it is empty, this link.
fn page(ids: &[&str], next: &str) -> String {
    let items: Vec<_> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    let links = if next.is_empty() {
        String::new()
    } else {
        format!(r#","links":{{"next":{next}}}"#)
    };
    format!(r#"{{"totalCount":9,"items":[{}]{links}}}"#, items.join(","))
}

/// A link whose token travels in a header.
fn link(token: &str) -> String {
    format!(
        r#"{{"uri":"/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/orders?seekOperation=Next&x=%2B+%20","method":"GET","headers":[{{"key":"MS-ContinuationToken","value":"{token}"}}]}}"#
    )
}

fn uri(uri: &str) -> String {
    format!(r#"{{"uri":"{uri}","method":"GET","headers":[]}}"#)
}

fn ids(orders: &[Order]) -> Vec<&str> {
    orders.iter().map(|order| order.id.as_str()).collect()
}

/// What a listing gives before it ends or fails.
async fn read(mut pager: Pager<Order>) -> (Vec<String>, Option<Error>) {
    let mut read = Vec::new();
    loop {
        match pager.try_next().await {
            Ok(Some(order)) => read.push(order.id.to_string()),
            Ok(None) => return (read, None),
            Err(error) => {
                assert!(
                    pager.try_next().await.unwrap().is_none(),
                    "a failed list has ended"
                );
                return (read, Some(error));
            }
        }
    }
}

#[tokio::test]
async fn links_are_followed_with_their_headers_and_query() {
    let server = Recorded::json([
        page(&["a", "b"], &link("1")),
        page(&["c"], &link("2")),
        page(&["d"], ""),
    ]);
    let partner = client(server.base_url());
    let all = orders(&partner).list().send().try_collect().await.unwrap();
    assert_eq!(ids(&all), ["a", "b", "c", "d"]);
    let sent = server.sent();
    let lines: Vec<_> = sent.iter().map(|sent| sent.line.as_str()).collect();
    let next = format!("GET {ORDERS}?seekOperation=Next&x=%2B+%20");
    assert_eq!(lines, [&format!("GET {ORDERS}"), &next, &next]);
    assert_eq!(sent[0].header("ms-continuationtoken"), None);
    assert_eq!(sent[1].header("ms-continuationtoken"), Some("1"));
    assert_eq!(sent[2].header("ms-continuationtoken"), Some("2"));
    assert!(
        sent.iter()
            .all(|sent| sent.header("authorization") == Some("Bearer token-of-the-tests"))
    );
    assert!(
        sent.iter()
            .all(|sent| sent.header("accept") == Some("application/json"))
    );
}

#[tokio::test]
async fn each_page_has_its_own_request_id_and_all_share_the_correlation_id() {
    let server = Recorded::json([
        page(&["a"], &link("1")),
        page(&["b"], &link("2")),
        page(&["c"], ""),
    ]);
    let partner = client(server.base_url());
    let pages: Vec<_> = orders(&partner)
        .list()
        .send()
        .pages()
        .try_collect()
        .await
        .unwrap();
    let sent = server.sent();
    let requests: Vec<_> = sent
        .iter()
        .map(|sent| sent.header("ms-requestid").unwrap())
        .collect();
    assert_eq!(
        requests,
        pages
            .iter()
            .map(|page| page.request_id().to_string())
            .collect::<Vec<_>>()
    );
    assert_eq!(requests.iter().collect::<BTreeSet<_>>().len(), 3);
    let correlation = pages[0].correlation_id().to_string();
    assert!(
        sent.iter()
            .all(|sent| sent.header("ms-correlationid") == Some(&correlation))
    );
}

#[tokio::test]
async fn uris_with_and_without_version_and_absolute_ones_are_followed() {
    let server = Recorded::json([
        page(&["a"], &uri("/customers/x/orders?page=2")),
        page(&["b"], &uri("/v1/customers/x/orders?page=3")),
        page(&["c"], &uri("customers/x/orders?page=4")),
        page(&["d"], ""),
    ]);
    let partner = client(server.base_url());
    orders(&partner).list().send().try_collect().await.unwrap();
    let lines: Vec<_> = server
        .sent()
        .iter()
        .skip(1)
        .map(|sent| sent.line.clone())
        .collect();
    assert_eq!(
        lines,
        ["2", "3", "4"].map(|page| format!("GET /v1/customers/x/orders?page={page}"))
    );
}

#[tokio::test]
async fn an_absolute_link_to_the_same_origin_is_followed() {
    // The server's address is known only once it runs: the first page is asked for by way of a continuation.
    let server = Recorded::json([page(&["b"], "")]);
    let partner = client(server.base_url());
    let mut continuation =
        serde_json::to_value(orders(&partner).list().send().continuation().unwrap()).unwrap();
    continuation["link"] =
        serde_json::json!({ "uri": format!("{}/v1/customers/x?page=2", server.base_url()) });
    let continuation: Continuation = serde_json::from_value(continuation).unwrap();
    let read = orders(&partner)
        .list()
        .resume(continuation)
        .send()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(ids(&read), ["b"]);
    assert_eq!(server.sent()[0].line, "GET /v1/customers/x?page=2");
}

#[tokio::test]
async fn an_empty_page_does_not_end_the_list() {
    let server = Recorded::json([
        page(&[], &link("1")),
        page(&["a"], &link("2")),
        page(&[], &link("3")),
        page(&["b"], ""),
    ]);
    let all = orders(&client(server.base_url()))
        .list()
        .send()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(ids(&all), ["a", "b"]);
}

#[tokio::test]
async fn empty_pages_without_end_are_an_error() {
    let server = Recorded::json((0..200).map(|number| page(&[], &link(&number.to_string()))));
    let (read, error) = read(orders(&client(server.base_url())).list().send()).await;
    assert_eq!((read.len(), error.unwrap().kind()), (0, ErrorKind::Link));
    assert_eq!(server.sent().len(), 100);
}

#[tokio::test]
async fn a_link_that_was_followed_before_is_an_error_and_no_loop() {
    for links in [
        vec!["1", "1"],
        vec!["1", "2", "1"],
        vec!["1", "2", "3", "2"],
    ] {
        let server = Recorded::json(
            links
                .iter()
                .enumerate()
                .map(|(number, token)| page(&[&number.to_string()], &link(token))),
        );
        let (read, error) = read(orders(&client(server.base_url())).list().send()).await;
        let error = error.unwrap();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Link, Delivery::NotSent)
        );
        assert!(error.request_id().is_some() && error.correlation_id().is_some());
        assert_eq!(read.len(), links.len(), "what was read is handed out, once");
        assert_eq!(server.sent().len(), links.len());
    }
}

#[tokio::test]
async fn a_link_to_the_first_page_is_a_loop() {
    let server = Recorded::json([page(
        &["a"],
        &uri("/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/orders"),
    )]);
    let (read, error) = read(orders(&client(server.base_url())).list().send()).await;
    assert_eq!(
        (read.len(), error.unwrap().kind(), server.sent().len()),
        (1, ErrorKind::Link, 1)
    );
}

#[tokio::test]
async fn links_that_are_sent_alike_are_the_same() {
    let fragment = |number: usize| uri(&format!("/x#{number}"));
    let id = |number: usize| {
        format!(r#"{{"uri":"/x","headers":[{{"key":"MS-RequestId","value":"{number}"}}]}}"#)
    };
    let accept = |number: usize| {
        format!(r#"{{"uri":"/x","headers":[{{"key":"Accept","value":"text/{number}"}}]}}"#)
    };
    for link in [&fragment as &dyn Fn(usize) -> String, &id, &accept] {
        let server = Recorded::json((0..50).map(|number| page(&["a"], &link(number))));
        let (_, error) = read(orders(&client(server.base_url())).list().send()).await;
        assert_eq!(
            (error.unwrap().kind(), server.sent().len()),
            (ErrorKind::Link, 2)
        );
        assert_eq!(server.sent()[1].header("accept"), Some("application/json"));
    }
}

#[tokio::test]
async fn a_link_without_what_it_needs_is_refused_after_its_page() {
    let many: Vec<_> = (0..60)
        .map(|n| format!(r#"{{"key":"X{n}","value":"v"}}"#))
        .collect();
    let huge: Vec<_> = (0..25_000)
        .map(|n| format!(r#"{{"key":"X{n}","value":"v"}}"#))
        .collect();
    for next in [
        "{}".to_owned(),
        r#"{"uri":null,"method":"GET"}"#.to_owned(),
        r#"{"uri":"/x","headers":[{"key":"MS-ContinuationToken","value":null}]}"#.to_owned(),
        r#"{"uri":"/x","headers":[{"value":"v"}]}"#.to_owned(),
        r#"{"uri":"/x","headers":[{"key":"a b","value":"v"}]}"#.to_owned(),
        format!(r#"{{"uri":"/x","headers":[{}]}}"#, many.join(",")),
        format!(r#"{{"uri":"/x","headers":[{}]}}"#, huge.join(",")),
        format!(
            r#"{{"uri":"/x","headers":[{{"key":"a","value":"{}"}}]}}"#,
            "v".repeat(40_000)
        ),
        uri(&format!("/{}", "a".repeat(40_000))),
        uri("http://"),
        uri("http://[::1"),
    ] {
        let server = Recorded::json([page(&["a"], &next)]);
        let (read, error) = read(orders(&client(server.base_url())).list().send()).await;
        assert_eq!(
            (read.len(), error.unwrap().kind()),
            (1, ErrorKind::Link),
            "{next:.99}"
        );
        assert_eq!(server.sent().len(), 1);
    }
}

#[tokio::test]
async fn a_link_stays_below_the_endpoints_path() {
    for (uri_text, is_followed) in [
        ("/x", true),
        ("/../../etc", false),
        ("/v1/../../etc", false),
    ] {
        let server = Recorded::json([page(&["a"], &uri(uri_text)), page(&["b"], "")]);
        let partner = client(format!("{}/base", server.base_url()));
        let (read, _) = read(orders(&partner).list().send()).await;
        assert_eq!(read.len() == 2, is_followed, "{uri_text}");
        assert!(
            server
                .sent()
                .iter()
                .all(|sent| sent.line.starts_with("GET /base/v1/"))
        );
    }
}

#[tokio::test]
async fn a_link_off_the_origin_is_refused_and_nothing_is_sent_there() {
    let foreign = ScriptedServer::start([Reply::json(page(&["stolen"], ""))]);
    let authority = foreign
        .base_url()
        .strip_prefix("http://")
        .unwrap()
        .to_owned();
    for address in [
        foreign.base_url(),
        format!("//{authority}/x"),
        format!("http://user@{authority}/x"),
        format!("HTTP://{authority}"),
        "https://example.com/v1/x".to_owned(),
        "file:///etc/passwd".to_owned(),
        String::new(),
    ] {
        let server = Recorded::json([page(&["a"], &uri(&address)), page(&["b"], "")]);
        let (read, error) = read(orders(&client(server.base_url())).list().send()).await;
        assert_eq!(read, ["a"], "{address}");
        assert_eq!(error.unwrap().kind(), ErrorKind::Link, "{address}");
        assert_eq!(server.sent().len(), 1, "{address}");
    }
    assert!(foreign.heads().is_empty());
}

#[tokio::test]
async fn a_link_is_read_and_not_written_to() {
    for method in ["POST", "DELETE", ""] {
        let next = format!(r#"{{"uri":"/x","method":"{method}","headers":[]}}"#);
        let server = Recorded::json([page(&["a"], &next)]);
        let (_, error) = read(orders(&client(server.base_url())).list().send()).await;
        assert_eq!(
            (error.unwrap().kind(), server.sent().len()),
            (ErrorKind::Link, 1),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_link_cannot_change_who_asks() {
    let next =
        r#"{"uri":"/x","method":"GET","headers":[{"key":"Authorization","value":"Bearer other"}]}"#;
    let server = Recorded::json([page(&["a"], next)]);
    let (_, error) = read(orders(&client(server.base_url())).list().send()).await;
    assert_eq!(
        (error.unwrap().kind(), server.sent().len()),
        (ErrorKind::Link, 1)
    );
}

#[tokio::test]
async fn a_failed_page_ends_the_list_with_its_error() {
    let json = || vec![("content-type", "application/json".to_owned())];
    let server = Recorded::start(vec![
        (200, json(), page(&["a"], &link("1")).into()),
        (503, json(), b"{}".to_vec()),
    ]);
    let (read, error) = read(orders(&client(server.base_url())).list().send()).await;
    assert_eq!(read, ["a"]);
    assert_eq!(error.unwrap().status().unwrap().as_u16(), 503);
}

#[tokio::test]
async fn a_pager_is_a_stream_that_can_be_moved_anywhere() {
    fn is_mobile<T: Send + Unpin + 'static>(value: T) -> T {
        value
    }
    let server = Recorded::json([page(&["a", "b"], &link("1")), page(&["c"], "")]);
    let partner = client(server.base_url());
    let pager = is_mobile(orders(&partner).list().send());
    drop(partner);
    let read = tokio::spawn(
        pager
            .map_ok(|order| order.id.to_string())
            .try_collect::<Vec<_>>(),
    )
    .await
    .unwrap();
    assert_eq!(read.unwrap(), ["a", "b", "c"]);
}

#[tokio::test]
async fn nothing_is_sent_before_the_pager_is_polled() {
    let server = Recorded::json([page(&["a"], "")]);
    let mut pager = orders(&client(server.base_url())).list().send();
    assert!(server.sent().is_empty());
    assert!(pager.next().await.unwrap().is_ok());
    assert_eq!(server.sent().len(), 1);
}
