//! What is sent for an upload, and does a reader of another make understand it?

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::stream;
use multer::Multipart;
use partner_center_orders::{
    AttachmentType, Delivery, ErrorKind, NewLineItem, NewOrder, OrderHandle, OrderStatus, Orders,
    PartnerCenter, StaticToken, Upload, UploadFile, Uuid,
};
use partner_center_orders_tests::{ORDERS, builder, client, client_of, orders, persistent};
use partner_center_sim::{Fault, Operation, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::document::assert_valid;
use crate::sent::Untouched;

const WAITING: &str = "DG7GMGF0D7FV:0003:DG7GMGF0D2G1";
const PDF: &str = "application/pdf";
const DONE: &str = r#"{"totalCount":1,"items":[{"attachmentId":"a1","fileName":"order.pdf","sizeInKB":1,"attachmentType":"POAttachment"}]}"#;

/// A request as its bytes came.
struct Taken {
    head: String,
    body: Vec<u8>,
}

/// Takes one request from each connection, and answers it, or hangs up where there is no answer.
struct Taker {
    base_url: String,
    thread: JoinHandle<Vec<Taken>>,
}

impl Taker {
    /// The parts of the first upload.
    async fn parts(self) -> Vec<Part> {
        let taken = self.taken().remove(0);
        let content_type = header(&taken.head, "content-type").unwrap().to_owned();
        parts(&content_type, taken.body).await
    }

    fn start(answers: impl IntoIterator<Item = Option<&'static str>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let answers: Vec<_> = answers.into_iter().collect();
        let thread = std::thread::spawn(move || {
            let take = |answer| Self::take(listener.accept().unwrap().0, answer);
            answers.into_iter().map(take).collect()
        });
        Self { base_url, thread }
    }

    fn take(mut connection: TcpStream, answer: Option<&str>) -> Taken {
        let patience = Some(Duration::from_secs(10));
        connection.set_read_timeout(patience).unwrap();
        let (mut read, mut piece) = (Vec::new(), [0; 4096]);
        let end = loop {
            let end = read.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                break end + 4;
            }
            let count = connection.read(&mut piece).unwrap();
            assert!(count > 0, "the head ends in the middle");
            read.extend_from_slice(&piece[..count]);
        };
        let mut body = read.split_off(end);
        let head = String::from_utf8(read).unwrap();
        let length = header(&head, "content-length").expect("a length");
        let length: usize = length.parse().unwrap();
        let mut rest = vec![0; length - body.len()];
        connection.read_exact(&mut rest).unwrap();
        body.append(&mut rest);
        if let Some(answer) = answer {
            let head =
                "HTTP/1.1 201 Created\r\nconnection: close\r\ncontent-type: application/json\r\n";
            let answer = format!("{head}content-length: {}\r\n\r\n{answer}", answer.len());
            connection.write_all(answer.as_bytes()).unwrap();
        }
        Taken { head, body }
    }

    fn taken(self) -> Vec<Taken> {
        self.thread.join().unwrap()
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(": ")?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

/// Name of the part, content type, name of the file, content.
type Part = (String, Option<String>, Option<String>, Vec<u8>);

/// The parts, by a reader that is not ours.
async fn parts(content_type: &str, body: Vec<u8>) -> Vec<Part> {
    let boundary = multer::parse_boundary(content_type).unwrap();
    let body = stream::iter([Ok::<_, Infallible>(body)]);
    let mut form = Multipart::new(body, boundary);
    let mut parts = Vec::new();
    while let Some(part) = form.next_field().await.unwrap() {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let name = part.name().unwrap().to_owned();
        let kind = text(part.content_type().map(AsRef::as_ref));
        let file = text(part.file_name());
        parts.push((name, kind, file, part.bytes().await.unwrap().to_vec()));
    }
    parts
}

fn plain() -> Upload {
    Upload::new("1840.50", "USD")
}

fn file(name: &str, content: impl Into<Vec<u8>>) -> UploadFile {
    UploadFile::new(name, PDF, content.into())
}

/// Names that a header could be broken by, or that some encodings change.
const NAMES: [&str; 6] = [
    "order.pdf",
    "with space.pdf",
    "Bestellung f\u{fc}r K\u{f6}ln \u{1f4c4}.pdf",
    "quote\"d.pdf",
    "semi;colon=\"x\".pdf",
    "100%25.pdf",
];

#[tokio::test]
async fn a_reader_of_another_make_finds_every_part() {
    let every_byte: Vec<u8> = (0..=255).collect();
    let contents: [&[u8]; 6] = [
        b"%PDF-1.7",
        b"",
        b"\r\n--\r\n",
        &every_byte,
        b"\xef\xbb\xbf--boundary--",
        b"\r\n",
    ];
    let mut upload = plain()
        .fx_rate("1.08")
        .tender_link("https://tender.example/42?a=b&c=\"d\"");
    for (name, content) in NAMES.iter().zip(contents) {
        upload = upload.purchase_order(file(name, content));
    }
    let scan = UploadFile::new("scan.tiff", "image/tiff; profile=\"a b\"", "II*");
    let upload = upload.tender(scan);
    let server = Taker::start([Some(DONE)]);
    let partner = client(&server.base_url);
    let id = Uuid::from_u128(7);
    let attachments = orders(&partner).order("5cf72f14a001").attachments();
    let sent = attachments.upload(upload).request_id(id).send().await;
    assert_eq!(sent.unwrap().status(), 201);

    let taken = server.taken().remove(0);
    let line = format!("POST {ORDERS}/5cf72f14a001/attachment HTTP/1.1\r\n");
    assert!(taken.head.starts_with(&line), "{}", taken.head);
    let header = |name| header(&taken.head, name);
    let length = taken.body.len().to_string();
    assert_eq!(header("content-length"), Some(length.as_str()));
    assert_eq!(header("transfer-encoding"), None);
    assert_eq!(header("accept"), Some("application/json"));
    assert_eq!(header("ms-requestid"), Some(id.to_string().as_str()));
    assert!(header("ms-correlationid").is_some());
    let content_type = header("content-type").unwrap().to_owned();
    assert!(content_type.starts_with("multipart/form-data; boundary="));

    let parts = parts(&content_type, taken.body).await;
    let (name, kind, file, metadata) = &parts[0];
    assert_eq!(
        (name.as_str(), kind.as_deref(), file.as_deref()),
        ("metadata", Some("application/json"), None)
    );
    let metadata: Value = serde_json::from_slice(metadata).unwrap();
    let wanted = json!({ "customerPrice": "1840.50", "currency": "USD", "fxRate": "1.08", "isPartOfTender": true,
        "tenderLink": "https://tender.example/42?a=b&c=\"d\"" });
    assert_eq!(metadata, wanted);
    assert_valid("AttachmentMetadata", &metadata);
    for ((part, name), content) in parts[1..].iter().zip(NAMES).zip(contents) {
        let wanted = ("POFiles", Some(PDF), Some(name), content);
        let found = (
            part.0.as_str(),
            part.1.as_deref(),
            part.2.as_deref(),
            &part.3[..],
        );
        assert_eq!(found, wanted);
    }
    let (name, kind, file, content) = &parts[7];
    assert_eq!(
        (name.as_str(), kind.as_deref(), file.as_deref()),
        (
            "TenderFiles",
            Some("image/tiff; profile=\"a b\""),
            Some("scan.tiff")
        )
    );
    assert_eq!((content.as_slice(), parts.len()), (&b"II*"[..], 8));
}

/// What is not said is not sent: no null, no empty text.
#[tokio::test]
async fn metadata_say_what_was_said() {
    for (upload, wanted) in [
        (
            plain(),
            json!({ "customerPrice": "1840.50", "currency": "USD" }),
        ),
        (
            Upload::new("7", "eur").tender(file("t.pdf", "t")),
            json!({ "customerPrice": "7", "currency": "eur", "isPartOfTender": true }),
        ),
        (
            plain().tender_link("t"),
            json!({ "customerPrice": "1840.50", "currency": "USD", "isPartOfTender": true, "tenderLink": "t" }),
        ),
    ] {
        let upload = upload.purchase_order(file("order.pdf", "o"));
        let server = Taker::start([Some(DONE)]);
        let partner = builder(&server.base_url).build().unwrap();
        let attachments = orders(&partner).order("o").attachments();
        attachments.upload(upload).send().await.unwrap();
        let parts = server.parts().await;
        let metadata: Value = serde_json::from_slice(&parts[0].3).unwrap();
        assert_eq!(metadata, wanted);
        assert_valid("AttachmentMetadata", &metadata);
    }
}

#[tokio::test]
async fn a_repeat_has_the_same_bytes_and_the_same_id() {
    let server = Taker::start([None, None, Some(DONE)]);
    let partner = persistent(&server.base_url).build().unwrap();
    let folder = Folder::new();
    let long: Vec<u8> = (0..300_000_u32)
        .map(|number| (number % 251) as u8)
        .collect();
    let upload = plain()
        .purchase_order(
            UploadFile::open(folder.with("order.pdf", &long), PDF)
                .await
                .unwrap(),
        )
        .purchase_order(file("more.pdf", "%PDF"));
    let attachments = orders(&partner).order("o").attachments();
    let sent = attachments.upload(upload).send().await.unwrap();
    assert_eq!((sent.attempts(), sent.body().len()), (3, 1));
    let taken = server.taken();
    let ids: Vec<_> = taken
        .iter()
        .map(|taken| header(&taken.head, "ms-requestid").unwrap())
        .collect();
    assert_eq!(ids, vec![sent.request_id().to_string(); 3]);
    for taken in &taken {
        let content_type = header(&taken.head, "content-type").unwrap();
        let found = parts(content_type, taken.body.clone()).await;
        assert!(found[1].3 == long);
    }
    assert!(taken.iter().all(|other| other.body == taken[0].body));
    assert!(
        taken
            .iter()
            .all(|other| header(&other.head, "content-type")
                == header(&taken[0].head, "content-type"))
    );
}

/// A folder of a test, which is gone after it.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file with this content.
    fn with(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

/// An order that waits for its documents.
async fn waiting<'c>(orders: Orders<'c>) -> OrderHandle<'c> {
    let order = NewOrder::new([NewLineItem::new(WAITING, 2)]);
    let placed = orders.create(order).send().await.unwrap();
    assert_eq!(placed.body().status, Some(OrderStatus::PendingPoUpload));
    orders.order(&placed.body().id)
}

#[tokio::test]
async fn the_simulator_takes_files_from_memory_and_from_disk() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let folder = Folder::new();
    let long: Vec<u8> = (0..3_000_000_u32)
        .map(|number| (number % 251) as u8)
        .collect();
    let contents: [&[u8]; 6] = [&long, b"", b"2", b"3", b"4", b"5"];
    for from_disk in [true, false] {
        let order = waiting(orders(&partner)).await;
        let mut upload = plain();
        for (name, content) in NAMES.into_iter().zip(contents) {
            let file = if from_disk {
                UploadFile::open(folder.with(name, content), PDF)
                    .await
                    .unwrap()
            } else {
                file(name, content)
            };
            upload = upload.purchase_order(file);
        }
        let upload = upload.tender(file("tender.pdf", "%PDF"));
        let uploaded = order.attachments().upload(upload).send().await.unwrap();
        assert_eq!(uploaded.status(), 201);
        let uploaded = uploaded.into_body();
        let listed = order.attachments().list().send().try_collect().await;
        assert_eq!(listed.unwrap(), uploaded);
        let names: Vec<_> = uploaded
            .iter()
            .map(|file| file.file_name.as_deref().unwrap())
            .collect();
        assert_eq!(names[..6], NAMES);
        assert_eq!(uploaded[6].attachment_type, Some(AttachmentType::Tender));
        for (attachment, content) in uploaded.iter().zip(contents) {
            let id = attachment.attachment_id.as_ref().unwrap();
            let file = order.attachments().download(id).send().await.unwrap();
            let mut file = file.into_body();
            let mut read = Vec::new();
            while let Some(piece) = file.try_next().await.unwrap() {
                read.extend_from_slice(&piece);
            }
            assert!(read == content);
        }
        let read = order.get().send().await.unwrap().into_body();
        assert_eq!(read.status, Some(OrderStatus::PoUploadComplete));
        // It is taken once only.
        let twice = plain().purchase_order(file("order.pdf", "%PDF"));
        let twice = order.attachments().upload(twice).send().await.unwrap_err();
        assert_eq!(twice.code(), Some("900141"));
    }
}

#[tokio::test]
async fn an_upload_whose_answer_was_lost_is_there_once() {
    let simulator = Simulator::start().await.unwrap();
    let lost = Fault::reset().after_change();
    simulator
        .on(Operation::UploadOrderAttachments)
        .first(2)
        .fault(lost);
    let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
        .endpoint(simulator.base_url())
        .backoff(Duration::from_millis(1), Duration::from_millis(1))
        .build()
        .unwrap();
    let order = waiting(orders(&partner)).await;
    let upload = plain().purchase_order(file("order.pdf", "%PDF"));
    let uploaded = order.attachments().upload(upload).send().await.unwrap();
    assert_eq!(uploaded.attempts(), 3);
    let listed = order.attachments().list().send().try_collect().await;
    assert_eq!(listed.unwrap(), uploaded.into_body());
}

/// What is wrong, in whole sentences.
#[tokio::test]
async fn a_wrong_upload_is_refused_before_it_is_sent() {
    let order = || file("order.pdf", "%PDF");
    let good = || plain().purchase_order(order());
    let price = |price: &str| Upload::new(price, "USD").purchase_order(order());
    let no_price = "metadata.customerPrice must be a decimal number, such as 1840.50";
    let no_rate = "metadata.fxRate must be a decimal number, such as 1.08";
    let no_name = "a file of POFiles has no name that can be sent";
    let no_tender = "a tender takes a link or a tender document";
    let rows = [
        (plain(), "POFiles is empty: upload a purchase order"),
        (
            plain().tender(order()),
            "POFiles is empty: upload a purchase order",
        ),
        (price(""), no_price),
        (price("1,50"), no_price),
        (price("1."), no_price),
        (price(".5"), no_price),
        (price("-1"), no_price),
        (price("1e3"), no_price),
        (price(" 1"), no_price),
        (
            Upload::new("1", "Dollar").purchase_order(order()),
            "metadata.currency must be a code of three letters, such as USD",
        ),
        (good().fx_rate("one"), no_rate),
        (good().fx_rate(""), no_rate),
        (good().part_of_tender(), no_tender),
        (good().tender_link(" "), "metadata.tenderLink is blank"),
        (plain().purchase_order(file(" ", "x")), no_name),
        (plain().purchase_order(file("a\r\nb.pdf", "x")), no_name),
        (plain().purchase_order(file("a\0.pdf", "x")), no_name),
        (
            plain().purchase_order(file("/home/a.pdf", "x")),
            "a file of POFiles has a path for a name: \"/home/a.pdf\"",
        ),
        (
            plain().purchase_order(file("a\\b.pdf", "x")),
            "a file of POFiles has a path for a name: \"a\\\\b.pdf\"",
        ),
        (
            good().tender(file("", "x")),
            "a file of TenderFiles has no name that can be sent",
        ),
        (
            plain().purchase_order(UploadFile::new("a.pdf", "pdf", "x")),
            "\"pdf\" is no content type, which the file \"a.pdf\" has",
        ),
        (
            plain().purchase_order(UploadFile::new("a.pdf", "application/pdf\r\nx: y", "x")),
            "\"application/pdf\\r\\nx: y\" is no content type, which the file \"a.pdf\" has",
        ),
    ];
    let untouched = Untouched::start();
    let order = orders(&untouched.partner).order("o");
    for (upload, wanted) in rows {
        assert_eq!(untouched.said(&upload.check().unwrap_err()), wanted);
        let error = order.attachments().upload(upload).send().await;
        assert_eq!(untouched.said(&error.unwrap_err()), wanted);
    }
    let nowhere = orders(&untouched.partner).order(" ").attachments();
    let error = nowhere.upload(good()).send().await.unwrap_err();
    assert_eq!(untouched.said(&error), "the order id is empty");
    good().tender_link("t").check().unwrap();
    good().tender(file("t.pdf", "t")).check().unwrap();
}

#[tokio::test]
async fn what_is_no_file_cannot_be_opened() {
    let untouched = Untouched::start();
    let folder = Folder::new();
    for (path, message, cause) in [
        (
            folder.path("missing.pdf"),
            "cannot be read",
            Some("No such file or directory (os error 2)"),
        ),
        (folder.path(""), "is no file", None),
        (folder.path("../"), "is no file", None),
    ] {
        let error = UploadFile::open(&path, PDF).await.unwrap_err();
        let mut wanted = format!("{} {message}", path.display());
        if let Some(cause) = cause.filter(|_| cfg!(target_os = "linux")) {
            wanted.push_str(&format!("\n    because: {cause}"));
        }
        assert_eq!(untouched.said(&error), wanted);
    }
    if cfg!(target_os = "linux") {
        let pipe = folder.path("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for path in ["/dev/zero", pipe.to_str().unwrap()] {
            let open = UploadFile::open(path, PDF);
            let opened = tokio::time::timeout(Duration::from_secs(10), open).await;
            let error = opened.expect("nobody writes into a pipe").unwrap_err();
            assert_eq!(untouched.said(&error), format!("{path} is no file"));
        }
    }
    // Neither name nor length are secret; the content may be.
    let shown = format!("{:?}", plain().purchase_order(file("order.pdf", "secret")));
    assert!(
        shown.contains("order.pdf") && !shown.contains("secret"),
        "{shown}"
    );
}

/// A document that is still being written, or was cut, is not what somebody meant to upload.
#[tokio::test]
async fn a_file_that_is_not_as_long_any_more_is_not_sent() {
    let untouched = Untouched::start();
    let folder = Folder::new();
    let order = orders(&untouched.partner).order("o");
    let before = vec![b'x'; 200_000];
    for after in [0, 1, 65_536, 131_072, 199_999, 200_001, 400_000] {
        let path = folder.with("order.pdf", &before);
        let opened = UploadFile::open(&path, PDF).await.unwrap();
        let changed = std::fs::File::options().write(true).open(&path).unwrap();
        changed.set_len(after).unwrap();
        let upload = plain().purchase_order(opened);
        let error = order.attachments().upload(upload).send().await.unwrap_err();
        let said = untouched.said(&error);
        assert!(
            said.starts_with("a file cannot be read\n"),
            "{after}: {said}"
        );
        let cause = "\"order.pdf\": it is not as long as it was when it was opened";
        assert!(said.ends_with(cause), "{after}: {said}");
    }
    // Another file in its place is another file: what was opened is sent.
    let path = folder.with("order.pdf", b"opened");
    let opened = UploadFile::open(&path, PDF).await.unwrap();
    let opened = opened.name("PO 4711.pdf");
    std::fs::remove_file(&path).unwrap();
    folder.with("order.pdf", b"another, and longer");
    let server = Taker::start([Some(DONE)]);
    let partner = builder(&server.base_url).build().unwrap();
    let attachments = orders(&partner).order("o").attachments();
    let upload = attachments.upload(plain().purchase_order(opened));
    upload.send().await.unwrap();
    let parts = server.parts().await;
    assert_eq!(parts[1].2.as_deref(), Some("PO 4711.pdf"));
    assert_eq!(parts[1].3, b"opened");
}

/// An upload takes as long as any other call, the sending included.
#[tokio::test]
async fn a_server_that_does_not_read_ends_an_upload_by_the_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let partner = builder(format!("http://{}", listener.local_addr().unwrap()))
        .build()
        .unwrap();
    let order = orders(&partner).order("o");
    let upload = plain().purchase_order(file("order.pdf", vec![0; 16 * 1024 * 1024]));
    let upload = order.attachments().upload(upload);
    let upload = upload.deadline(Duration::from_millis(100)).send();
    let error = upload.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.delivery(), Delivery::Unknown);
}
