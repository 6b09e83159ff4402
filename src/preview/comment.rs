//! What a preview says on its pull request, in Markdown.

use super::app::{AppPreview, Change};
use super::plan::{Plan, Request};
use super::report::cost;
use crate::masking::markdown::{code, escape, prose};
use crate::masking::{Name, ObjectName, Printable, Text, printable, text};

/// The longest comment, in bytes. GitHub refuses comments of more than 65,536 characters.
const LARGEST: usize = 60_000;

/// The longest value that is shown, in characters.
const LONGEST: usize = 120;

/// The most changes of an app that are shown.
const MOST: usize = 50;

/// The most reasons why apps are not deployed that are shown.
const MOST_REASONS: usize = 10;

/// The longest of these, in characters.
const LONGEST_REASON: usize = 400;

/// The comment. Its first line is a mark that is not seen, by which a later run finds it and writes over it.
pub fn comment(request: &Request<'_>, plan: &Plan) -> Printable {
    let number = request.number.to_string();
    let number = Text::of(&Name(&number)).show();
    let mut out = printable!(
        "<!-- envlint preview {} -->\n## Preview of pull request {}\n\n",
        number,
        number
    );
    if !plan.apps.is_empty() {
        out.push(text_line(request));
    }
    let end = end(plan);
    for namespace in &plan.namespaces {
        out.push(printable!(
            "\n**{}**: {}\n",
            Text::of(&Name(&namespace.name)).show().rewrite(escape),
            cost(namespace).show().rewrite(prose)
        ));
        let own = plan
            .apps
            .iter()
            .filter(|app| app.namespace == namespace.name);
        for app in own {
            let section = section(request, app);
            if out.len() + section.len() + end.len() > LARGEST {
                out.push("\nThere is no room for the other apps.\n");
                out.push(end);
                return out;
            }
            out.push(section);
        }
    }
    out.push(end);
    out
}

fn text_line(request: &Request<'_>) -> Printable {
    let mut line = text!(
        "From {}, until {} ({})",
        Name(&request.from.name),
        request.expires.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Name(&request.lives)
    );
    if let Some(owner) = &request.owner {
        line.push(text!(", owned by {}", Name(owner)));
    }
    line.push(".\n");
    line.show().rewrite(prose_line)
}

/// A line of prose keeps its line break.
fn prose_line(text: &str) -> String {
    prose(text) + "\n"
}

fn section(request: &Request<'_>, app: &AppPreview) -> Printable {
    let name = Text::of(&Name(&app.app)).show();
    let mut out = printable!("\n### {}\n\n", name.rewrite(escape));
    for host in &app.hosts {
        // A host of DNS has nothing in it that Markdown reads.
        let host = Text::of(&ObjectName(host)).show().rewrite(address);
        out.push(printable!("- {}\n", host));
    }
    for image in &app.images {
        let image = Text::of(&ObjectName(image)).show().rewrite(code);
        out.push(printable!("- image {}\n", image));
    }
    if app.changes.is_empty() {
        let from = Text::of(&Name(&request.from.name)).show().rewrite(escape);
        out.push(printable!("- the values of {}\n", from));
        return out;
    }
    let from = Text::of(&Name(&request.from.name)).show().rewrite(escape);
    out.push(printable!(
        "\n<details><summary>Differs from {}</summary>\n\n| Path | {} | Preview |\n| --- | --- | --- |\n",
        from,
        from
    ));
    app.changes
        .iter()
        .take(MOST)
        .for_each(|one| out.push(row(one)));
    let more = app.changes.len().saturating_sub(MOST);
    if more > 0 {
        out.push(printable!("| and {} more | | |\n", more));
    }
    out.push("\n</details>\n");
    out
}

/// An address that a person follows; what is no host of DNS is only shown.
fn address(host: &str) -> String {
    let is_letter = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.');
    match host.chars().all(is_letter) {
        true => format!("https://{host}"),
        false => code(host),
    }
}

fn row(change: &Change) -> Printable {
    let cell = |text: &Text| text.show().cut(LONGEST, "…").rewrite(code);
    let before = change.before.as_ref().map_or_else(|| "—".into(), cell);
    let path = text!("{}", change.path).show().rewrite(code);
    printable!("| {} | {} | {} |\n", path, before, cell(&change.after))
}

fn end(plan: &Plan) -> Printable {
    if plan.failed.is_empty() {
        return Printable::default();
    }
    let apps = Text::first(plan.failed.iter().cloned(), 20)
        .show()
        .rewrite(escape);
    let mut out = printable!("\n**Not deployed**: {}.\n\n", apps);
    let reasons = plan.problems.iter().take(MOST_REASONS);
    let reasons = reasons.map(|problem| problem.message.show().cut(LONGEST_REASON, "…"));
    reasons.for_each(|reason| out.push(printable!("- {}\n", reason.rewrite(prose))));
    out.push("\nThe log of the workflow says more.\n");
    out
}
