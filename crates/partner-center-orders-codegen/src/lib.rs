//! How does the OpenAPI document become Rust?
//!
//! [`generate`] answers that in five steps: parse, validate, normalise, progenitor, format. A document that cannot be
//! used is answered with [`Problems`], each of which names the place as a JSON pointer and the rule, and says what to
//! do; the generator behind it would panic on half of them.
//!
//! ```
//! let problems = partner_center_orders_codegen::generate("openapi: 3.1.0\ninfo: {}\npaths: {}\n", "none").unwrap_err();
//! assert!(problems.to_string().starts_with("#/openapi: version: "));
//! ```
//!
//! The crate is a build-time tool: it is no dependency of anything a user ships.

mod call;
mod document;
mod emit;
mod normalise;
mod problem;
mod structure;
mod validate;

pub use emit::PROGENITOR_VERSION;
pub use problem::{Problem, Problems};

/// Turns the text of an OpenAPI document (YAML or JSON) into one formatted Rust module.
///
/// `fingerprint` is written into the module's header, so that a build can tell whether the module belongs to a
/// document. The same input gives the same text on every machine.
///
/// # Errors
/// [`Problems`] when the text is no OpenAPI 3.0 document, or breaks a rule that the generated client rests on. How the
/// document is built comes first; when that is sound, all broken rules are reported at once.
pub fn generate(text: &str, fingerprint: &str) -> Result<String, Problems> {
    let document = document::parse(text)?;
    validate::validate(&document)?;
    let reduced = normalise::normalise(&document);
    emit::emit(&reduced, fingerprint)
}
