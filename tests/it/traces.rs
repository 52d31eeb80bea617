//! What is told to whoever watches, and what is not?

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use partner_center_orders::{
    ExposeSecret, Method, NewLineItem, NewOrder, RefreshTokenInMemory, RefreshTokenStore, SignIn,
    Upload, UploadFile,
};
use partner_center_orders_tests::{
    APPLICATION, CLIENT_SECRET, CUSTOMER, Ending, Reply, ScriptedServer, TENANT, TOKEN, builder,
    is_secret, orders,
};
use partner_center_sim::{Fault, Operation, SignInError, Simulator};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// Words that stand in bodies only.
const OF_A_BODY: [&str; 4] = [
    "Seats for Ada",
    "1840.50",
    "the purchase order",
    "USD-in-a-body",
];

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs something, and gives all that was logged meanwhile on this thread.
fn logged<T>(work: impl Future<Output = T>) -> (String, T) {
    // What is logged by `log` is heard as well once this was called.
    let _ = builder("http://127.0.0.1:1");
    let kept = Kept::default();
    let writer = kept.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let done = tracing::subscriber::with_default(subscriber, || runtime.block_on(work));
    let kept = kept.0.lock().unwrap();
    (String::from_utf8(kept.clone()).unwrap(), done)
}

/// A token that the simulator handed out, which says much in its text.
async fn token(simulator: &Simulator) -> String {
    let address = format!("{}/tenant/oauth2/v2.0/token", simulator.base_url());
    let form = "grant_type=client_credentials&client_id=app&client_secret=hush\
                &scope=https%3A%2F%2Fapi.partnercenter.microsoft.com%2F.default";
    let request = reqwest::Client::new().post(address).body(form);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.send().await.unwrap().text().await.unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// One call of every kind, some of which fail, against the simulator. Returns the token that they were made with.
async fn traffic() -> String {
    let simulator = Simulator::start().await.unwrap();
    let token = token(&simulator).await;
    let faults = [
        Fault::status(503),
        Fault::reset().after_change(),
        Fault::html(502),
    ];
    for (fault, nth) in faults.into_iter().zip([1, 2, 3]) {
        simulator.on(Operation::CreateOrder).nth(nth).fault(fault);
    }
    simulator
        .on(Operation::GetOrder)
        .nth(1)
        .fault(Fault::cut_body(20));
    let moment = Duration::from_millis(1);
    let partner = partner_center_orders::PartnerCenter::builder(
        partner_center_orders::StaticToken::new(token.as_str()),
    )
    .endpoint(simulator.base_url())
    .backoff(moment, moment)
    .build()
    .unwrap();
    let orders = orders(&partner);
    let line = NewLineItem::new("DG7GMGF0D7FV:0001:DG7GMGF0D7FV", 1).friendly_name(OF_A_BODY[0]);
    let placed = orders.create(NewOrder::new([line])).send().await.unwrap();
    assert_eq!(placed.attempts(), 4);
    let order = orders.order(&placed.body().id);
    order.get().send().await.unwrap();
    let file = UploadFile::new("po.pdf", "application/pdf", OF_A_BODY[2]);
    let upload = Upload::new(OF_A_BODY[1], "USD").purchase_order(file);
    order.attachments().upload(upload).send().await.unwrap();
    order.cancel().send().await.ok();
    orders.list().send().try_collect().await.unwrap();
    order.subscriptions().send().try_collect().await.unwrap();
    let request = partner.request(
        Method::POST,
        format!("/customers/{CUSTOMER}/x?key=in-a-query"),
    );
    let request = request.body("text/plain", OF_A_BODY[3]);
    request
        .header("x-secret", "in-a-header")
        .send()
        .await
        .unwrap_err();
    token
}

#[test]
fn nothing_that_is_logged_is_a_secret() {
    let (logged, token) = logged(traffic());
    assert!(logged.len() > 10_000, "{}", logged.len());
    assert!(token.len() > 100, "{token}");
    // Any of its three parts would be enough to know it.
    let parts: Vec<&str> = token.split('.').collect();
    for line in logged.lines() {
        assert!(!is_secret(line), "{line}");
        for secret in OF_A_BODY {
            assert!(!line.contains(secret), "{line}");
        }
        for secret in [TOKEN, "in-a-query", "in-a-header", "Bearer"] {
            assert!(!line.contains(secret), "{line}");
        }
        assert!(!parts.iter().any(|part| line.contains(part)), "{line}");
    }
}

/// A sign-in whose first request gets no answer, and a call with what it brought.
async fn signing_in() -> String {
    let simulator = Simulator::builder()
        .approve_devices()
        .start()
        .await
        .unwrap();
    simulator.on_sign_in().nth(1).fault(Fault::status(503));
    let moment = Duration::from_millis(1);
    let sign_in = || {
        SignIn::new(TENANT, APPLICATION)
            .client_secret(CLIENT_SECRET)
            .authority(simulator.base_url())
            .backoff(moment, moment)
    };
    let code = sign_in().device_code().await.unwrap();
    let store = std::sync::Arc::new(RefreshTokenInMemory::empty());
    let by_code = code.wait(std::sync::Arc::clone(&store)).await.unwrap();
    let first = store.load().await.unwrap().unwrap();
    let by_token = sign_in()
        .refresh_token(std::sync::Arc::clone(&store))
        .unwrap();
    let alone = sign_in().client_credentials().unwrap();
    for credential in [by_code, by_token, alone] {
        let partner = partner_center_orders::PartnerCenter::builder(credential)
            .endpoint(simulator.base_url());
        orders(&partner.build().unwrap())
            .order("YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1")
            .get()
            .send()
            .await
            .unwrap();
    }
    simulator
        .on_sign_in()
        .fault(Fault::sign_in(SignInError::RefreshTokenRevoked));
    let credential = sign_in().refresh_token(store).unwrap();
    let partner =
        partner_center_orders::PartnerCenter::builder(credential).endpoint(simulator.base_url());
    orders(&partner.build().unwrap())
        .order("YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1")
        .get()
        .send()
        .await
        .unwrap_err();
    first.expose_secret().to_owned()
}

#[test]
fn nothing_that_is_logged_of_a_sign_in_is_a_secret() {
    let (logged, refresh_token) = logged(signing_in());
    assert!(refresh_token.len() > 10);
    for line in logged.lines() {
        assert!(!is_secret(line), "{line}");
        assert!(!line.contains(&refresh_token), "{line}");
    }
    let closed = |status: &str| {
        let wanted = |line: &&str| {
            line.contains("partner_center.sign_in{")
                && line.contains(": close")
                && line.contains(status)
        };
        logged.lines().filter(wanted).count()
    };
    assert_eq!(closed("http.response.status_code=503"), 1);
    assert_eq!(closed("http.response.status_code=400"), 1);
    assert_eq!(closed("http.request.resend_count=1"), 1);
    assert_eq!(closed("/contoso.onmicrosoft.com/oauth2/v2.0/token"), 4);
}

/// A renewal in the background fails no call, and would not be heard of otherwise. It is no part of the call that began it.
#[test]
fn a_renewal_that_fails_in_the_background_is_told() {
    let (logged, ()) = logged(async {
        let token = r#"{"token_type":"Bearer","expires_in":600,"access_token":"a-of-the-tests"}"#;
        let json = vec![("content-type", "application/json".to_owned())];
        let answers = vec![
            (200, json.clone(), token.into()),
            (200, json, r#"{"id":"o"}"#.into()),
            (500, Vec::new(), Vec::new()),
        ];
        let server = partner_center_orders_tests::Recorded::start(answers);
        let sign_in = SignIn::new(TENANT, APPLICATION)
            .client_secret(CLIENT_SECRET)
            .attempts(1);
        let credential = sign_in
            .authority(server.base_url())
            .client_credentials()
            .unwrap();
        let partner = partner_center_orders::PartnerCenter::builder(credential.clone())
            .endpoint(server.base_url())
            .attempts(1);
        let partner = partner.build().unwrap();
        orders(&partner).order("o").get().send().await.unwrap();
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(400)).await;
        tokio::time::resume();
        // The renewal and the call both get a 500.
        orders(&partner).order("o").get().send().await.unwrap_err();
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(300)).await;
        tokio::time::resume();
        // This waits for the renewal, and then there is no token any more.
        credential.access_token().await.unwrap_err();
    });
    let told = |line: &&str| line.contains("could not be renewed ahead of its end");
    assert_eq!(logged.lines().filter(told).count(), 1, "{logged}");
    let ahead =
        |line: &&str| line.contains("partner_center.sign_in{") && line.contains("error.type=500");
    assert!(
        logged
            .lines()
            .find(ahead)
            .is_some_and(|line| !line.contains("partner_center.call"))
    );
}

#[test]
fn a_call_and_each_of_its_attempts_have_a_span() {
    let (logged, _) = logged(traffic());
    let placed: Vec<&str> = logged
        .lines()
        .filter(|line| line.contains("operation=\"create_order\"") && line.contains("close"))
        .collect();
    // Four attempts inside one call.
    assert_eq!(placed.len(), 5, "{placed:#?}");
    let (attempts, call) = placed.split_at(4);
    let resent: Vec<Option<&str>> = attempts
        .iter()
        .map(|line| {
            let (_, after) = line.split_once("http.request.resend_count=")?;
            after.split([' ', '}']).next()
        })
        .collect();
    assert_eq!(resent, [None, Some("1"), Some("2"), Some("3")]);
    let field = |line: &str, text: &str| assert!(line.contains(text), "{text} in {line}");
    for line in attempts {
        field(line, "otel.name=POST");
        field(line, "otel.kind=\"client\"");
        field(line, "http.request.method=POST");
        field(line, "server.address=\"127.0.0.1\"");
        field(line, &format!("/v1/customers/{CUSTOMER}/orders"));
    }
    field(attempts[0], "http.response.status_code=503");
    field(attempts[0], "error.type=503");
    field(attempts[1], "error.type=\"interrupted\"");
    field(attempts[2], "http.response.status_code=502");
    field(attempts[3], "http.response.status_code=201");
    field(call[0], "partner_center.attempts=4");
    field(call[0], "http.response.status_code=201");
    assert!(!call[0].contains("error.type"), "{}", call[0]);
}

#[test]
fn a_call_that_is_dropped_says_that_it_may_have_been_carried_out() {
    let (logged, ()) = logged(async {
        let silence = Reply::bytes("", Ending::Silence);
        let server = ScriptedServer::start([silence]);
        let partner = builder(server.base_url()).build().unwrap();
        let sent = partner.request(Method::POST, "/x").send();
        let dropped = tokio::time::timeout(Duration::from_millis(200), sent).await;
        assert!(dropped.is_err());
    });
    let call = "partner_center.call{";
    let closed = |line: &&str| line.contains(call) && line.contains(": close");
    let call = logged.lines().rfind(closed).unwrap();
    assert!(
        call.contains("partner_center.delivery=\"unknown\""),
        "{call}"
    );
    assert!(call.contains("error.type=\"dropped\""), "{call}");
}

/// Who prints a request that is about to be sent does not print what is in it.
#[test]
fn a_request_value_shows_no_body() {
    let partner = builder("http://127.0.0.1:1").build().unwrap();
    let orders = orders(&partner);
    let line = NewLineItem::new("offer", 1).friendly_name(OF_A_BODY[0]);
    let create = orders.create(NewOrder::new([line]).customer_user_upn("ada@contoso.example"));
    let order = orders.order("o");
    let change = order
        .add_on("an-offer", "a-subscription", 3)
        .if_match("etag-of-it");
    let file = UploadFile::new("po.pdf", "application/pdf", OF_A_BODY[2]);
    let upload = Upload::new(OF_A_BODY[1], "USD").purchase_order(file);
    let shown = format!(
        "{create:?} {change:?} {upload:?} {:?}",
        order.attachments().upload(Upload::new("7.77", "EUR"))
    );
    assert!(shown.contains(&create.sent_as().to_string()), "{shown}");
    for body in OF_A_BODY
        .into_iter()
        .chain(["ada@", "an-offer", "etag-of-it", "7.77"])
    {
        assert!(!shown.contains(body), "{shown}");
    }
}
