//! What becomes of a body that is no order?

use partner_center_sim::Simulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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

#[tokio::test]
async fn a_client_that_waits_is_told_to_go_on() {
    let simulator = Simulator::start().await.unwrap();
    let order = order_of("CFQ7TTC0SB01:0002:CFQ7TTC0RK4D", 1).to_string();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer simulated\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        path(),
        order.len()
    );
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    connection.read_exact(&mut go_on).await.unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100 "));
    connection.write_all(order.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

/// The bytes with some of them changed, the same every time for the same number.
fn spoilt(bytes: &[u8], number: u64) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for _ in 0..=number % 4 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let place = (state >> 33) as usize % bytes.len();
        match state >> 61 {
            0 => bytes.truncate(place.max(1)),
            1 => drop(bytes.remove(place)),
            2 => bytes[place] = b'"',
            3 => bytes[place] = b'-',
            4 => bytes.insert(place, b'9'),
            5 => bytes.insert(place, b'{'),
            _ => bytes[place] = (state >> 40) as u8,
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

#[tokio::test]
async fn any_bytes_as_a_body_get_an_answer() {
    let simulator = Simulator::start().await.unwrap();
    let mut order = order_of("DG7GMGF0D7FV:0003:DG7GMGF0D2G1", 1);
    order["referenceCustomerId"] = FIRST.into();
    order["billingCycle"] = "one_time".into();
    order["status"] = "pending".into();
    order["lineItems"][0]["termDuration"] = "P1Y".into();
    order["lineItems"][0]["customTermEndDate"] = "2025-06-30".into();
    let order = order.to_string();
    let form = b"--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{\"customerPrice\":\"1\",\"currency\":\"USD\"}\r\n\
        --b\r\nContent-Disposition: form-data; name=\"POFiles\"; filename=\"a.pdf\"\r\n\r\n%PDF\r\n--b--\r\n";
    let id = simulator.order_ids(FIRST)[0].clone();
    let (json, multipart) = ("application/json", "multipart/form-data; boundary=b");
    for number in 0..400 {
        for (method, target, media_type, body) in [
            ("POST", path(), json, order.as_bytes()),
            ("PATCH", format!("{}/{id}", path()), json, order.as_bytes()),
            (
                "POST",
                format!("{}/{id}/attachment", path()),
                multipart,
                form,
            ),
        ] {
            let body = spoilt(body, number);
            let reply = send(&simulator, (method, &target), &[], media_type, &body).await;
            assert!(
                (200..500).contains(&reply.status),
                "{method} {target}: {}",
                String::from_utf8_lossy(&body)
            );
        }
    }
}

#[tokio::test]
async fn every_method_on_every_path_gets_an_answer() {
    let simulator = Simulator::start().await.unwrap();
    let id = simulator.order_ids(FIRST)[0].clone();
    for path in [
        "/".to_owned(),
        "/v1/customers/%FF/orders".to_owned(),
        path(),
        format!("{}/%2e%2e", path()),
        format!("{}/{id}", path()),
        format!("{}/{id}/attachment", path()),
        format!("{}/{id}/attachments", path()),
        format!("{}/{id}/lineitems/x/activationlinks", path()),
        format!("/v1/customers/{FIRST}/subscriptions"),
    ] {
        for method in [
            "GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "TRACE", "X-Y",
        ] {
            for media_type in ["application/json", "multipart/form-data; boundary=b", "x"] {
                for body in [&b""[..], b"{}", b"\x00\xFF"] {
                    let call = (method, path.as_str());
                    let reply = send(&simulator, call, &[], media_type, body).await;
                    assert!((200..500).contains(&reply.status), "{method} {path}");
                }
            }
        }
    }
}
