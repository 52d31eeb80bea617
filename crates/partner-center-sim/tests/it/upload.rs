//! What becomes of an order that waits for a purchase order?

use partner_center_sim::{Fault, Simulator};
use serde_json::{Value, json};

use crate::wire::{
    BYTE_ORDER_MARK, FIRST, MINUTE, Reply, SEATS, get, order_of, place, send, send_json,
};

const TRIGGER: &str = "DG7GMGF0D7FV:0003:DG7GMGF0D2G1";
const PLAIN: &str = r#"{"customerPrice":"156.87","currency":"CAD","fxRate":"1.2"}"#;
const TENDER: &str =
    r#"{"CustomerPrice":"156.87","Currency":"CAD","FxRate":null,"IsPartOfTender":true}"#;

/// Name of the part, name of the file, content.
type Part<'p> = (&'p str, Option<&'p str>, &'p [u8]);

fn parts(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file_name, content) in parts {
        let file_name = file_name.map(|name| format!("; filename=\"{name}\""));
        let head = format!(
            "--b\r\nContent-Disposition: form-data; name=\"{name}\"{}\r\n\r\n",
            file_name.unwrap_or_default()
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b--\r\n");
    body
}

async fn upload(simulator: &Simulator, path: &str, body: &[u8]) -> Reply {
    let target = format!("{path}/attachment");
    let form = "multipart/form-data; boundary=\"b\"";
    send(simulator, ("POST", &target), &[], form, body).await
}

/// An order that waits, by its path.
async fn waiting(simulator: &Simulator) -> String {
    let placed = place(simulator, FIRST, &order_of(TRIGGER, 2)).await;
    assert_eq!(placed["status"], "pending_po_upload");
    let id = placed["id"].as_str().unwrap();
    format!("/v1/customers/{FIRST}/orders/{id}")
}

async fn status(simulator: &Simulator, path: &str) -> [Value; 2] {
    let order = get(simulator, path).await.json();
    let provisioning = get(simulator, &format!("{path}/provisioningstatus")).await;
    let line = provisioning.json()["items"][0]["status"].clone();
    [order["status"].clone(), line]
}

#[tokio::test]
async fn an_order_waits_for_its_documents_and_then_goes_on() {
    let simulator = Simulator::start().await.unwrap();
    let path = waiting(&simulator).await;
    simulator.clock().advance(60 * MINUTE);
    let wait = [json!("pending_po_upload"), json!("prefulfillmentpending")];
    assert_eq!(status(&simulator, &path).await, wait);
    let list = format!("{path}/attachments");
    assert_eq!(get(&simulator, &list).await.json()["totalCount"], 0);

    let order: Vec<u8> = (0..3_000_u32).map(|number| (number % 251) as u8).collect();
    let body = parts(&[
        ("metadata", None, TENDER.as_bytes()),
        ("POFiles", Some("order.pdf"), &order),
        ("POFiles", Some("Bestellung für Köln.pdf"), b"--b\r"),
        ("TenderFiles", Some("tender.pdf"), b"%PDF"),
        ("other", Some("other.pdf"), b"nothing"),
    ]);
    let reply = upload(&simulator, &path, &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert!(!reply.body.starts_with(BYTE_ORDER_MARK));
    let answer = reply.json();
    assert_eq!(answer["totalCount"], 3);
    assert_eq!(answer["attributes"], json!({ "objectType": "Collection" }));
    let told: Vec<_> = answer["items"].as_array().unwrap().iter().collect();
    let told = |member: &str| {
        told.iter()
            .map(|file| file[member].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told("fileName"),
        ["order.pdf", "Bestellung für Köln.pdf", "tender.pdf"]
    );
    assert_eq!(told("sizeInKB"), [3, 1, 1]);
    assert_eq!(
        told("attachmentType"),
        ["POAttachment", "POAttachment", "TenderAttachment"]
    );
    assert_eq!(get(&simulator, &list).await.json(), answer);
    for (id, content) in told("attachmentId")
        .iter()
        .zip([&order[..], b"--b\r", b"%PDF"])
    {
        let file = get(
            &simulator,
            &format!("{path}/attachment/{}", id.as_str().unwrap()),
        )
        .await;
        assert_eq!(file.status, 200);
        assert!(file.body == content);
    }

    for expected in [
        ["po_upload_complete", "prefulfillmentpending"],
        ["completed", "prefulfillmentpending"],
        ["completed", "fulfilled"],
    ] {
        assert_eq!(status(&simulator, &path).await, expected.map(Value::from));
        simulator.clock().advance(5 * MINUTE);
    }
}

#[tokio::test]
async fn parts_are_named_in_any_case() {
    let simulator = Simulator::start().await.unwrap();
    for names in [
        ["metadata", "pofiles", "tenderfiles"],
        ["Metadata", "POfiles", "TenderFiles"],
        ["METADATA", "POFILES", "Tender"],
    ] {
        let path = waiting(&simulator).await;
        let body = parts(&[
            (names[2], Some("tender.pdf"), b"t"),
            (names[1], Some("order.pdf"), b"o"),
            (names[0], Some("metadata.json"), TENDER.as_bytes()),
        ]);
        let reply = upload(&simulator, &path, &body).await;
        assert_eq!(reply.status, 201, "{names:?}: {}", reply.text());
        assert_eq!(
            reply.json()["items"][0]["attachmentType"],
            "TenderAttachment"
        );
    }
}

#[tokio::test]
async fn a_file_name_is_read_in_both_forms() {
    let simulator = Simulator::start().await.unwrap();
    for (parameter, name) in [
        ("filename=order.pdf", "order.pdf"),
        ("filename*=utf-8''K%C3%B6ln.pdf", "Köln.pdf"),
        (
            "filename=\"Koln.pdf\"; filename*=UTF-8'de'K%C3%B6ln%3B.pdf",
            "Köln;.pdf",
        ),
        (
            "filename=\"order.pdf\"; filename*=latin1''K%F6ln.pdf",
            "order.pdf",
        ),
    ] {
        let path = waiting(&simulator).await;
        let body = parts(&[("metadata", None, PLAIN.as_bytes())]);
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=POFiles; {parameter}\r\n\r\n%PDF\r\n{}",
            String::from_utf8(body).unwrap()
        );
        let reply = upload(&simulator, &path, body.as_bytes()).await;
        assert_eq!(reply.status, 201, "{parameter}: {}", reply.text());
        assert_eq!(reply.json()["items"][0]["fileName"], name);
    }
}

#[tokio::test]
async fn each_upload_that_lacks_something_has_its_code() {
    let simulator = Simulator::start().await.unwrap();
    let path = waiting(&simulator).await;
    let order: Part<'_> = ("POFiles", Some("order.pdf"), b"%PDF");
    let metadata: fn(&str) -> Part<'_> = |text| ("metadata", None, text.as_bytes());
    for (body, code) in [
        (parts(&[]), "900252"),
        (parts(&[metadata(PLAIN)]), "900252"),
        (
            parts(&[metadata(PLAIN), ("POFiles", None, b"%PDF")]),
            "900252",
        ),
        (
            parts(&[metadata(TENDER), ("TenderFiles", Some("t.pdf"), b"t")]),
            "900252",
        ),
        (parts(&[order]), "900254"),
        (parts(&[order, metadata("{}")]), "900254"),
        (
            parts(&[order, metadata(r#"{"customerPrice":"1"}"#)]),
            "900254",
        ),
        (parts(&[order, metadata(r#"{"currency":"CAD"}"#)]), "900254"),
        (
            parts(&[order, metadata("{tenderLink: https://tender.example}")]),
            "900254",
        ),
        (parts(&[order, metadata(TENDER)]), "900253"),
    ] {
        let reply = upload(&simulator, &path, &body).await;
        assert_eq!(reply.status, 400);
        assert_eq!(
            reply.json()["code"],
            code,
            "{}",
            String::from_utf8_lossy(&body)
        );
    }
    let order = get(&simulator, &path).await.json();
    assert_eq!(order["status"], "pending_po_upload");
    assert_eq!(
        get(&simulator, &format!("{path}/attachments")).await.json()["totalCount"],
        0
    );
}

#[tokio::test]
async fn an_order_that_does_not_wait_takes_no_documents() {
    let simulator = Simulator::start().await.unwrap();
    let body = parts(&[
        ("metadata", None, PLAIN.as_bytes()),
        ("POFiles", Some("order.pdf"), b"%PDF"),
    ]);
    let path = waiting(&simulator).await;
    assert_eq!(upload(&simulator, &path, &body).await.status, 201);
    let twice = upload(&simulator, &path, &body).await;
    let seats = place(&simulator, FIRST, &order_of(SEATS, 1)).await;
    let seats = format!(
        "/v1/customers/{FIRST}/orders/{}",
        seats["id"].as_str().unwrap()
    );
    let seats = upload(&simulator, &seats, &body).await;
    let cancelled = waiting(&simulator).await;
    let cancel = json!({ "status": "cancelled" });
    assert_eq!(
        send_json(&simulator, "PATCH", &cancelled, &cancel)
            .await
            .status,
        200
    );
    let cancelled = upload(&simulator, &cancelled, &body).await;
    for reply in [twice, seats, cancelled] {
        assert_eq!(reply.status, 400);
        assert_eq!(reply.json()["code"], "900141");
    }
    let nowhere = format!("/v1/customers/{FIRST}/orders/none");
    let reply = upload(&simulator, &nowhere, &body).await;
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (404, &json!("20000"))
    );
}

#[tokio::test]
async fn the_waiting_order_of_the_start_can_go_on() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders");
    let orders = crate::wire::all(&simulator, &list).await;
    let mut waiting = orders
        .iter()
        .filter(|order| order["status"] == "pending_po_upload");
    let path = format!("{list}/{}", waiting.next().unwrap()["id"].as_str().unwrap());
    let body = parts(&[
        ("metadata", None, PLAIN.as_bytes()),
        ("POFiles", Some("order.pdf"), b"%PDF"),
    ]);
    assert_eq!(upload(&simulator, &path, &body).await.status, 201);
    simulator.clock().advance(10 * MINUTE);
    let done = [json!("completed"), json!("fulfilled")];
    assert_eq!(status(&simulator, &path).await, done);
}

#[tokio::test]
async fn what_is_no_form_is_refused() {
    let simulator = Simulator::start().await.unwrap();
    let path = waiting(&simulator).await;
    let target = format!("{path}/attachment");
    let body = parts(&[("POFiles", Some("order.pdf"), b"%PDF")]);
    for media_type in [
        "application/json",
        "multipart/form-data",
        "multipart/mixed; boundary=b",
    ] {
        let reply = send(&simulator, ("POST", &target), &[], media_type, &body).await;
        assert_eq!((reply.status, &reply.json()["code"]), (415, &json!("415")));
    }
    let deep = "--b\r\nX: ".repeat(100_000);
    let cut = &body[..body.len() - 5];
    for body in [
        &b""[..],
        b"--",
        b"--b",
        b"--b--",
        b"\r\n",
        b"--b\r\n\r\n",
        b"\xFF\x00",
        cut,
        deep.as_bytes(),
    ] {
        let reply = upload(&simulator, &path, body).await;
        assert_eq!(
            reply.status,
            400,
            "{:?}",
            String::from_utf8_lossy(&body[..body.len().min(99)])
        );
        let code = &reply.json()["code"];
        assert!(code == "800002" || code == "900252", "{code}");
    }
    let long = vec![b'x'; 16 * 1024 * 1024];
    let long = parts(&[("POFiles", Some("order.pdf"), &long)]);
    let reply = upload(&simulator, &path, &long).await;
    assert_eq!((reply.status, &reply.json()["code"]), (413, &json!("413")));
}

#[tokio::test]
async fn an_upload_with_the_same_id_is_made_once() {
    let simulator = Simulator::start().await.unwrap();
    let path = waiting(&simulator).await;
    let target = format!("{path}/attachment");
    let body = parts(&[
        ("metadata", None, PLAIN.as_bytes()),
        ("POFiles", Some("order.pdf"), b"%PDF"),
    ]);
    let headers = [("MS-RequestId", "0e5fc923-8e3c-4560-9100-ce7283c3e081")];
    let form = "multipart/form-data; boundary=b";
    let mut answers = Vec::new();
    for _ in 0..2 {
        let reply = send(&simulator, ("POST", &target), &headers, form, &body).await;
        answers.push((reply.status, reply.body));
    }
    assert_eq!(answers[0].0, 201);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(
        get(&simulator, &format!("{path}/attachments")).await.json()["totalCount"],
        1
    );
}

#[tokio::test]
async fn a_fault_in_the_answer_strikes_an_upload_and_leaves_files_alone() {
    let simulator = Simulator::start().await.unwrap();
    let path = waiting(&simulator).await;
    let word = Fault::unknown_word("attachmentType", "quantum");
    simulator.on_any().fault(word);
    let file = br#"{"attachmentType":"mine"}"#;
    let body = parts(&[
        ("metadata", None, PLAIN.as_bytes()),
        ("POFiles", Some("a.json"), file),
    ]);
    let reply = upload(&simulator, &path, &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let uploaded = reply.json()["items"][0].clone();
    assert_eq!(uploaded["attachmentType"], "quantum");
    assert!(!reply.body.starts_with(BYTE_ORDER_MARK));
    let id = uploaded["attachmentId"].as_str().unwrap();
    let reply = get(&simulator, &format!("{path}/attachment/{id}")).await;
    assert_eq!(reply.body, file);
}
