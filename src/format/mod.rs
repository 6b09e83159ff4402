//! How values files are written: the order of keys and of items, and quotes. What they say stays the same, and so does every
//! comment.

mod order;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_yaml::{Arrangement, Document, Node, Path, ProblemKind, Stays, apply, arrange};

use crate::masking::{Name, Said, Text, text};
use crate::source::{Location, Problem, Source, conflicts};
use crate::values::{Tree, several_documents, sops_checksum};
use crate::workspace::Format;
use walk::Wanted;

/// A values file as it should be written.
#[derive(Debug)]
pub struct Formatted {
    /// The new text; none where it is the old one.
    pub text: Option<String>,
    /// What should be written otherwise, and cannot safely be changed.
    pub left: Vec<Problem>,
}

/// Formats a values file.
///
/// # Errors
/// When nothing in it can be changed safely: it cannot be read, a key stands in it twice, it has several documents, or a checksum
/// of SOPS. When it has too many values for the patterns of the configuration, too.
pub fn format(source: &Arc<Source>, format: &Format) -> Result<Formatted, Box<Problem>> {
    can_be_edited(source)?;
    let Some(root) = Tree::of(source) else {
        return Ok(Formatted {
            text: None,
            left: Vec::new(),
        });
    };
    let Some(Wanted {
        mut left,
        orders,
        quotes,
    }) = walk::wanted(&root, format)
    else {
        let message = text!("{} has too many values for so many patterns", source.name());
        let problem = Problem::located(Location::start_of(source), message);
        return Err(Box::new(problem.help(
            "write fewer paths under `format:` of envlint.yaml, or split the file",
        )));
    };
    let groups: Vec<&[_]> = quotes.iter().map(std::slice::from_ref).collect();
    let mut document = Document::parse(source.text());
    let quoted = apply(&document, &groups);
    if quoted.made > 0 {
        let after = Document::parse(quoted.text);
        // The edit of a scalar may change it; this one must not.
        if after.root().map(Node::to_value) == document.root().map(Node::to_value) {
            document = after;
        }
    }
    // What lies deeper first: the places of what is around it stay.
    let mut by_depth: BTreeMap<usize, Vec<Arrangement>> = BTreeMap::new();
    for order in orders {
        let depth = order.path.segments().len();
        by_depth.entry(depth).or_default().push(order);
    }
    for arrangements in by_depth.into_values().rev() {
        let arranged = arrange(&document, &arrangements);
        document = arranged.document.unwrap_or(document);
        let stays = arranged.stays.into_iter();
        left.extend(stays.filter_map(|(at, why)| {
            let path = &arrangements.get(at)?.path;
            Some(stays_as_it_is(source, path, why))
        }));
    }
    left.sort_by_key(|problem| {
        let place = problem.location.as_ref();
        place.map(|place| place.span.start)
    });
    let text = document.source().to_owned();
    Ok(Formatted {
        text: (text != source.text()).then_some(text),
        left,
    })
}

/// Whether anything in a file can be changed safely.
fn can_be_edited(source: &Arc<Source>) -> Result<(), Box<Problem>> {
    let at = |span, message: Text| Problem::located(Location::new(source, span), message);
    if let Some(conflict) = conflicts(source.text()).first() {
        return Err(Box::new(
            at(
                conflict.start,
                "the file holds the markers of a merge that was not finished".into(),
            )
            .help("finish the merge first"),
        ));
    }
    if let Some(error) = source.document.errors().first() {
        let problem = match error.kind {
            ProblemKind::DuplicateKey => {
                at(error.span, Text::of(&Said(&error.message))).help("remove one of the two first")
            }
            _ => at(
                error.span,
                text!("cannot be read as YAML: {}", Said(&error.message)),
            ),
        };
        return Err(Box::new(problem));
    }
    if let Some(several) = several_documents(source) {
        return Err(Box::new(several));
    }
    let checksum = Tree::of(source).and_then(|root| sops_checksum(&root));
    match checksum {
        None => Ok(()),
        Some(sops) => Err(Box::new(
            Problem::located(
                sops.key_location(),
                text!(
                    "SOPS has encrypted {}, and another order breaks the checksum",
                    source.name()
                ),
            )
            .help("format it when it is decrypted"),
        )),
    }
}

/// Says what is not formatted, and why.
fn stays_as_it_is(source: &Arc<Source>, path: &Path, why: Stays) -> Problem {
    let span = source.document.get(path).map(Node::span);
    let start = span.map_or(0, |span| span.start);
    let place = Location::new(source, envlint_yaml::Span::new(start, start));
    let what = match path.segments() {
        [] => "the file".into(),
        _ => text!("`{}`", Name(path)),
    };
    let (reason, help) = match why {
        Stays::Flow => (
            "it is written in brackets",
            "write it on lines, or in this order",
        ),
        Stays::Anchor => (
            "an anchor, an alias or a merge key in it counts by its place",
            "write the order by hand, or the values in place of the aliases",
        ),
        Stays::Head => (
            "the comment at the top may be about the file, or about the first key",
            "put a blank line below the comment if it is about the file, or a comment about the file and a blank line above it",
        ),
        Stays::Unprovable => (
            "no text with another order is sure to say the same",
            "write the order by hand",
        ),
    };
    Problem::located(place, text!("{} keeps its order, because {}", what, reason)).help(help)
}
