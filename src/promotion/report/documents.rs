//! The formats of a comparison of files and folders.

use serde::Serialize;

use super::columns;
use super::diff::{Title, cells, paths, unified};
use super::{DiffFormat, count, name, row};
use crate::masking::markdown::{escape, prose};
use crate::masking::{Printable, printable};
use crate::promotion::{DocumentDiff, PathView};

/// The comparison of all documents.
pub fn render(format: DiffFormat, title: Title<'_>, documents: &[DocumentDiff]) -> Printable {
    match format {
        DiffFormat::Text => text(title, documents),
        DiffFormat::Unified => documents
            .iter()
            .map(|document| unified(&document.unified))
            .collect(),
        DiffFormat::Json => json(title, documents),
        DiffFormat::Markdown => markdown(title, documents),
        // The command line gives no more than one.
        DiffFormat::JsonPatch => documents
            .iter()
            .map(|document| super::patch(&document.patch))
            .collect(),
    }
}

/// What became of a document.
fn change(document: &DocumentDiff) -> &'static str {
    match (&document.from, &document.to) {
        (Some(_), None) => "removed",
        (None, Some(_)) => "added",
        _ if document.differing > 0 => "changed",
        _ => "same",
    }
}

fn number(documents: &[DocumentDiff], wanted: &str) -> usize {
    documents
        .iter()
        .filter(|document| change(document) == wanted)
        .count()
}

fn shown(documents: &[DocumentDiff]) -> impl Iterator<Item = &DocumentDiff> {
    let is_shown = |document: &&DocumentDiff| document.differs() || !document.paths.is_empty();
    documents.iter().filter(is_shown)
}

fn heading(document: &DocumentDiff) -> Printable {
    let label = document.name.show();
    let places = match (&document.from, &document.to) {
        (Some(from), Some(to)) => printable!("{} -> {}", name(from), name(to)),
        (Some(from), None) => printable!("removed, was in {}", name(from)),
        (None, Some(to)) => printable!("added in {}", name(to)),
        (None, None) => Printable::default(),
    };
    match label.is_empty() {
        true => places,
        false => printable!("{}: {}", label, places),
    }
}

fn text(title: Title<'_>, documents: &[DocumentDiff]) -> Printable {
    let mut text = Printable::default();
    for document in shown(documents) {
        text.push(heading(document));
        text.push("\n");
        let sides = [&document.from, &document.to].map(|file| file.as_ref().map(name));
        text.push(match (title.columns, sides) {
            (Some(width), [Some(from), Some(to)]) => {
                columns::table(width, &[from, to], &document.paths, false)
            }
            _ => paths(&document.paths, false),
        });
        text.push("\n");
    }
    text.push(summary(title, documents));
    text.push("\n");
    text
}

fn summary(title: Title<'_>, documents: &[DocumentDiff]) -> Printable {
    let numbers =
        ["changed", "added", "removed", "same"].map(|change| (number(documents, change), change));
    let numbers = numbers.into_iter().filter(|(number, _)| *number > 0);
    let parts = numbers.map(|(number, change)| match change {
        "same" => printable!("{} the same", number),
        change => printable!("{} {}", number, change),
    });
    printable!(
        "{} -> {}: {}: {}",
        name(title.from),
        name(title.to),
        count(documents.len(), "document", "documents"),
        Printable::join(parts, ", ")
    )
}

#[derive(Serialize)]
struct Json<'a> {
    version: u8,
    from: Printable,
    to: Printable,
    documents: Vec<JsonDocument<'a>>,
    summary: JsonSummary,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonDocument<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Printable>,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_file: Option<Printable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_file: Option<Printable>,
    paths: &'a [PathView],
}

#[derive(Serialize)]
struct JsonSummary {
    documents: usize,
    changed: usize,
    added: usize,
    removed: usize,
}

fn json(title: Title<'_>, documents: &[DocumentDiff]) -> Printable {
    let document = |document: &DocumentDiff| {
        let name = document.name.show();
        (!name.is_empty()).then_some(name)
    };
    Printable::json(&Json {
        version: 1,
        from: name(title.from),
        to: name(title.to),
        documents: shown(documents)
            .map(|of| JsonDocument {
                document: document(of),
                change: change(of),
                from_file: of.from.as_ref().map(name),
                to_file: of.to.as_ref().map(name),
                paths: &of.paths,
            })
            .collect(),
        summary: JsonSummary {
            documents: documents.len(),
            changed: number(documents, "changed"),
            added: number(documents, "added"),
            removed: number(documents, "removed"),
        },
    })
}

fn markdown(title: Title<'_>, documents: &[DocumentDiff]) -> Printable {
    let sides = [title.from, title.to].map(|side| name(side).rewrite(escape));
    let mut text = printable!(
        "## {} compared with {}\n\n{}\n",
        sides[0],
        sides[1],
        summary(title, documents).rewrite(prose)
    );
    for document in shown(documents) {
        text.push(printable!("\n### {}\n", heading(document).rewrite(escape)));
        if document.paths.is_empty() {
            continue;
        }
        text.push("\n");
        let title = ["Path".into(), sides[0].clone(), sides[1].clone()];
        text.push(row(title));
        text.push("| --- | --- | --- |\n");
        for path in &document.paths {
            text.push(row(cells(path)));
        }
    }
    text
}
