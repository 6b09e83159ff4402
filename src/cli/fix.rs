//! `check --fix`: the fixes that findings offer, made in the files.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use envlint_yaml::{Document, Edit};

use super::Failure;
use crate::check::Outcome;
use crate::masking::{Name, Printable, printable, text};
use crate::rules::Fix;
use crate::source::{Problem, Source, read_regular, write};
use crate::workspace::Workspace;

/// A fix may make room for another one. After so many rounds the rest is left: two rules would be at odds.
const MOST_ROUNDS: usize = 5;

/// Makes the fixes of what `look` finds, until it finds no more of them. Returns what was done, as a line of text.
///
/// # Errors
/// When `look` fails, or a file cannot be written; the others are.
pub(super) fn fix(
    unsafe_too: bool,
    look: impl Fn() -> Result<(Workspace, Outcome), Failure>,
) -> Result<Printable, Failure> {
    let (mut made, mut files) = (0, BTreeSet::new());
    let mut problems: Vec<Problem> = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let (workspace, outcome) = look()?;
        let mut round = 0;
        for (source, fixes) in by_source(&outcome, unsafe_too) {
            let edits: Vec<&[Edit]> = fixes.iter().map(|fix| fix.edits.as_slice()).collect();
            match fix_file(&workspace.root, source, &edits) {
                Ok(0) => {}
                Ok(made) => {
                    round += made;
                    files.insert(source.path.clone());
                }
                Err(problem) => problems.push(problem),
            }
        }
        made += round;
        if round == 0 || !problems.is_empty() {
            break;
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Problems(problems));
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

/// Makes edits in one file, and says how many were made.
fn fix_file(root: &Path, source: &Source, edits: &[&[Edit]]) -> Result<usize, Problem> {
    let cannot =
        |error| Problem::without_place(text!("cannot write {}: {}", Name(&source.path), error));
    let mut applied = envlint_yaml::apply(&Document::parse(source.text()), edits);
    if applied.made == 0 || applied.text == source.text() {
        return Ok(0);
    }
    let path = root.join(&source.path);
    let mut before = source.text().to_owned();
    // Values in a manifest are a part of it, at the same place: the edits must be proven for the whole, too.
    let whole = read_regular(&path).and_then(Source::text_of);
    let whole = whole.map_err(|error| cannot(text!("{}", error)))?;
    if is_part(&before, &whole) {
        applied = envlint_yaml::apply(&Document::parse(&*whole), edits);
        before = whole;
        if applied.made == 0 {
            return Ok(0);
        }
    }
    write::replace(&path, &before, &applied.text).map_err(|error| cannot(text!("{}", error)))?;
    Ok(applied.made)
}

/// Whether a text is a part of another one, with blanks in place of the rest.
fn is_part(part: &str, whole: &str) -> bool {
    part != whole
        && part.len() == whole.len()
        && part
            .bytes()
            .zip(whole.bytes())
            .all(|(left, right)| left == right || left == b' ')
}

/// The fixes that are to be made, by the file, or the part of a file, that they are made in.
fn by_source(outcome: &Outcome, unsafe_too: bool) -> Vec<(&Arc<Source>, Vec<&Fix>)> {
    let mut places: HashMap<*const Source, usize> = HashMap::new();
    let mut sources: Vec<(&Arc<Source>, Vec<&Fix>)> = Vec::new();
    for finding in &outcome.findings {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safe || unsafe_too) else {
            continue;
        };
        let source = &finding.location.source;
        let at = *places.entry(Arc::as_ptr(source)).or_insert_with(|| {
            sources.push((source, Vec::new()));
            sources.len() - 1
        });
        if let Some((_, fixes)) = sources.get_mut(at) {
            fixes.push(fix);
        }
    }
    sources
}
