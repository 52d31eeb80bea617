//! How is a file downloaded: piece by piece, whole or not at all?

use std::time::Duration;

use partner_center_orders::{Delivery, Download, Error, ErrorKind, PartnerCenter, Response};
use partner_center_orders_tests::{
    Ending, Recorded, Reply, ScriptedServer, TOKEN, builder, client, orders,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

async fn download(partner: &PartnerCenter) -> Result<Response<Download>, Error> {
    let attachments = orders(partner).order("o").attachments();
    attachments.download("a/1").send().await
}

/// All pieces, and how it ended.
async fn drain(mut file: Download) -> (Vec<u8>, Option<Error>) {
    let mut read = Vec::new();
    loop {
        // A test of what ends a download must end when nothing does.
        let piece = tokio::time::timeout(Duration::from_secs(10), file.try_next()).await;
        match piece.unwrap() {
            Ok(Some(piece)) => read.extend_from_slice(&piece),
            Ok(None) => return (read, None),
            Err(error) => {
                // After an error it is over.
                assert!(file.try_next().await.unwrap().is_none());
                return (read, Some(error));
            }
        }
    }
}

#[tokio::test]
async fn the_bytes_come_as_they_are() {
    // A byte order mark belongs to a file.
    let body = b"\xef\xbb\xbf%PDF-1.7\x00\xff".to_vec();
    let headers = vec![("content-type", "application/pdf".to_owned())];
    let server = Recorded::start(vec![(200, headers, body.clone())]);
    let answer = download(&client(server.base_url())).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.attempts()), (200, 1));
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert_eq!(answer.raw_body(), None);
    let file = answer.into_body();
    assert_eq!(file.length(), Some(body.len() as u64));
    let (read, error) = drain(file).await;
    assert!(error.is_none());
    assert_eq!(read, body);
    let sent = &server.sent()[0];
    assert_eq!(
        sent.line,
        format!(
            "GET {}/o/attachment/a%2F1",
            partner_center_orders_tests::ORDERS
        )
    );
    assert_eq!(sent.header("accept"), Some("*/*"));
    let authorization = format!("Bearer {TOKEN}");
    assert_eq!(sent.header("authorization"), Some(authorization.as_str()));
    assert!(sent.header("ms-requestid").is_some());
}

#[tokio::test]
async fn a_file_may_be_longer_than_the_limit_of_other_bodies() {
    let body = vec![7; 3_000_000];
    let server = Recorded::start(vec![(200, vec![], body.clone())]);
    let partner = builder(server.base_url()).body_limit(1000).build().unwrap();
    let (read, error) = drain(download(&partner).await.unwrap().into_body()).await;
    assert!(error.is_none());
    assert!(read == body);
}

#[tokio::test]
async fn a_cut_file_is_an_error_and_not_the_end() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345";
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n";
    for reply in [head, chunked] {
        let server = ScriptedServer::start([Reply::bytes(reply, Ending::Close)]);
        let answer = download(&client(server.base_url())).await.unwrap();
        let id = answer.request_id();
        let (read, error) = drain(answer.into_body()).await;
        let error = error.unwrap();
        assert_eq!(read, b"12345");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        assert_eq!(
            (error.kind(), error.delivery(), error.request_id()),
            (ErrorKind::Interrupted, Delivery::Accepted, Some(id))
        );
        assert_eq!(server.heads().len(), 1);
    }
}

#[tokio::test]
async fn silence_ends_a_download() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345";
    let server = ScriptedServer::start([Reply::bytes(head, Ending::Silence)]);
    let partner = builder(server.base_url())
        .idle_timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let (read, error) = drain(download(&partner).await.unwrap().into_body()).await;
    let error = error.unwrap();
    assert_eq!(
        (read.as_slice(), error.kind()),
        (&b"12345"[..], ErrorKind::Timeout)
    );
}

#[tokio::test]
async fn the_time_that_the_reader_takes_is_no_silence() {
    const IDLE: Duration = Duration::from_millis(200);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (go_on, wait) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut head = [0; 4096];
        let _ = connection.read(&mut head).await.unwrap();
        let first = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";
        connection.write_all(first).await.unwrap();
        // The reader waits for the first piece, so that the time begins to count.
        tokio::time::sleep(IDLE / 4).await;
        connection.write_all(b"12345").await.unwrap();
        wait.await.unwrap();
        // The reader waits again: now the time counts, and there is enough of it.
        tokio::time::sleep(IDLE / 4).await;
        connection.write_all(b"67890").await.unwrap();
    });
    let partner = builder(format!("http://{address}"))
        .idle_timeout(IDLE)
        .build()
        .unwrap();
    let mut file = download(&partner).await.unwrap().into_body();
    let mut read = file.try_next().await.unwrap().unwrap().to_vec();
    tokio::time::sleep(IDLE * 2).await;
    go_on.send(()).unwrap();
    while let Some(piece) = file.try_next().await.unwrap() {
        read.extend_from_slice(&piece);
    }
    assert_eq!(read, b"1234567890");
    server.await.unwrap();
}

#[tokio::test]
async fn the_deadline_covers_the_head_only() {
    let server = ScriptedServer::start([Reply::bytes("", Ending::Silence)]);
    let partner = client(server.base_url());
    let request = orders(&partner).order("o").attachments().download("a");
    let error = request
        .deadline(Duration::from_millis(50))
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);

    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345";
    let server = ScriptedServer::start([Reply::bytes(head, Ending::Silence)]);
    let partner = builder(server.base_url())
        .deadline(Duration::from_millis(100))
        .idle_timeout(Duration::from_millis(400))
        .build()
        .unwrap();
    let begun = std::time::Instant::now();
    let (_, error) = drain(download(&partner).await.unwrap().into_body()).await;
    assert_eq!(error.unwrap().kind(), ErrorKind::Timeout);
    assert!(begun.elapsed() >= Duration::from_millis(400));
}

#[tokio::test]
async fn an_error_answer_is_read_like_any_other() {
    let fault = r#"{"code":"1000","description":"gone"}"#;
    for (reply, kind, code) in [
        (
            Reply::complete("404 Not Found", "", fault),
            ErrorKind::Service,
            Some("1000"),
        ),
        (
            Reply::complete("302 Found", "location: http://127.0.0.1:1/x\r\n", ""),
            ErrorKind::Link,
            None,
        ),
        (
            Reply::complete("206 Partial Content", "", "12"),
            ErrorKind::Interrupted,
            None,
        ),
        (
            Reply::complete("202 Accepted", "", "{}"),
            ErrorKind::Decode,
            None,
        ),
        (
            Reply::complete("204 No Content", "", ""),
            ErrorKind::Decode,
            None,
        ),
    ] {
        let server = ScriptedServer::start([reply]);
        let error = download(&client(server.base_url())).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, code));
        assert_eq!(server.heads().len(), 1);
    }
}
