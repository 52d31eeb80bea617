//! `pcorders order attachment download`: a file that is whole or not there.

use std::fs;
use std::path::PathBuf;
#[cfg(unix)]
use std::process::Command;

use partner_center_orders_tests::{CUSTOMER, Ending, Recorded, Reply, ScriptedServer, TOKEN};

use crate::run::{against, command, pcorders};

/// A folder of one test, empty at its beginning and gone at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("pcorders-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_download_is_written_whole() {
    let folder = Folder::new("whole");
    let file = folder.0.join("order.pdf");
    let body: Vec<u8> = (0..100_000).map(|index| index as u8).collect();
    let server = Recorded::start(vec![(200, vec![], body.clone())]);
    let path = file.to_str().unwrap();
    let download = ["order", "attachment", "download", "o", "a", "--file", path];
    let run = against(&server.base_url(), &download);
    assert_eq!((run.exit, run.stdout.as_str()), (0, ""));
    assert_eq!(run.stderr, format!("wrote {path}, 100000 bytes\n"));
    assert!(fs::read(&file).unwrap() == body);
    assert_eq!(folder.names(), ["order.pdf"]);

    // A file that is there is not written over, and nothing is asked for.
    let run = against(&server.base_url(), &download);
    assert_eq!(run.exit, 2);
    assert!(run.error()["message"].as_str().unwrap().contains("--force"));
    assert_eq!(server.sent().len(), 1);
    let forced = [&download[..], &["--force"]].concat();
    assert_eq!(against(&server.base_url(), &forced).exit, 0);
}

#[test]
fn a_cut_download_leaves_no_file() {
    let folder = Folder::new("cut");
    let file = folder.0.join("order.pdf");
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345";
    let gone = Reply::complete("404 Not Found", "", r#"{"code":"1000"}"#);
    for (reply, exit) in [(Reply::bytes(cut, Ending::Close), 7), (gone, 3)] {
        let server = ScriptedServer::start([reply]);
        let path = file.to_str().unwrap();
        let download = ["order", "attachment", "download", "o", "a", "-f", path];
        let run = against(&server.base_url(), &download);
        assert_eq!(run.exit, exit);
        assert!(folder.names().is_empty(), "{:?}", folder.names());
    }
    let nowhere = folder.0.join("no/such/folder/x");
    let download = [
        "order",
        "attachment",
        "download",
        "o",
        "a",
        "-f",
        nowhere.to_str().unwrap(),
    ];
    let server = Recorded::json(["{}"]);
    assert_eq!(against(&server.base_url(), &download).exit, 2);
    assert_eq!(server.sent().len(), 0);
}

#[cfg(unix)]
#[test]
fn an_interrupted_download_leaves_no_file() {
    let folder = Folder::new("interrupted");
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345";
    let server = ScriptedServer::start([Reply::bytes(head, Ending::Silence)]);
    let file = folder.0.join("order.pdf");
    let mut running = command(&[
        "order",
        "attachment",
        "download",
        "o",
        "a",
        "--customer",
        CUSTOMER,
    ])
    .args(["--file", file.to_str().unwrap()])
    .env("PARTNERCENTER_ENDPOINT", server.base_url())
    .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN)
    .spawn()
    .unwrap();
    while folder.names().is_empty() || server.heads().is_empty() {
        assert!(running.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    let id = running.id().to_string();
    let kill = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(kill.success());
    assert_eq!(running.wait().unwrap().code(), Some(130));
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[test]
fn a_pipe_gets_the_bytes() {
    let server = Recorded::start(vec![(200, vec![], b"%PDF-1.7\n".to_vec())]);
    for file in [&[][..], &["--file", "-"]] {
        let download = [&["order", "attachment", "download", "o", "a"][..], file].concat();
        let run = against(&server.base_url(), &download);
        assert_eq!(
            (run.exit, run.stdout.as_str(), run.stderr.as_str()),
            (0, "%PDF-1.7\n", "")
        );
    }
}

#[test]
fn the_simulator_has_attachments() {
    let orders = pcorders(&[
        "--simulate",
        "order",
        "list",
        "--status",
        "po_upload_complete",
        "-o",
        "jsonl",
    ]);
    let order: serde_json::Value =
        serde_json::from_str(orders.stdout.lines().next().unwrap()).unwrap();
    let id = order["id"].as_str().unwrap();
    let list = pcorders(&[
        "--simulate",
        "order",
        "attachment",
        "list",
        id,
        "-o",
        "jsonl",
    ]);
    let attachment: serde_json::Value =
        serde_json::from_str(list.stdout.lines().next().unwrap()).unwrap();
    let attachment = attachment["attachmentId"].as_str().unwrap();
    let folder = Folder::new("simulated");
    let file = folder.0.join("a");
    let run = pcorders(&[
        "--simulate",
        "order",
        "attachment",
        "download",
        id,
        attachment,
        "--customer",
        CUSTOMER,
        "--file",
        file.to_str().unwrap(),
    ]);
    assert_eq!(run.exit, 0, "{run:?}");
    assert!(fs::read(&file).unwrap().starts_with(b"%PDF-1.7"));
}
