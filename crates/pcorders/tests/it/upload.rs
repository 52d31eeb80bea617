//! `pcorders order attachment upload`: the documents that are there, as what they are.

use std::fs;

use partner_center_orders_tests::{Recorded, TOKEN};
use partner_center_sim::{Fault, Operation, Simulator};
use serde_json::{Value, json};

use crate::attachment::Folder;
use crate::run::{Run, advised, against, prepared, simulated, with};

const UPLOAD: [&str; 8] = [
    "order",
    "attachment",
    "upload",
    "o",
    "--customer-price",
    "1840.50",
    "--currency",
    "EUR",
];

/// The names of a folder's files, which are made.
fn files<const N: usize>(folder: &Folder, names: [&str; N]) -> [String; N] {
    names.map(|name| {
        let file = folder.0.join(name);
        fs::write(&file, format!("content of {name}")).unwrap();
        file.to_str().unwrap().to_owned()
    })
}

/// The parts of a form: the lines of each head, and the content.
fn parts(body: &[u8], content_type: &str) -> Vec<(String, String)> {
    let boundary = content_type.split_once("boundary=").unwrap().1;
    let text = String::from_utf8(body.to_vec()).unwrap();
    let mut pieces: Vec<_> = text.split(&format!("--{boundary}")).collect();
    assert_eq!((pieces.remove(0), pieces.pop()), ("", Some("--\r\n")));
    let part = |piece: &str| {
        let (head, content) = piece.split_once("\r\n\r\n").unwrap();
        (
            head.to_ascii_lowercase(),
            content.strip_suffix("\r\n").unwrap().to_owned(),
        )
    };
    pieces.into_iter().map(part).collect()
}

#[test]
fn what_is_uploaded_is_what_a_dry_run_lists() {
    let folder = Folder::new("upload");
    let names = [
        "a.pdf", "b.docx", "c.doc", "d.xls", "e.xlsx", "f.png", "g.jpg", "h.JPG", "i.odd", "j",
    ];
    let paths = files(&folder, names);
    let mut upload = UPLOAD.to_vec();
    for path in &paths {
        upload.extend(["--purchase-order", path]);
    }
    let tender = [
        "--tender",
        &paths[0],
        "--tender-link",
        "https://t.example/?sig=secret",
        "--fx-rate",
        "1.080",
    ];
    for (arguments, content_type) in [
        (upload.clone(), None),
        (
            with(&with(&upload, &tender), &["--content-type", "text/plain"]),
            Some("text/plain"),
        ),
    ] {
        let headers = vec![("content-type", "application/json".to_owned())];
        let answer =
            br#"{"totalCount":1,"items":[{"attachmentId":"7","fileName":"a.pdf","sizeInKB":1}]}"#;
        let server = Recorded::start(vec![(201, headers, answer.to_vec())]);
        let dry = against(&server.base_url(), &with(&arguments, &["--dry-run"]));
        assert_eq!((dry.exit, server.sent().len()), (0, 0), "{dry:?}");
        let real = against(&server.base_url(), &with(&arguments, &["--yes"]));
        assert_eq!(
            (real.exit, &real.json()[0]["attachmentId"]),
            (0, &json!("7")),
            "{real:?}"
        );
        let sent = &server.sent()[0];
        let parts = parts(&sent.body, sent.header("content-type").unwrap());
        let dry = dry.json();
        assert_eq!(format!("POST {}", dry["path"].as_str().unwrap()), sent.line);
        assert_eq!(dry["headers"]["content-type"], "multipart/form-data");
        assert!(dry.get("body").is_none(), "{dry}");
        let listed = dry["parts"].as_array().unwrap();
        assert_eq!(listed.len(), parts.len());
        for (listed, (head, content)) in listed.iter().zip(&parts) {
            let says = |words: String| head.contains(&words.to_ascii_lowercase());
            let text = |member: &str| listed[member].as_str();
            assert!(
                says(format!("name=\"{}\"", text("name").unwrap())),
                "{head}"
            );
            assert!(
                says(format!("content-type: {}", text("contentType").unwrap())),
                "{head}"
            );
            assert_eq!(listed["length"], content.len());
            match text("fileName") {
                Some(name) => {
                    assert!(says(format!("filename=\"{name}\"")), "{head}");
                    assert_eq!(*content, format!("content of {name}"));
                }
                None => assert_eq!(
                    serde_json::from_str::<Value>(content).unwrap(),
                    listed["body"]
                ),
            }
        }
        let types: Vec<_> = listed[1..]
            .iter()
            .map(|part| part["contentType"].as_str().unwrap())
            .collect();
        match content_type {
            Some(said) => assert!(types.iter().all(|kind| *kind == said), "{types:?}"),
            None => {
                let office = "application/vnd.openxmlformats-officedocument";
                let word = format!("{office}.wordprocessingml.document");
                let sheet = format!("{office}.spreadsheetml.sheet");
                let wanted = [
                    "application/pdf",
                    &word,
                    "application/msword",
                    "application/vnd.ms-excel",
                    &sheet,
                    "image/png",
                    "image/jpeg",
                    "image/jpeg",
                    "application/octet-stream",
                    "application/octet-stream",
                ];
                assert_eq!(types, wanted);
            }
        }
        let names: Vec<_> = listed
            .iter()
            .map(|part| part["name"].as_str().unwrap())
            .collect();
        assert_eq!(
            (names[0], &names[1..11]),
            ("metadata", &["POFiles"; 10][..])
        );
        assert!(
            names[11..].iter().all(|name| *name == "TenderFiles"),
            "{names:?}"
        );
        assert_eq!(names.len() - 11, usize::from(content_type.is_some()));
        let metadata = &listed[0]["body"];
        assert_eq!(metadata["customerPrice"], "1840.50");
        let is_tender = content_type.map(|_| true);
        assert_eq!(metadata["isPartOfTender"].as_bool(), is_tender);
        assert_eq!(metadata["fxRate"].as_str(), is_tender.map(|_| "1.080"));
    }
}

#[test]
fn a_dry_run_is_readable_on_a_terminal() {
    let folder = Folder::new("upload-dry");
    let [file] = files(&folder, ["order.pdf"]);
    let upload = with(
        &UPLOAD,
        &["--purchase-order", &file, "--dry-run", "-o", "table"],
    );
    let run = against("http://127.0.0.1:1", &upload);
    assert_eq!(run.exit, 0, "{run:?}");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("upload.dry-run", run.stdout);
    });
}

#[test]
fn what_is_wrong_is_said_before_anything_is_sent() {
    let folder = Folder::new("upload-wrong");
    let [file] = files(&folder, ["order.pdf"]);
    let nowhere = folder.0.join("nowhere").to_str().unwrap().to_owned();
    let server = Recorded::json([r#"{"items":[]}"#]);
    let priced = |price, currency| {
        let priced = [
            "order",
            "attachment",
            "upload",
            "o",
            "--customer-price",
            price,
            "--currency",
            currency,
        ];
        with(&priced, &["--purchase-order", &file])
    };
    for (arguments, words) in [
        (UPLOAD.to_vec(), "--purchase-order"),
        (
            with(&UPLOAD, &["--purchase-order", &nowhere]),
            nowhere.as_str(),
        ),
        (
            with(&UPLOAD, &["--purchase-order", folder.0.to_str().unwrap()]),
            "is no file",
        ),
        (
            with(&UPLOAD, &["--purchase-order", &file, "--tender", &nowhere]),
            &nowhere,
        ),
        (
            with(&UPLOAD, &["--purchase-order", &file, "--part-of-tender"]),
            "tender",
        ),
        (
            with(&UPLOAD, &["--purchase-order", &file, "--tender-link", " "]),
            "metadata.tenderLink",
        ),
        (
            with(&UPLOAD, &["--purchase-order", &file, "--fx-rate", "x"]),
            "metadata.fxRate",
        ),
        (
            with(
                &UPLOAD,
                &["--purchase-order", &file, "--content-type", "no"],
            ),
            "content type",
        ),
        (priced("1,5", "EUR"), "metadata.customerPrice"),
        (priced("1.5", "Euro"), "metadata.currency"),
    ] {
        let run = against(&server.base_url(), &with(&arguments, &["--yes"]));
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert_eq!(
            (run.exit, run.error()["delivery"].as_str()),
            (2, Some("not_sent")),
            "{run:?}"
        );
        assert!(message.contains(words), "{message}");
    }
    let run = against(
        &server.base_url(),
        &with(&UPLOAD, &["--purchase-order", &file]),
    );
    assert!(run.exit == 2 && run.stderr.contains("--yes"), "{run:?}");
    assert_eq!(server.sent().len(), 0);
}

/// An order of the start that waits for its documents.
fn waiting(simulator: &Simulator) -> String {
    let list = simulated(
        simulator,
        &["order", "list", "--status", "pending_po_upload"],
    );
    list.json()[0]["id"].as_str().unwrap().to_owned()
}

fn upload(simulator: &Simulator, order: &str, more: &[&str]) -> Run {
    let mut arguments = with(&UPLOAD, more);
    arguments[3] = order;
    simulated(simulator, &arguments)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_are_there_once_even_when_the_answer_is_lost() {
    let simulator = Simulator::start().await.unwrap();
    let folder = Folder::new("upload-simulated");
    let [file, tender] = files(&folder, ["Bestellung für Köln.pdf", "tender.docx"]);
    let order = waiting(&simulator);
    simulator
        .on(Operation::UploadOrderAttachments)
        .nth(1)
        .fault(Fault::reset().after_change());
    let more = ["--purchase-order", &file, "--tender", &tender, "--yes"];
    let run = upload(&simulator, &order, &more);
    assert_eq!(run.exit, 0, "{run:?}");
    let listed = simulated(&simulator, &["order", "attachment", "list", &order]).json();
    let names: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["fileName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Bestellung für Köln.pdf", "tender.docx"]);
    assert_eq!(run.json(), listed);
    let shown = simulated(&simulator, &["order", "show", &order]).json();
    assert_eq!(shown["status"], "po_upload_complete");
    // Once is enough for the service too.
    assert_eq!(upload(&simulator, &order, &more).exit, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_lost_answer_the_hint_leads_to_the_documents() {
    let simulator = Simulator::start().await.unwrap();
    let folder = Folder::new("upload-lost");
    let [file] = files(&folder, ["order.pdf"]);
    let order = waiting(&simulator);
    simulator
        .on(Operation::UploadOrderAttachments)
        .nth(1)
        .fault(Fault::reset().after_change());
    let secret = "--tender-link=https://t.example/a?sig=secret";
    let run = upload(
        &simulator,
        &order,
        &[
            "--purchase-order",
            &file,
            secret,
            "--yes",
            "--attempts",
            "1",
        ],
    );
    assert_eq!(
        (run.exit, &run.error()["delivery"]),
        (9, &json!("unknown")),
        "{run:?}"
    );
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
    assert!(run.stderr.contains("https://[..]"), "{}", run.stderr);
    let look = advised(
        &run.error()["hint"],
        "look",
        simulator.base_url(),
        Simulator::ACCESS_TOKEN,
    );
    assert_eq!(
        (look.exit, &look.json()[0]["fileName"]),
        (0, &json!("order.pdf"))
    );
}

#[test]
fn nothing_of_a_file_is_printed_before_it_is_sent() {
    let folder = Folder::new("upload-token");
    let file = folder.0.join("secret.pdf");
    fs::write(&file, "confidential").unwrap();
    let upload = with(
        &UPLOAD,
        &["--purchase-order", file.to_str().unwrap(), "--dry-run"],
    );
    let mut command = prepared("http://127.0.0.1:1", &upload);
    let run =
        crate::run::finish(command.args(["--customer", partner_center_orders_tests::CUSTOMER]));
    assert!(run.exit == 0 && !run.stdout.contains("confidential") && !run.stdout.contains(TOKEN));
}
