//! Can a reader be served that takes no byte order mark?

use partner_center_sim::{Fault, Operation, Simulator};
use serde_json::json;

use crate::wire::{BYTE_ORDER_MARK, FIRST, Reply, get, order_of, send};

const TRIGGER: &str = "DG7GMGF0D7FV:0003:DG7GMGF0D2G1";
const REQUEST_ID: (&str, &str) = ("MS-RequestId", "0e5fc923-8e3c-4560-9100-ce7283c3e081");

fn assert_plain(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status, "{}", reply.head);
    assert!(reply.body.starts_with(b"{"), "{}", reply.head);
}

#[tokio::test]
async fn no_answer_starts_with_a_mark() {
    let builder = Simulator::builder().without_byte_order_mark();
    let simulator = builder.start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders");
    let order = order_of(TRIGGER, 1).to_string();
    let json = "application/json";
    let mut answers = Vec::new();
    // The second one is the remembered answer.
    for _ in 0..2 {
        let call = ("POST", list.as_str());
        let reply = send(&simulator, call, &[REQUEST_ID], json, order.as_bytes()).await;
        assert_plain(&reply, 201);
        answers.push(reply);
    }
    assert_eq!(answers[0].body, answers[1].body);
    let path = format!("{list}/{}", answers[0].json()["id"].as_str().unwrap());
    for target in [
        list.clone(),
        path.clone(),
        format!("{path}/provisioningstatus"),
        format!("{path}/activationlinks"),
        format!("{path}/attachments"),
    ] {
        assert_plain(&get(&simulator, &target).await, 200);
    }
    let word = Fault::unknown_word("status", "quantum");
    simulator.on(Operation::GetOrder).fault(word);
    assert_plain(&get(&simulator, &path).await, 200);
    let cancel = json!({ "status": "cancelled" }).to_string();
    let call = ("PATCH", path.as_str());
    let reply = send(&simulator, call, &[], json, cancel.as_bytes()).await;
    assert_plain(&reply, 200);
}

#[tokio::test]
async fn a_file_keeps_its_first_bytes() {
    let builder = Simulator::builder().without_byte_order_mark();
    let simulator = builder.start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders");
    let placed = crate::wire::place(&simulator, FIRST, &order_of(TRIGGER, 1)).await;
    let path = format!("{list}/{}", placed["id"].as_str().unwrap());
    let body = b"--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n\
        {\"customerPrice\":\"1\",\"currency\":\"USD\"}\r\n\
        --b\r\nContent-Disposition: form-data; name=\"POFiles\"; filename=\"a.json\"\r\n\r\n\
        \xEF\xBB\xBF{}\r\n--b--\r\n";
    let target = format!("{path}/attachment");
    let form = "multipart/form-data; boundary=b";
    let reply = send(&simulator, ("POST", &target), &[], form, body).await;
    assert_plain(&reply, 201);
    let file = &reply.json()["items"][0]["attachmentId"];
    let target = format!("{target}/{}", file.as_str().unwrap());
    let file = get(&simulator, &target).await;
    assert_eq!(file.body, [BYTE_ORDER_MARK, b"{}"].concat());
}
