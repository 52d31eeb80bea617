//! Are the fixtures the bytes that were published?

use std::collections::BTreeMap;

use partner_center_orders_tests::{fixture, fixture_names};
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Source {
    page: String,
    language: String,
    section: String,
    bytes: usize,
    sha256: String,
    edits: String,
}

#[test]
fn every_fixture_has_a_source_and_its_bytes() {
    let sources = String::from_utf8(fixture("SOURCES.toml")).unwrap();
    let sources: BTreeMap<String, Source> = toml::from_str(&sources).unwrap();
    assert_eq!(sources.keys().cloned().collect::<Vec<_>>(), fixture_names());
    for (name, source) in sources {
        let bytes = fixture(&name);
        let digest: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            (bytes.len(), digest),
            (source.bytes, source.sha256),
            "{name}"
        );
        assert_eq!(source.edits, "none", "{name}");
        assert!(
            [source.page, source.language, source.section]
                .iter()
                .all(|text| !text.is_empty()),
            "{name}"
        );
    }
}
