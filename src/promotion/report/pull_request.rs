//! The body of a promotion's pull request, in Markdown: what a reviewer needs to say yes or no.

use super::blocks::in_line;
use super::diff::unified;
use super::promote::{Title, Totals, summary};
use super::{cluster, count, in_cell, name, row};
use crate::masking::markdown::{self, code, escape, prose};
use crate::masking::{Printable, Said, Text, printable};
use crate::promotion::{Action, AppPromotion, ChangeView, Cluster, Progress, Refusal};

/// The largest body that is written, in bytes. GitHub refuses bodies of more than 65,536 characters.
const LARGEST: usize = 60_000;

/// How much of it each list of what does not move, or of what a person decides, may take, in bytes: what moves has to be read, too.
const LARGEST_LIST: usize = 12_000;
/// How many paths one line names.
const MOST_PATHS: usize = 20;

/// How much is said of what moves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Everything,
    NoDiffs,
    Counts,
}

/// The body; where it would be too large for GitHub, the diffs are left out, then the tables, and then apps.
pub fn body(title: Title<'_>, apps: &[AppPromotion]) -> Printable {
    let details = [Detail::Everything, Detail::NoDiffs];
    let fitting = details.into_iter().map(|detail| write(title, apps, detail));
    let mut fitting = fitting.filter(|(_, is_whole)| *is_whole);
    fitting
        .next()
        .unwrap_or_else(|| write(title, apps, Detail::Counts))
        .0
}

/// The body, and whether all apps fit into it.
fn write(title: Title<'_>, apps: &[AppPromotion], detail: Detail) -> (Printable, bool) {
    // Whether the files are written already is nothing that the reader of a pull request asks.
    let written = Title {
        write: true,
        ..title
    };
    let from = name(title.from).rewrite(escape);
    let to = title.targets(", ").rewrite(escape);
    let headline = match title.back {
        true => printable!("## Carry hotfixes of {} back to {}", from, to),
        false => printable!("## Promote {} to {}", from, to),
    };
    let mut text = printable!(
        "{}\n\n{}\n",
        headline,
        summary(written, apps).rewrite(prose)
    );
    if let Some(reason) = title.during_freeze {
        let reason = Text::of(&Said(reason)).show();
        text.push(printable!(
            "\n**During a freeze of {}**, because: {}\n",
            to,
            reason.rewrite(escape)
        ));
    }
    if let Some(revision) = title.revision {
        text.push(printable!(
            "\nThe values of {} come from commit {}.\n",
            name(title.from).rewrite(escape),
            name(&revision.commit).rewrite(code)
        ));
    }
    if let Some(head) = title.head {
        let moving = apps.iter().filter(|app| app.is_uncommitted);
        let files: Vec<Printable> = moving.map(|app| name(&app.source).rewrite(code)).collect();
        text.push(printable!(
            "\nThe values of {} are those of commit {}{}.\n",
            name(title.from).rewrite(escape),
            name(&head.commit).rewrite(code),
            match files.is_empty() {
                true => Printable::default(),
                false => printable!(
                    " and of changes that are in no commit: {}",
                    Printable::join(files.into_iter().take(MOST_PATHS), ", ")
                ),
            }
        ));
    }
    let mut end = refusals(title, apps);
    end.push(failed(title));
    end.push(checked(title, apps));
    end.push(checklist(title, apps));
    let moving =
        |app: &&AppPromotion| matches!(app.progress, Progress::Planned | Progress::Written);
    for app in apps.iter().filter(moving) {
        let section = section(title, app, detail);
        if text.len() + section.len() + end.len() > LARGEST {
            text.push(
                "\nThere is no room for the other apps: see the files of the pull request.\n",
            );
            text.push(end);
            return (text, false);
        }
        text.push(section);
    }
    text.push(end);
    (text, true)
}

fn section(title: Title<'_>, app: &AppPromotion, detail: Detail) -> Printable {
    let mut text = printable!(
        "\n### {}\n\n{} in {}.\n",
        heading(title, app),
        counts(app),
        name(&app.file).rewrite(code)
    );
    if detail == Detail::Counts {
        text.push(cluster::counts(&app.cluster));
    } else {
        text.push("\n");
        text.push(row(
            ["Path", "Change", "Before", "After"].map(Printable::from)
        ));
        text.push("| --- | --- | --- | --- |\n");
        text.push(app.changes.iter().map(change).collect::<Printable>());
        text.push(stays(app));
        text.push(cluster::section(&app.cluster));
    }
    if detail == Detail::Everything {
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
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let [before, mut after] = in_line(before, after, change.lines.as_ref()).map(in_cell);
    if let Some(transformed) = &change.transformed {
        after.push(printable!(" ({})", transformed.said.show().rewrite(prose)));
    }
    row([
        change.path.show().rewrite(code),
        change.action.as_str().into(),
        before,
        after,
    ])
}

fn stays(app: &AppPromotion) -> Printable {
    let mut text = Printable::default();
    let to = name(&app.to).rewrite(escape);
    if !app.stays.is_empty() {
        text.push(printable!(
            "\nKeeps the value of {} (per-environment): {}\n",
            to,
            paths(app.stays.iter())
        ));
    }
    if !app.left_out.is_empty() {
        text.push(printable!(
            "\nNot part of this promotion, still pending: {}\n",
            paths(app.left_out.iter())
        ));
    }
    if !app.unset.is_empty() {
        text.push(printable!(
            "\nPer-environment and missing in {}: {}\n",
            to,
            paths(app.unset.iter())
        ));
    }
    text
}

/// The app, and the environment, where there are several.
fn heading(title: Title<'_>, app: &AppPromotion) -> Printable {
    match title.to {
        [_] => name(&app.app).rewrite(escape),
        _ => printable!("{} in {}", name(&app.app), name(&app.to)).rewrite(escape),
    }
}

fn refusals(title: Title<'_>, apps: &[AppPromotion]) -> Printable {
    let refused: Vec<(&AppPromotion, &Refusal)> = apps
        .iter()
        .flat_map(|app| app.refusals.iter().map(move |refusal| (app, refusal)))
        .collect();
    if refused.is_empty() {
        return Printable::default();
    }
    let lines = refused.iter().map(|(app, refusal)| {
        printable!(
            "- **{}** (`{}`): {}\n",
            heading(title, app),
            refusal.label(),
            refusal.message.show().rewrite(prose)
        )
    });
    printable!("\n### Not promoted\n\n{}", fitting(lines, "- "))
}

/// The apps that could not be looked at: the others go on without them.
fn failed(title: Title<'_>) -> Printable {
    if title.failed.is_empty() {
        return Printable::default();
    }
    let lines = title.failed.iter().map(|problem| {
        let place = problem.location.as_ref();
        let file = place.map(|place| printable!("{}: ", name(&place.source.path).rewrite(code)));
        printable!(
            "- {}{}\n",
            file.unwrap_or_default(),
            problem.message.show().rewrite(prose)
        )
    });
    printable!("\n### Not looked at\n\n{}", fitting(lines, "- "))
}

/// As many lines as there is room for, and how many more there are.
fn fitting(lines: impl Iterator<Item = Printable>, mark: &'static str) -> Printable {
    let mut text = Printable::default();
    let mut more = 0;
    for line in lines {
        match text.len() + line.len() > LARGEST_LIST {
            true => more += 1,
            false => text.push(line),
        }
    }
    if more > 0 {
        text.push(printable!(
            "{}and {} more: `envlint promote` lists them all\n",
            mark,
            more
        ));
    }
    text
}

/// Paths as code, as many as one line names.
fn paths<'t>(paths: impl Iterator<Item = &'t Text>) -> Printable {
    some(paths.map(|path| path.show().rewrite(code)))
}

/// As many of some texts as one line names.
fn some(mut texts: impl Iterator<Item = Printable>) -> Printable {
    let mut listed = Printable::join(texts.by_ref().take(MOST_PATHS), ", ");
    let more = texts.count();
    if more > 0 {
        listed.push(printable!(" and {} more", more));
    }
    listed
}

/// What was looked at, and found good.
fn checked(title: Title<'_>, apps: &[AppPromotion]) -> Printable {
    let totals = Totals::of(title, apps);
    if totals.planned + totals.written == 0 {
        return Printable::default();
    }
    let to = title.targets(", ").rewrite(escape);
    let is_known = |app: &&AppPromotion| matches!(app.cluster, Cluster::Known(_));
    let rendered = apps.iter().filter(is_known).count();
    let mut text = printable!(
        "\n### Checked\n\n- `envlint check` finds no new error in {}\n",
        to
    );
    if rendered > 0 {
        text.push(printable!(
            "- {} with the new values\n",
            count(rendered, "chart renders", "charts render")
        ));
    }
    let mut moving = apps.iter().filter(|app| app.progress != Progress::Refused);
    if moving.all(|app| app.is_without_secrets) {
        text.push("- No secret and no ciphertext is copied\n");
    }
    if !title.back && !title.overwrites && is_told(apps) {
        text.push(printable!("- No hotfix of {} is overwritten\n", to));
    }
    if title.conditions > 0 {
        text.push(printable!(
            "- None of the conditions of `promotion.stop` holds ({})\n",
            title.conditions
        ));
    }
    text
}

/// Whether the history tells that no hotfix is overwritten.
fn is_told(apps: &[AppPromotion]) -> bool {
    let mut moving = apps.iter();
    moving.all(|app| app.is_told || app.progress == Progress::Refused)
}

/// The paths that get another value than the source has.
fn rewritten(apps: &[AppPromotion]) -> Vec<Printable> {
    let moving = apps.iter().filter(|app| app.progress != Progress::Refused);
    let changes = moving.flat_map(|app| &app.changes);
    let rewritten = changes.filter(|change| change.transformed.is_some());
    rewritten
        .map(|change| change.path.show().rewrite(code))
        .collect()
}

fn checklist(title: Title<'_>, apps: &[AppPromotion]) -> Printable {
    let totals = Totals::of(title, apps);
    let is_moving = totals.planned + totals.written > 0;
    let to = title.targets(", ").rewrite(escape);
    let mut items: Vec<Printable> = Vec::new();
    if is_moving {
        let from = name(title.from).rewrite(escape);
        let rewritten = rewritten(apps);
        items.push(match title.back {
            true => printable!("The hotfixes above are meant to stay in {}", from),
            false if rewritten.is_empty() => {
                printable!("The values above are the ones tested in {}", from)
            }
            false => printable!(
                "The values above that no transform rewrote are the ones tested in {}",
                from
            ),
        });
        if !rewritten.is_empty() {
            items.push(printable!(
                "What `promotion.transforms` rewrote is right for {}: {}",
                to,
                some(rewritten.into_iter())
            ));
        }
    }
    if apps.iter().any(|app| app.count(Action::Remove) > 0) {
        items.push(printable!(
            "Nothing in {} needs the removed paths any more",
            to
        ));
    }
    if apps.iter().any(|app| !app.unset.is_empty()) {
        let unset = apps.iter().flat_map(|app| &app.unset);
        items.push(printable!(
            "The missing per-environment paths are added to {}, or not needed there: {}",
            to,
            paths(unset)
        ));
    }
    let moving = |app: &&AppPromotion| app.progress != Progress::Refused;
    for app in apps.iter().filter(moving) {
        let of = match apps.len() + title.failed.len() {
            1 => Printable::default(),
            _ => printable!("**{}**: ", heading(title, app)),
        };
        let warnings = app.warnings.iter();
        items.extend(
            warnings.map(|warning| {
                printable!("{}It is meant that {}", of, warning.show().rewrite(prose))
            }),
        );
        if !app.overwritten.is_empty() {
            let overwritten = app.overwritten.iter();
            items.push(printable!(
                "{}These hotfixes of {} are overwritten, and not needed any more: {}",
                of,
                name(&app.to).rewrite(escape),
                some(overwritten.map(|hotfix| hotfix.show().rewrite(prose)))
            ));
        }
    }
    if is_moving && !title.back && !title.overwrites && !is_told(apps) {
        items.push(printable!(
            "No value above overwrites a hotfix of {}: the git history does not tell",
            to
        ));
    }
    if totals.refused + totals.failed > 0 {
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
    printable!("\n### For the reviewer\n\n{}", fitting(lines, "- [ ] "))
}
