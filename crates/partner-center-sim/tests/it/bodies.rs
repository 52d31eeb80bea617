//! What becomes of a body that is no order?

use partner_center_sim::Simulator;

use crate::wire::{AUTHORIZED, FIRST, Reply, exchange, order_of, request, send};

const LIMIT: usize = 16 * 1024 * 1024;

fn path() -> String {
    format!("/v1/customers/{FIRST}/orders")
}

fn assert_refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{}", reply.head);
    let body = reply.json();
    assert_eq!(body["code"], code);
    assert_eq!(body.as_object().unwrap().len(), 4);
}

#[tokio::test]
async fn only_json_is_read_as_an_order() {
    let simulator = Simulator::start().await.unwrap();
    let order = order_of("CFQ7TTC0SB01:0002:CFQ7TTC0RK4D", 1).to_string();
    for media_type in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "",
    ] {
        let target = path();
        let reply = send(
            &simulator,
            ("POST", &target),
            &[],
            media_type,
            order.as_bytes(),
        )
        .await;
        assert_refused(&reply, 415, "415");
    }
    let reply = request(&simulator, "POST", &path(), &[AUTHORIZED]).await;
    assert_refused(&reply, 415, "415");
    for media_type in ["application/json", "text/json; charset=utf-8"] {
        let target = path();
        let reply = send(
            &simulator,
            ("POST", &target),
            &[],
            media_type,
            order.as_bytes(),
        )
        .await;
        assert_eq!(reply.status, 201);
    }
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let simulator = Simulator::start().await.unwrap();
    let deep = "[".repeat(200_000);
    let object = format!("{{\"lineItems\":{deep}");
    for body in [
        &b""[..],
        b"null",
        b"[]",
        b"3",
        b"{",
        b"{}{}",
        b"\xFF\xFE{\x00}\x00",
        b"{\"lineItems\": [\xC3\x28]}",
        b"{\"a\": \"\xED\xA0\x80\"}",
        deep.as_bytes(),
        object.as_bytes(),
    ] {
        let json = "application/json";
        let reply = send(&simulator, ("POST", &path()), &[], json, body).await;
        assert_refused(&reply, 400, "800002");
    }
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_and_read() {
    let simulator = Simulator::start().await.unwrap();
    let mut order = order_of("CFQ7TTC0SB01:0002:CFQ7TTC0RK4D", 1).to_string();
    order += &" ".repeat(LIMIT - order.len());
    let json = "application/json";
    let target = path();
    let reply = send(&simulator, ("POST", &target), &[], json, order.as_bytes()).await;
    assert_eq!(reply.status, 201);
    order += " ";
    let reply = send(&simulator, ("POST", &target), &[], json, order.as_bytes()).await;
    assert_refused(&reply, 413, "413");
    // Where no body is read, none is too long.
    let reply = send(&simulator, ("GET", &target), &[], json, order.as_bytes()).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_body_in_pieces_is_one() {
    let simulator = Simulator::start().await.unwrap();
    let order = order_of("CFQ7TTC0SB01:0002:CFQ7TTC0RK4D", 1).to_string();
    let mut pieces = String::new();
    for piece in order.as_bytes().chunks(7) {
        let piece = std::str::from_utf8(piece).unwrap();
        pieces += &format!("{:x}\r\n{piece}\r\n", piece.len());
    }
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer simulated\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        path()
    );
    let whole = format!("{head}{pieces}0\r\n\r\n");
    assert_eq!(exchange(&simulator, whole.as_bytes()).await.status, 201);
    let broken = format!("{head}{pieces}zz\r\n");
    assert_refused(
        &exchange(&simulator, broken.as_bytes()).await,
        400,
        "800002",
    );
}
