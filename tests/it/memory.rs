//! How much memory does a long file take?
//!
//! The client runs alone in a child process, which is this test binary again and reads its own peak from `/proc`; the server
//! is in this one and holds no body. `cargo xtask prove memory` does the same with long files.
#![cfg(target_os = "linux")]
#![allow(
    clippy::print_stdout,
    reason = "the figures are for the reader, and for the parent"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread::JoinHandle;

use partner_center_orders::{Upload, UploadFile};
use partner_center_orders_tests::{client, orders};

/// Which of the two the child does, where, and with how many bytes or which file.
const CHILD: &str = "MEMORY_OF";
/// Set for long files: how many MiB are downloaded, and uploaded.
const LONG: &str = "MEMORY_LONG";

const MIB: u64 = 1024 * 1024;
const PIECE: usize = 64 * 1024;

/// Peaks in KiB: before the file, and in all.
#[derive(Debug)]
struct Peaks {
    before: u64,
    whole: u64,
}

impl Peaks {
    fn grown(&self) -> u64 {
        self.whole - self.before
    }
}

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.unwrap().trim().trim_end_matches(" kB");
    kib.parse().unwrap()
}

/// No test of its own: what the child does. In any other run it does nothing.
#[test]
fn the_child() {
    let Ok(what) = std::env::var(CHILD) else {
        return;
    };
    let [what, base_url, rest] = what.splitn(3, ' ').collect::<Vec<_>>()[..] else {
        panic!("{what}");
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let partner = client(base_url);
    let attachments = orders(&partner).order("o").attachments();
    runtime.block_on(async {
        // A first call brings what every call needs.
        let list = attachments.list().send().try_collect().await;
        assert_eq!(list.unwrap().len(), 0);
        let before = peak();
        if what == "download" {
            let mut file = attachments.download("a").send().await.unwrap().into_body();
            let mut length = 0;
            while let Some(piece) = file.try_next().await.unwrap() {
                length += piece.len() as u64;
            }
            assert_eq!(length.to_string(), rest);
        } else {
            let file = UploadFile::open(rest, "application/pdf").await.unwrap();
            let upload = Upload::new("1", "USD").purchase_order(file);
            let uploaded = attachments.upload(upload).send().await.unwrap();
            assert_eq!(uploaded.status(), 201);
        }
        println!("peaks {before} {}", peak());
    });
}

/// Answers a listing, and then a download of so many bytes, or an upload of at least as many.
fn serve(bytes: u64) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        for _ in 0..2 {
            let (connection, _) = listener.accept().unwrap();
            answer(connection, bytes);
        }
    });
    (base_url, thread)
}

fn answer(mut connection: TcpStream, bytes: u64) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    let (mut head, mut line) = (String::new(), String::new());
    while line != "\r\n" {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0);
        head.push_str(&line);
    }
    let begin = |status: &str, length: u64| {
        format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
    };
    let empty = r#"{"items":[]}"#;
    let length = empty.len() as u64;
    if head.starts_with("GET") && head.contains("/attachments ") {
        let answer = begin("200 OK", length) + empty;
        connection.write_all(answer.as_bytes()).unwrap();
    } else if head.starts_with("GET") {
        connection
            .write_all(begin("200 OK", bytes).as_bytes())
            .unwrap();
        let piece = [7; PIECE];
        let mut left = bytes;
        while left > 0 {
            let next = left.min(PIECE as u64);
            connection.write_all(&piece[..next as usize]).unwrap();
            left -= next;
        }
    } else {
        let announced = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let announced: u64 = announced.unwrap().parse().unwrap();
        assert!(announced > bytes);
        let read = std::io::copy(&mut reader.take(announced), &mut std::io::sink());
        assert_eq!(read.unwrap(), announced);
        let answer = begin("201 Created", length) + empty;
        connection.write_all(answer.as_bytes()).unwrap();
    }
}

/// Lets the child do it, and tells its peaks.
fn measure(what: &str, mib: u64, rest: &str) -> Peaks {
    let (base_url, server) = serve(mib * MIB);
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "memory::the_child", "--nocapture"])
        .env(CHILD, format!("{what} {base_url} {rest}"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&child.stderr)
    );
    server.join().unwrap();
    let (_, peaks) = said.split_once("peaks ").unwrap();
    let mut peaks = peaks.split_whitespace().map(|kib| kib.parse().unwrap());
    let mut next = || peaks.next().unwrap();
    let peaks = Peaks {
        before: next(),
        whole: next(),
    };
    println!(
        "{what} of {mib} MiB: {} KiB at the peak, {} KiB of them for the file",
        peaks.whole,
        peaks.grown()
    );
    peaks
}

/// MiB to be downloaded and uploaded.
fn lengths() -> [u64; 2] {
    let Ok(long) = std::env::var(LONG) else {
        return [64, 16];
    };
    let (download, upload) = long.split_once(' ').unwrap();
    [download, upload].map(|mib| mib.parse().unwrap())
}

#[test]
fn a_download_is_never_held_whole() {
    let [mib, _] = lengths();
    let peaks = measure("download", mib, &(mib * MIB).to_string());
    assert!(peaks.whole < 32 * 1024, "{peaks:?}");
}

#[test]
fn an_upload_is_held_once() {
    let [_, mib] = lengths();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order.pdf");
    std::fs::File::create(&path)
        .unwrap()
        .set_len(mib * MIB)
        .unwrap();
    let peaks = measure("upload", mib, path.to_str().unwrap());
    assert!(peaks.whole < (mib + 40) * 1024, "{peaks:?}");
    // Once, and not once and a half.
    assert!(peaks.grown() > mib * 1024, "{peaks:?}");
    assert!(peaks.grown() < mib * 1024 * 5 / 4 + 2 * 1024, "{peaks:?}");
}
