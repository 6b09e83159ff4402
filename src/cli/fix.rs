//! `check --fix`: the repairs that findings offer, made in the files.

use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_yaml::Edit;

use super::Failure;
use crate::check::Outcome;
use crate::masking::{Name, Printable, printable, text};
use crate::rules::Fix;
use crate::source::{Problem, Source, write};
use crate::workspace::Workspace;

/// A repair may make room for another one. After so many rounds the rest is left: two rules would be at odds.
const MOST_ROUNDS: usize = 5;

/// Makes the repairs of what `look` finds, until it finds no more of them. Returns what was done, as a line of text.
///
/// # Errors
/// When `look` fails, or a file cannot be written.
pub(super) fn fix(
    unsafe_too: bool,
    look: impl Fn() -> Result<(Workspace, Outcome), Failure>,
) -> Result<Printable, Failure> {
    let (mut made, mut files) = (0, std::collections::BTreeSet::new());
    for _ in 0..MOST_ROUNDS {
        let (workspace, outcome) = look()?;
        let mut round = 0;
        for (path, (source, fixes)) in by_file(&outcome, unsafe_too) {
            let edits: Vec<&[Edit]> = fixes.iter().map(|fix| fix.edits.as_slice()).collect();
            let applied = envlint_yaml::apply(&source.document, &edits);
            if applied.made == 0 || applied.text == source.text() {
                continue;
            }
            write::replace(&workspace.root.join(path), source.text(), &applied.text).map_err(
                |error| Problem::without_place(text!("cannot write {}: {}", Name(path), error)),
            )?;
            round += applied.made;
            files.insert(path.to_owned());
        }
        if round == 0 {
            break;
        }
        made += round;
    }
    let number = |count: usize, word: &'static str| {
        printable!("{} {}{}", count, word, if count == 1 { "" } else { "s" })
    };
    Ok(match made {
        0 => "nothing to fix\n".into(),
        made => printable!(
            "fixed {} in {}\n",
            number(made, "finding"),
            number(files.len(), "file")
        ),
    })
}

/// The repairs that are to be made, by the file that they are made in.
fn by_file(outcome: &Outcome, unsafe_too: bool) -> BTreeMap<&str, (&Arc<Source>, Vec<&Fix>)> {
    let mut files: BTreeMap<&str, (&Arc<Source>, Vec<&Fix>)> = BTreeMap::new();
    for finding in &outcome.findings {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safe || unsafe_too) else {
            continue;
        };
        let source = &finding.location.source;
        files
            .entry(&source.path)
            .or_insert_with(|| (source, Vec::new()))
            .1
            .push(fix);
    }
    files
}
