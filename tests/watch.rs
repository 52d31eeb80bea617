//! Does anything that is logged give a secret away?
//!
//! Everything that the process logs while a client of the tests exists, by `tracing` and by `log`, at the finest level, is
//! read here. A line with the token in it fails the test that caused it, and every later one.

use std::io::{self, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use partner_center_sim::Simulator;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

static WATCHED: Once = Once::new();
static LEAKED: AtomicBool = AtomicBool::new(false);

/// Begins to read what is logged, from the first call on.
///
/// # Panics
/// When a secret was logged before.
pub(crate) fn watch() {
    WATCHED.call_once(|| {
        // The mock server tells what it is sent: that is its business.
        let targets = Targets::new()
            .with_default(LevelFilter::TRACE)
            .with_target("httpmock", LevelFilter::OFF);
        let layer = tracing_subscriber::fmt::layer()
            .with_span_events(FmtSpan::FULL)
            .with_writer(Reader);
        tracing_subscriber::registry()
            .with(layer.with_filter(targets))
            .init();
    });
    assert!(!LEAKED.load(Ordering::SeqCst), "a secret was logged");
}

/// Whether a line that was logged has something in it that must not be there.
pub fn is_secret(line: &str) -> bool {
    // The secrets of the tests, those of the simulator, and whatever comes after such a word.
    let marks = [
        "-of-the-tests",
        "eyJ0eXAiOiJKV1Qi",
        Simulator::REFRESH_TOKEN,
        "Bearer ",
        "client_secret=",
        "refresh_token=",
        "device_code=",
    ];
    marks.iter().any(|mark| line.contains(mark))
}

/// Reads what would be written, and keeps nothing.
#[derive(Clone, Copy)]
struct Reader;

impl Write for Reader {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if is_secret(&String::from_utf8_lossy(line)) {
            LEAKED.store(true, Ordering::SeqCst);
            // Not the line itself: it would be printed.
            panic!("a secret was logged");
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Reader {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}
