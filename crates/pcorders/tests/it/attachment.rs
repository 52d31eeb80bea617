//! `pcorders order attachment download`: a file that is whole or not there.

use std::fs;
#[cfg(unix)]
use std::io::Read;
use std::path::PathBuf;
#[cfg(unix)]
use std::process::Command;

use partner_center_orders_tests::{CUSTOMER, Ending, Recorded, Reply, ScriptedServer, TOKEN};

use crate::run::{against, command, pcorders};

/// A folder of one test, empty at its beginning and gone at its end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
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

#[test]
fn an_answer_that_brings_no_file_writes_none() {
    let folder = Folder::new("none");
    let file = folder.0.join("a");
    for status in ["204 No Content", "202 Accepted", "206 Partial Content"] {
        let body = if status.starts_with("204") { "" } else { "{}" };
        let server = ScriptedServer::start([Reply::complete(status, "", body)]);
        let download = [
            "order",
            "attachment",
            "download",
            "o",
            "a",
            "-f",
            file.to_str().unwrap(),
        ];
        let run = against(&server.base_url(), &download);
        assert_eq!(
            run.exit,
            if status.starts_with("206") { 7 } else { 8 },
            "{run:?}"
        );
        assert_eq!(run.error()["status"].to_string(), status[..3]);
        assert!(folder.names().is_empty());
    }
}

#[cfg(unix)]
#[test]
fn what_stands_in_the_way_stays_what_it_is() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    let folder = Folder::new("targets");
    let server = Recorded::start(vec![(200, vec![], b"new".to_vec())]);
    let run = |file: &std::path::Path, force: bool| {
        let path = file.to_str().unwrap();
        let mut download = vec!["order", "attachment", "download", "o", "a", "-f", path];
        if force {
            download.push("--force");
        }
        against(&server.base_url(), &download).exit
    };
    // A link leads to the file that is written.
    let (file, link) = (folder.0.join("file"), folder.0.join("link"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert_eq!(run(&link, false), 2);
    assert_eq!(run(&link, true), 0);
    assert!(link.is_symlink());
    assert_eq!(fs::read(&file).unwrap(), b"new");
    // A pipe or a device is written to, not replaced; a folder is refused.
    let pipe = folder.0.join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let mut reader = fs::File::options()
        .read(true)
        .write(true)
        .open(&pipe)
        .unwrap();
    assert_eq!(run(&pipe, true), 0);
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    let mut read = [0; 3];
    reader.read_exact(&mut read).unwrap();
    assert_eq!(&read, b"new");
    assert_eq!(run(&folder.0, true), 2);
    // A new file is like any other new file of the user's.
    let (new, other) = (folder.0.join("new"), folder.0.join("other"));
    assert_eq!(run(&new, false), 0);
    fs::write(&other, "").unwrap();
    let mode = |file: &std::path::Path| fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode(&new), mode(&other));
}

#[test]
fn a_file_without_announced_length_is_remarked_on() {
    let endless = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n12345";
    let server = ScriptedServer::start([Reply::bytes(endless, Ending::Close)]);
    let run = against(
        &server.base_url(),
        &["order", "attachment", "download", "o", "a"],
    );
    assert_eq!((run.exit, run.stdout.as_str()), (0, "12345"));
    assert!(run.stderr.starts_with("note: "), "{}", run.stderr);
}
