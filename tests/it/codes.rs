//! Does the catalogue have the codes that the document and the simulator know, and does an error say what to do?

use std::collections::BTreeMap;

use partner_center_orders::codes::{self, Code, Repeat};
use partner_center_orders::{Delivery, Error, Method, PartnerCenter, StatusCode};
use partner_center_orders_spec::SOURCES_MD;
use partner_center_orders_tests::{Reply, ScriptedServer, client, client_of, orders};
use partner_center_sim::{Fault, Operation, Simulator};
use serde_json::Value;

use crate::document::document;

fn find(status: u16, code: &str) -> Option<&'static Code> {
    codes::find(StatusCode::from_u16(status).unwrap(), code)
}

/// Status and code of every row in the document's table; `900312 to 900318` are all of them.
fn documented() -> Vec<(u16, String)> {
    let document = document();
    let text = &document["components"]["schemas"]["ServiceFault"]["description"];
    let mut found = Vec::new();
    for row in text.as_str().unwrap().lines() {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, status, numbers, _, _] = cells[..] else {
            continue;
        };
        let Ok(status) = status.parse() else { continue };
        for part in numbers.split(", ") {
            let (first, last) = part.split_once(" to ").unwrap_or((part, part));
            let numbers = first.parse::<u32>().unwrap()..=last.parse().unwrap();
            found.extend(numbers.map(|number| (status, number.to_string())));
        }
    }
    found
}

/// The codes in the document's examples of error answers, each with the status of its answer.
fn examples() -> BTreeMap<String, (u16, String)> {
    let statuses = [
        ("BadRequest", 400),
        ("Unauthorized", 401),
        ("Forbidden", 403),
        ("NotFound", 404),
        ("Conflict", 409),
        ("TooManyRequests", 429),
        ("OtherClientError", 400),
        ("ServerError", 500),
    ];
    let document = document();
    let responses = document["components"]["responses"].as_object().unwrap();
    let mut found = BTreeMap::new();
    for (response, content) in responses {
        let examples = &content["content"]["application/json"]["examples"];
        let (_, status) = statuses
            .iter()
            .find(|(name, _)| name == response)
            .unwrap_or_else(|| panic!("which status has {response}?"));
        for (name, example) in examples.as_object().into_iter().flatten() {
            let code = match &example["value"]["code"] {
                Value::Null => continue,
                Value::String(code) => code.clone(),
                number => number.to_string(),
            };
            found.insert(name.clone(), (*status, code));
        }
    }
    found
}

#[test]
fn every_code_of_the_document_is_in_the_catalogue() {
    let (table, examples) = (documented(), examples());
    assert!(table.len() > 80 && examples.len() > 15);
    for (status, code) in table.iter().chain(examples.values()) {
        assert!(find(*status, code).is_some(), "{status} {code}");
    }
}

/// The simulator shares no code with the client, so that its source is read.
fn source(file: &str) -> String {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../crates/partner-center-sim/src/"
    );
    let text = std::fs::read_to_string(format!("{folder}{file}")).unwrap();
    let shipped = text.split("#[cfg(test)]").next().unwrap();
    shipped.split_whitespace().collect()
}

/// What stands between these two, each time.
fn between<'t>(text: &'t str, before: &'t str, after: &'t str) -> impl Iterator<Item = &'t str> {
    let parts = text.split(before).skip(1);
    parts.filter_map(move |part| Some(part.split_once(after)?.0))
}

#[test]
fn every_code_that_the_simulator_answers_with_is_in_the_catalogue() {
    let examples = examples();
    let denials = source("denial.rs");
    let mut count = 0;
    for status in ["400", "403", "404", "409"] {
        for code in between(&denials, &format!("({status},Own(\""), "\"") {
            assert!(find(status.parse().unwrap(), code).is_some(), "{code}");
            count += 1;
        }
        for name in between(&denials, &format!("({status},Example(\""), "\")") {
            let name = name.rsplit('"').next().unwrap();
            assert_eq!(examples[name].0.to_string(), status, "{name}");
            count += 1;
        }
    }
    assert_eq!(
        count,
        denials.matches("=>").count(),
        "a denial was not read"
    );
    for file in ["refusal.rs", "fault_body.rs", "pipeline.rs"] {
        let text = source(file);
        let texts = text.split('"').skip(1).step_by(2);
        let is_code = |text: &&str| text.len() > 2 && text.bytes().all(|b| b.is_ascii_digit());
        for code in texts.filter(is_code) {
            // Three statuses have no documented code: the simulator repeats the status, and says so.
            let is_invented = matches!(code, "405" | "408" | "413" | "415");
            let is_known = codes::all().iter().any(|known| known.code() == code);
            assert!(is_known != is_invented, "{file}: {code}");
        }
    }
}

#[test]
fn every_source_of_a_code_is_explained() {
    for code in codes::all() {
        for part in code.source().split("; ") {
            let (evidence, keys) = part.split_once(": ").unwrap();
            assert!(["documented", "seen", "inferred"].contains(&evidence));
            if evidence == "inferred" {
                continue;
            }
            for key in keys.split(", ") {
                let is_explained = SOURCES_MD.contains(&format!("| `{key}` |"));
                assert!(is_explained, "SOURCES.md does not explain {key}");
            }
        }
    }
}

/// A mistyped path would send people nowhere.
#[test]
fn a_path_in_a_remedy_is_one_of_the_service() {
    let known = [
        "/customers",
        "/offers",
        "/products",
        "/extensions/product/checkInventory",
        "/profiles/mpn",
        "/relationships",
        "/compliance/csp/agreementstatus",
        "/productUpgrades/ID/status",
        "/productupgrades",
        "/registrationstatus",
        "/subscriptions",
    ];
    for code in codes::all() {
        let words = code.remedy().split([' ', '(', ')', ';', ',']);
        for word in words.filter(|word| word.starts_with('/') || word.starts_with("../")) {
            let path = word.trim_start_matches("..");
            assert!(known.iter().any(|known| path.starts_with(known)), "{word}");
        }
    }
}

async fn error_of(partner: &PartnerCenter, method: Method, path: &str, body: &str) -> Error {
    let request = partner.request(method, path);
    let request = if body.is_empty() {
        request
    } else {
        request.body("application/json", body.to_owned())
    };
    request.send().await.unwrap_err()
}

#[tokio::test]
async fn what_the_simulator_refuses_is_explained() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let orders = format!("/customers/{}/orders", Simulator::CUSTOMERS[0]);
    let line = |members: &str| format!(r#"{{"lineItems":[{{"lineItemNumber":0{members}}}]}}"#);
    let seats = r#","offerId":"CFQ7TTC0SB01:0002:CFQ7TTC0RK4D","quantity":"#;
    let (get, post) = (Method::GET, Method::POST);
    for (method, path, body, code) in [
        (&get, "/customers/nobody/orders", String::new(), "900118"),
        (
            &get,
            &format!("{orders}?billingType=never"),
            String::new(),
            "900126",
        ),
        (&get, &format!("{orders}/nope"), String::new(), "20000"),
        (&post, &orders, "{}".to_owned(), "800002"),
        (
            &post,
            &orders,
            line(r#","offerId":"nope","quantity":1"#),
            "800004",
        ),
        (&post, &orders, line(&format!("{seats}0")), "900275"),
        (
            &post,
            &orders,
            line(&format!(r#"{seats}1,"parentSubscriptionId":"x""#)),
            "2000",
        ),
    ] {
        let error = error_of(&partner, method.clone(), path, &body).await;
        assert_eq!(error.code(), Some(code), "{path} {body}");
        let documented = error.documented().unwrap();
        assert_eq!(error.hint(), Some(documented.remedy()));
    }
}

#[tokio::test]
async fn one_number_is_explained_by_its_status() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let first = Operation::UpdateOrder;
    simulator.on(first).nth(1).fault(Fault::code(400, "2006"));
    simulator.on(first).nth(2).fault(Fault::code(403, "2006"));
    simulator.on(first).nth(3).fault(Fault::code(404, "2006"));
    let path = format!("/customers/{}/orders/8b9d556b3bd6", Simulator::CUSTOMERS[0]);
    let mut hints = Vec::new();
    for _ in 0..3 {
        let error = error_of(&partner, Method::PATCH, &path, "{}").await;
        assert_eq!(error.code(), Some("2006"));
        hints.push(error.hint().unwrap());
    }
    assert_eq!(hints[0], find(400, "2006").unwrap().remedy());
    assert_eq!(hints[1], find(403, "2006").unwrap().remedy());
    assert_ne!(hints[0], hints[1]);
    // Under a status where it is not known, the status is all there is to go by.
    assert!(hints[2].starts_with("Check the ids in the path"));
}

/// The answer after which a second order is placed by mistake.
#[tokio::test]
async fn an_order_in_progress_is_looked_up_before_anything_else() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    simulator
        .on(Operation::CreateOrder)
        .fault(Fault::code(409, "800060"));
    let path = format!("/customers/{}/orders", Simulator::CUSTOMERS[0]);
    let error = error_of(&partner, Method::POST, &path, "{}").await;
    assert_eq!(error.delivery(), Delivery::Unknown);
    let repeat = error.documented().map(Code::repeat);
    assert_eq!(repeat, Some(Repeat::SameRequestId));
    let hint = error.hint().unwrap();
    assert!(hint.starts_with("Look the order up before anything else"));
    for words in ["up to 15 minutes late", "same request id"] {
        assert!(hint.contains(words), "{hint}");
    }
}

#[tokio::test]
async fn a_write_that_may_have_been_carried_out_is_never_to_be_sent_anew() {
    for (status, body) in [
        ("500 Internal Server Error", r#"{"code":"800005"}"#),
        ("500 Internal Server Error", r#"{"code":"4711"}"#),
        ("500 Internal Server Error", "<html></html>"),
        ("501 Not Implemented", r#"{"code":0}"#),
    ] {
        let server = ScriptedServer::start([Reply::complete(status, "", body)]);
        let partner = client(server.base_url());
        let error = error_of(&partner, Method::POST, "/customers", "{}").await;
        let hint = error.hint().unwrap();
        assert!(hint.contains("the same request id"), "{body}: {hint}");
    }
    // What says yes, and cannot be read.
    let server = ScriptedServer::start([Reply::complete("206 Partial Content", "", "{}")]);
    let partner = client(server.base_url());
    let error = error_of(&partner, Method::POST, "/customers", "{}").await;
    assert!(error.hint().unwrap().contains("Never send a write again"));
}

#[tokio::test]
async fn a_code_that_came_as_a_number_is_found() {
    let body = r#"{"code":900329,"description":"no","data":[],"source":"PartnerFD"}"#;
    let server = ScriptedServer::start([Reply::complete("403 Forbidden", "", body)]);
    let partner = client(server.base_url());
    let error = orders(&partner).order("o").get().send().await.unwrap_err();
    assert_eq!(error.documented().unwrap(), find(403, "900329").unwrap());
    assert!(error.hint().unwrap().contains("with a user"));
}

#[tokio::test]
async fn without_a_documented_code_the_status_or_nothing_is_said() {
    for (status, body, words) in [
        ("401 Unauthorized", "", Some("access token")),
        ("403 Forbidden", "<html></html>", Some("role")),
        (
            "404 Not Found",
            r#"{"code":"4711"}"#,
            Some("ids in the path"),
        ),
        ("409 Conflict", "", Some("Look it up")),
        ("412 Precondition Failed", "", Some("etag")),
        ("400 Bad Request", r#"{"code":"4711"}"#, None),
        ("302 Found", "", Some("no redirect is followed")),
    ] {
        let server = ScriptedServer::start([Reply::complete(status, "location: /x\r\n", body)]);
        let partner = client(server.base_url());
        let error = orders(&partner).order("o").get().send().await.unwrap_err();
        assert_eq!(error.documented(), None, "{status}");
        match words {
            Some(words) => assert!(error.hint().unwrap().contains(words), "{status}"),
            None => assert_eq!(error.hint(), None, "{status}"),
        }
    }
}
