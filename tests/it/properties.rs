//! What holds of any text, not of examples only?
//!
//! The seed is fixed, so that a run says of the code what the run before said. `PROPTEST_RNG_SEED=n` takes another one,
//! `PROPTEST_CASES=n` more or fewer cases.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use chrono::{NaiveDate, TimeDelta};
use partner_center_orders::ErrorKind;
use partner_center_orders_api as api;
use partner_center_orders_tests::{TOKEN, client};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) fn config(cases: u32) -> ProptestConfig {
    let is_chosen = |name| std::env::var_os(name).is_some();
    let mut config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if !is_chosen("PROPTEST_CASES") {
        config.cases = cases;
    }
    if !is_chosen("PROPTEST_RNG_SEED") {
        config.rng_seed = RngSeed::Fixed(20_261_121);
    }
    config
}

/// One open enum: its known words, and what becomes of a JSON text that is read and written again.
struct Words {
    name: &'static str,
    words: &'static [&'static str],
    again: fn(&str) -> String,
}

fn again<T: Serialize + DeserializeOwned>(json: &str) -> String {
    serde_json::to_string(&serde_json::from_str::<T>(json).unwrap()).unwrap()
}

macro_rules! words {
    ($($name:ident)*) => {
        [$(Words { name: stringify!($name), words: api::$name::WORDS, again: again::<api::$name> }),*]
    };
}

const ENUMS: [Words; 10] = words![
    AttachmentType BillingCycle BillingType ContractType LineItemTransactionType OrderStatus
    OrderTransactionType ProvisioningStatus SubscriptionBillingType SubscriptionStatus
];

fn folded(word: &str) -> String {
    word.replace('_', "").to_ascii_lowercase()
}

/// A word in any letter case, with underscores anywhere or nowhere.
fn disguised(word: &str) -> impl Strategy<Value = String> + use<> {
    let letters: Vec<char> = word.chars().filter(|c| *c != '_').collect();
    let choices = prop::collection::vec((any::<bool>(), 0..3_usize), letters.len());
    (choices, 0..3_usize).prop_map(move |(choices, end)| {
        let mut text = String::new();
        for (letter, (is_upper, underscores)) in letters.iter().zip(choices) {
            text.push_str(&"_".repeat(underscores));
            text.push(if is_upper {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            });
        }
        text + &"_".repeat(end)
    })
}

/// Texts of all kinds, among them some that are nearly words.
fn any_text() -> impl Strategy<Value = String> {
    let known: Vec<&str> = ENUMS.iter().flat_map(|one| one.words).copied().collect();
    prop_oneof![
        any::<String>(),
        "[ -~]{0,12}",
        (prop::sample::select(known), ".{0,2}", ".{0,2}")
            .prop_map(|(word, before, after)| format!("{before}{word}{after}")),
    ]
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn an_unrecognised_word_goes_back_byte_for_byte(text in any_text()) {
        let json = serde_json::to_string(&text).unwrap();
        for one in ENUMS {
            if one.words.iter().all(|word| folded(word) != folded(&text)) {
                prop_assert_eq!((one.again)(&json), json.clone(), "{}", one.name);
            }
        }
    }

    #[test]
    fn a_known_word_is_written_in_its_canonical_form(
        (one, word, text) in (0..ENUMS.len()).prop_flat_map(|one| {
            prop::sample::select(ENUMS[one].words)
                .prop_flat_map(move |word| (Just(one), Just(word), disguised(word)))
        })
    ) {
        prop_assert_eq!((ENUMS[one].again)(&format!("\"{text}\"")), format!("\"{word}\""));
    }

    #[test]
    fn a_number_keeps_its_digits(
        number in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,4})?"
    ) {
        let amount: api::Decimal = serde_json::from_str(&number).unwrap();
        prop_assert_eq!(amount.to_string(), number.clone());
        let order = format!(
            r#"{{"id":"o","lineItems":[{{"pricing":{{"price":{number}}},"purchaseCommitment":{{"amount":{number}}}}}],"totalPrice":{number}}}"#
        );
        let read: api::Order = serde_json::from_str(&order).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), order);
    }

    #[test]
    fn a_time_keeps_its_text(text in any::<String>()) {
        let json = serde_json::to_string(&text).unwrap();
        let time: api::Timestamp = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(time.as_str(), text.as_str());
        prop_assert_eq!(serde_json::to_string(&time).unwrap(), json);
    }

    /// The instant is computed from the parts that the text was made of.
    #[test]
    fn a_time_is_the_instant_that_it_says(
        (year, day, second) in (1900..2100_i32, 1..=365_u32, 0..86_400_i64),
        (fraction, digits) in (0..10_000_000_i64, 0..=7_usize),
        zone in prop_oneof![
            Just((0, "Z".to_owned())),
            Just((0, String::new())),
            (-14..=14_i64, prop::sample::select(vec![0, 15, 30, 45_i64])).prop_map(|(hours, minutes)| {
                let sign = if hours < 0 { '-' } else { '+' };
                let offset = hours * 60 + if hours < 0 { -minutes } else { minutes };
                (offset, format!("{sign}{:02}:{minutes:02}", hours.abs()))
            }),
        ],
    ) {
        let date = NaiveDate::from_yo_opt(year, day).unwrap();
        let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
        let fraction = &format!("{fraction:07}")[..digits];
        let point = if digits == 0 { "" } else { "." };
        let (offset, zone) = zone;
        let text = format!("{date}T{hours:02}:{minutes:02}:{seconds:02}{point}{fraction}{zone}");
        let nanoseconds: i64 = format!("{fraction:0<9}").parse().unwrap();
        let expected = date.and_hms_opt(0, 0, 0).unwrap().and_utc()
            + TimeDelta::seconds(second - offset * 60)
            + TimeDelta::nanoseconds(nanoseconds);
        let time = api::Timestamp::from(text.as_str());
        prop_assert_eq!(time.to_utc(), Some(expected), "{}", text);
        prop_assert_eq!(time.as_str(), text);
    }
}

/// A service of which only the link to the second page is of interest. It keeps connections open, as 10,000 would
/// use up the ports.
struct Home {
    address: String,
    link: Arc<Mutex<String>>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Home {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let home = Self {
            address: listener.local_addr().unwrap().to_string(),
            link: Arc::default(),
            heads: Arc::default(),
        };
        let (link, heads) = (Arc::clone(&home.link), Arc::clone(&home.heads));
        // Ends with the test's process: nobody stops it, nobody waits for it.
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (link, heads) = (Arc::clone(&link), Arc::clone(&heads));
                std::thread::spawn(move || Self::serve(connection, &link, &heads));
            }
        });
        home
    }

    fn serve(mut connection: TcpStream, link: &Mutex<String>, heads: &Mutex<Vec<String>>) {
        let mut reader = BufReader::new(connection.try_clone().unwrap());
        loop {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                if !matches!(reader.read_until(b'\n', &mut head), Ok(1..)) {
                    return;
                }
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let body = if head.starts_with("GET /v1/first ") {
                let link = serde_json::to_string(&*link.lock().unwrap()).unwrap();
                format!(r#"{{"items":[1],"links":{{"next":{{"uri":{link}}}}}}}"#)
            } else {
                r#"{"items":[2]}"#.to_owned()
            };
            heads.lock().unwrap().push(head);
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            if connection.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

/// Links that try to lead away: pieces of addresses, in orders that make sense and in others.
fn any_link(home: &str, foreign: &str) -> impl Strategy<Value = String> + use<> {
    let pieces: Vec<String> = [
        home,
        foreign,
        "http://",
        "https://",
        "HTTP:",
        "http:",
        "//",
        "/",
        "\\",
        "\\\\",
        "@",
        ":",
        ":80",
        "?",
        "#",
        "&",
        "..",
        "/../",
        ".",
        "%2F",
        "%5C",
        "%40",
        "%2e%2e",
        "/v1",
        "/v1/",
        "v1",
        "/v10",
        "\t",
        "\n",
        " ",
        "\u{ff0f}",
        "\u{2044}",
        "\u{ff20}",
        "\u{3002}",
        "\0",
        "user",
        "user:pass@",
        "[::1]",
        "localhost",
        "127.1",
        "0x7f.1",
        "2130706433",
        "/customers",
        "?a=b",
        "%",
        "javascript:",
        "file:///",
        "data:,",
        "\u{202e}",
        "xn--",
        "ftp://",
    ]
    .map(str::to_owned)
    .to_vec();
    let (host, shape) = (foreign.to_owned(), home.to_owned());
    prop_oneof![
        6 => prop::collection::vec(prop::sample::select(pieces), 1..7).prop_map(|pieces| pieces.concat()),
        2 => ("[/\\\\@:.?# \ta-z]{0,6}", "[/\\\\@:.?#a-z0-9]{0,8}")
            .prop_map(move |(before, after)| format!("{before}{host}{after}")),
        1 => ".{0,40}",
        1 => "(/[a-z0-9%?=&]{1,8}){1,4}".prop_map(move |path| format!("http://{shape}{path}")),
        1 => "(/[a-z0-9%?=&]{1,8}){1,4}",
    ]
}

/// The next page is asked for at the configured endpoint or not at all. A foreign server sees no byte.
#[test]
fn a_link_leads_home_or_nowhere() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let home = Home::start();
    let links = any_link(&home.address, &elsewhere.local_addr().unwrap().to_string());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let partner = client(format!("http://{}", home.address));
    let (followed, refused) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let authorization = format!("Bearer {TOKEN}");
    proptest!(config(10_000), |(link in links)| {
        home.link.lock().unwrap().clone_from(&link);
        home.heads.lock().unwrap().clear();
        let outcome = runtime.block_on(partner.list("/first").send().try_collect());
        let heads = home.heads.lock().unwrap().clone();
        let is_home = |head: &String| head.lines().any(|line| line == format!("host: {}", home.address));
        prop_assert!(heads.iter().all(is_home));
        prop_assert!(heads.iter().all(|head| head.contains(&authorization)));
        match outcome {
            Ok(items) => {
                prop_assert_eq!((items.len(), heads.len()), (2, 2));
                followed.set(followed.get() + 1);
            }
            Err(error) => {
                // One refusal is of a link that leads back to the first page.
                prop_assert_eq!((error.kind(), heads.len()), (ErrorKind::Link, 1));
                refused.set(refused.get() + 1);
            }
        }
        let stranger = elsewhere.accept().map(|_| ()).map_err(|error| error.kind());
        prop_assert_eq!(stranger, Err(std::io::ErrorKind::WouldBlock));
    });
    // Both happened, and often.
    assert!(followed.get() * 20 > refused.get(), "{followed:?} followed");
    assert!(refused.get() * 20 > followed.get(), "{refused:?} refused");
}
