//! What is said of a document that cannot be used?

use std::collections::BTreeSet;

use partner_center_orders_codegen::{Problems, generate};
use serde::Deserialize;

use crate::generator::{assert_snapshot, document};

/// A way to spoil the sound document.
#[derive(Deserialize)]
struct Spoilt {
    how: String,
    from: String,
    to: String,
    said: String,
}

impl Spoilt {
    fn answer(&self) -> Problems {
        let sound = document("sound");
        let Self { how, from, to, .. } = self;
        assert_eq!(sound.matches(from).count(), 1, "{how}: {from}");
        match generate(&sound.replace(from, to), "0") {
            Ok(_) => panic!("{how}: nothing is said of it"),
            Err(problems) => problems,
        }
    }
}

fn table() -> Vec<Spoilt> {
    serde_saphyr::from_str(&document("spoilt")).unwrap()
}

/// The rules that the table has examples of.
pub(crate) fn rules() -> BTreeSet<String> {
    let rule = |spoilt: Spoilt| spoilt.said.rsplit(' ').next().unwrap().to_owned();
    table().into_iter().map(rule).collect()
}

#[test]
fn the_sound_document_is_good() {
    let code = generate(&document("sound"), "0").unwrap();
    assert!(code.contains("pub async fn get_order"));
}

#[test]
fn a_bad_document_is_answered_with_place_and_rule() {
    let mut all = String::new();
    for spoilt in table() {
        let problems = spoilt.answer();
        let Spoilt { how, said, .. } = spoilt;
        assert!(
            problems
                .iter()
                .any(|problem| format!("{}: {}", problem.pointer(), problem.rule()) == said),
            "{how}\nexpected {said}\nsaid {problems}"
        );
        let problems = problems.to_string().replace('\n', "\n    ");
        all.push_str(&format!("{how}\n    {problems}\n"));
    }
    assert_snapshot("problems", &all);
}

#[test]
fn the_table_has_many_rules() {
    assert!(rules().len() >= 40, "{:?}", rules());
}
