//! What does Partner Center's interface for orders look like?
//!
//! The hand-written OpenAPI 3.0.3 document [`ORDERS_YAML`] answers that. This crate only hands out its text and a
//! [`fingerprint`] of it, so that the generator, the generated crate, the simulator and the tests read the same
//! document without a path that leaves their package.
//!
//! ```
//! use partner_center_orders_spec::{ORDERS_YAML, fingerprint};
//!
//! assert!(ORDERS_YAML.starts_with("openapi: 3.0.3"));
//! assert_eq!(fingerprint(ORDERS_YAML).len(), 16);
//! ```

/// The document, YAML text.
pub const ORDERS_YAML: &str = include_str!("orders.yaml");

/// Where every fact in the document comes from, Markdown text.
pub const SOURCES_MD: &str = include_str!("SOURCES.md");

/// A fingerprint of a document: 16 hexadecimal digits, the same on every platform and release.
///
/// It guards against forgetting to regenerate, not against malice: FNV-1a, 64 bits. Carriage returns do not count, so
/// that a checkout with other line ends has the same fingerprint.
pub fn fingerprint(text: &str) -> String {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let hash = text
        .bytes()
        .filter(|byte| *byte != b'\r')
        .fold(OFFSET_BASIS, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(PRIME)
        });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn the_fingerprint_is_fnv_1a_of_64_bits() {
        // Published test vectors of the algorithm.
        assert_eq!(fingerprint(""), "cbf29ce484222325");
        assert_eq!(fingerprint("a"), "af63dc4c8601ec8c");
        assert_eq!(fingerprint("foobar"), "85944171f73967e8");
    }

    #[test]
    fn line_ends_do_not_count() {
        assert_eq!(fingerprint("a\r\nb\r\n"), fingerprint("a\nb\n"));
    }
}
