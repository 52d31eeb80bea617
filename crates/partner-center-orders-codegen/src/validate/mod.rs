//! Which documents can be turned into the client, and what is said of the others?
//!
//! Each rule is one function that reports every place where it is broken. A rule is here because the generator would
//! panic, or emit code that does not compile, does not decode or sends something else than the document says, or
//! because the project promises it (`x-source`). The rules are kept by what they are about.

mod answers;
mod members;
mod names;
mod operations;
mod parameters;
mod references;
mod requests;
mod schemas;
mod sources;
mod survey;

use std::collections::BTreeSet;

use serde_json::Value;

use self::survey::Survey;
use crate::document::typed;
use crate::problem::{Problem, Problems};
use crate::structure::nodes;

type Rule = fn(&Survey<'_>, &mut Vec<Problem>);

const RULES: [Rule; 33] = [
    references::references_stay_inside,
    references::references_resolve,
    references::references_stand_alone,
    references::schemas_end,
    references::path_items_are_here,
    operations::the_version_is_a_header_value,
    operations::operations_are_named,
    operations::methods_can_be_sent,
    operations::paths_are_templates,
    operations::path_parameters_match_the_path,
    parameters::parameters_are_named,
    parameters::parameters_have_a_place,
    parameters::parameters_have_one_style,
    parameters::parameters_are_scalars,
    parameters::headers_are_scalars,
    requests::requests_have_one_media_type,
    requests::bodies_have_schemas,
    answers::statuses_are_numbers,
    answers::answers_can_be_told_apart,
    answers::answers_can_be_read,
    answers::errors_have_one_reader,
    schemas::objects_are_named,
    schemas::schemas_have_a_type,
    schemas::keywords_fit_the_type,
    schemas::arrays_have_items,
    schemas::formats_are_known,
    schemas::answers_are_not_constrained,
    schemas::words_stay_open,
    schemas::amounts_decode,
    members::objects_stay_open,
    members::members_are_named,
    names::schemas_are_named,
    sources::facts_have_sources,
];

/// Checks how the document is built and, if that is sound, every rule.
pub(crate) fn validate(tree: &Value) -> Result<(), Problems> {
    let mut problems = Vec::new();
    let nodes = nodes(tree, &mut problems);
    Problems::unless_empty(problems)?;
    let survey = Survey::new(tree, nodes);
    let mut problems = Vec::new();
    for rule in RULES {
        rule(&survey, &mut problems);
    }
    // What several calls share would be told for each of them.
    let mut seen = BTreeSet::new();
    problems.retain(|problem| seen.insert(problem.to_string()));
    Problems::unless_empty(problems)?;
    // What is left are parts that no rule looks at, such as security schemes.
    typed(tree).map(drop)
}

/// Text as it is left when letter case and punctuation do not count. Where two texts agree in this, their Rust names
/// may, too.
fn folded(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a Rust name can be made of the text without inventing anything.
fn is_nameable(text: &str) -> bool {
    let folded = folded(text);
    folded.starts_with(|first: char| first.is_ascii_lowercase()) && folded.is_ascii()
}
