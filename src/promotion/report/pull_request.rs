//! The body of a promotion's pull request, in Markdown: what a reviewer needs to say yes or no.

use super::diff::unified;
use super::markdown::{self, code, plain, row};
use super::promote::{Title, Totals, summary};
use super::{count, name};
use crate::masking::{Printable, Text, printable};
use crate::promotion::shown::short;
use crate::promotion::{Action, AppPromotion, ChangeView, Progress, Refusal, Shown};

/// The largest body that is written, in bytes. GitHub refuses bodies of more than 65,536 characters.
const LARGEST: usize = 60_000;

/// The body; where it would be too large for GitHub, the diffs are left out, and then the tables.
pub fn body(title: Title<'_>, apps: &[AppPromotion]) -> Printable {
    let full = write(title, apps, true, true);
    if full.len() <= LARGEST {
        return full;
    }
    let without_diffs = write(title, apps, true, false);
    if without_diffs.len() <= LARGEST {
        return without_diffs;
    }
    write(title, apps, false, false)
}

fn write(title: Title<'_>, apps: &[AppPromotion], tables: bool, diffs: bool) -> Printable {
    // Whether the files are written already is nothing that the reader of a pull request asks.
    let written = Title {
        write: true,
        ..title
    };
    let mut text = printable!(
        "## Promote {} to {}\n\n{}\n",
        name(title.from).rewrite(plain),
        name(title.to).rewrite(plain),
        summary(written, apps).rewrite(plain)
    );
    if let Some(revision) = title.revision {
        text.push(printable!(
            "\nThe values of {} come from commit {}: what was tested is what is promoted.\n",
            name(title.from).rewrite(plain),
            name(&revision.commit).rewrite(code)
        ));
    }
    let moving =
        |app: &&AppPromotion| matches!(app.progress, Progress::Planned | Progress::Written);
    let mut shown = 0;
    for app in apps.iter().filter(moving) {
        let section = section(title, app, tables, diffs);
        if shown + section.len() > LARGEST {
            text.push(
                "\nThere is no room for the other apps: see the files of the pull request.\n",
            );
            break;
        }
        shown += section.len();
        text.push(section);
    }
    text.push(refusals(apps));
    text.push(checklist(title, apps));
    text
}

fn section(title: Title<'_>, app: &AppPromotion, tables: bool, diffs: bool) -> Printable {
    let mut text = printable!(
        "\n### {}\n\n{} in {}.\n",
        name(&app.app).rewrite(plain),
        counts(app),
        name(&app.file).rewrite(code)
    );
    if tables {
        text.push("\n");
        text.push(row(
            ["Path", "Change", "Before", "After"].map(Printable::from)
        ));
        text.push("| --- | --- | --- | --- |\n");
        text.push(app.changes.iter().map(change).collect::<Printable>());
        text.push(stays(title, app));
    }
    if diffs {
        text.push(printable!(
            "\n<details><summary>Change of the file</summary>\n\n{}\n</details>\n",
            unified(&app.diff).rewrite(markdown::diff)
        ));
    }
    text
}

fn counts(app: &AppPromotion) -> Printable {
    let parts = [
        (Action::Change, "changed"),
        (Action::Add, "added"),
        (Action::Remove, "removed"),
        (Action::Reorder, "reordered"),
    ]
    .into_iter()
    .map(|(action, word)| (app.count(action), word))
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| printable!("{} {}", count(number, "path", "paths"), word));
    Printable::join(parts, ", ")
}

fn change(change: &ChangeView) -> Printable {
    let value = |shown: &Option<Shown>| match shown {
        Some(shown) => short(&shown.line).rewrite(code),
        None => "—".into(),
    };
    row([
        change.path.show().rewrite(code),
        change.action.as_str().into(),
        value(&change.before),
        value(&change.after),
    ])
}

fn stays(title: Title<'_>, app: &AppPromotion) -> Printable {
    let mut text = Printable::default();
    let to = name(title.to).rewrite(plain);
    let listed = |paths: &[Text]| {
        let codes = paths.iter().map(|path| path.show().rewrite(code));
        Printable::join(codes, ", ")
    };
    if !app.stays.is_empty() {
        text.push(printable!(
            "\nKeeps the value of {} (per-environment): {}\n",
            to,
            listed(&app.stays)
        ));
    }
    if !app.left_out.is_empty() {
        text.push(printable!(
            "\nNot part of this promotion, still pending: {}\n",
            listed(&app.left_out)
        ));
    }
    if !app.unset.is_empty() {
        text.push(printable!(
            "\nPer-environment and missing in {}: {}\n",
            to,
            listed(&app.unset)
        ));
    }
    text
}

fn refusals(apps: &[AppPromotion]) -> Printable {
    let refused: Vec<(&AppPromotion, &Refusal)> = apps
        .iter()
        .flat_map(|app| app.refusals.iter().map(move |refusal| (app, refusal)))
        .collect();
    if refused.is_empty() {
        return Printable::default();
    }
    let mut text = Printable::from("\n### Not promoted\n\n");
    for (app, refusal) in refused {
        text.push(printable!(
            "- **{}** (`{}`): {}\n",
            name(&app.app).rewrite(plain),
            refusal.label(),
            refusal.message.show().rewrite(plain)
        ));
    }
    text
}

fn checklist(title: Title<'_>, apps: &[AppPromotion]) -> Printable {
    let totals = Totals::of(title, apps);
    let is_moving = totals.planned + totals.written > 0;
    let to = name(title.to).rewrite(plain);
    let mut items: Vec<Printable> = Vec::new();
    if is_moving {
        items.push(printable!(
            "The values above are the ones tested in {}",
            name(title.from).rewrite(plain)
        ));
    }
    if apps.iter().any(|app| app.count(Action::Remove) > 0) {
        items.push(printable!(
            "Nothing in {} needs the removed paths any more",
            to
        ));
    }
    if apps.iter().any(|app| !app.unset.is_empty()) {
        items.push(printable!(
            "The missing per-environment paths are added to {}, or not needed there",
            to
        ));
    }
    if totals.refused > 0 {
        items
            .push("Everything that is not promoted is left out on purpose, or has an issue".into());
    }
    if is_moving {
        items.push(printable!("Somebody watches {} when this is deployed", to));
    }
    if items.is_empty() {
        return Printable::default();
    }
    let lines = items.iter().map(|item| printable!("- [ ] {}\n", item));
    printable!("\n### For the reviewer\n\n{}", lines.collect::<Printable>())
}
