//! The body of a promotion's pull request, in Markdown: what a reviewer needs to say yes or no.

use super::count;
use super::markdown::{block, code, plain, row};
use super::promote::{Title, Totals, summary};
use crate::promotion::{Action, AppPromotion, ChangeView, Progress, Refusal, Shown};

/// The largest body that is written, in bytes. GitHub refuses bodies of more than 65,536 characters.
const LARGEST: usize = 60_000;

/// The body; where it would be too large for GitHub, the diffs are left out, and then the tables.
pub fn body(title: Title<'_>, apps: &[AppPromotion]) -> String {
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

fn write(title: Title<'_>, apps: &[AppPromotion], tables: bool, diffs: bool) -> String {
    let mut text = format!(
        "## Promote {} to {}\n\n{}\n",
        plain(title.from),
        plain(title.to),
        plain(&summary(
            Title {
                // Whether the files are written already is nothing that the reader of a pull request asks.
                write: true,
                ..title
            },
            apps
        ))
    );
    if let Some(revision) = title.revision {
        text += &format!(
            "\nThe values of {} are those of commit {}: what was tested is what is promoted.\n",
            plain(title.from),
            code(&revision.commit)
        );
    }
    let moving =
        |app: &&AppPromotion| matches!(app.progress, Progress::Planned | Progress::Written);
    let mut shown = 0;
    for app in apps.iter().filter(moving) {
        let section = section(title, app, tables, diffs);
        if shown + section.len() > LARGEST {
            text +=
                "\nThe apps that follow are left out here: see the files of the pull request.\n";
            break;
        }
        shown += section.len();
        text += &section;
    }
    text += &refusals(apps);
    text + &checklist(title, apps)
}

fn section(title: Title<'_>, app: &AppPromotion, tables: bool, diffs: bool) -> String {
    let mut text = format!(
        "\n### {}\n\n{} in {}.\n",
        plain(&app.app),
        counts(app),
        code(&app.file)
    );
    if tables {
        text.push('\n');
        text += &row(&["Path", "Change", "Before", "After"].map(str::to_owned));
        text += "| --- | --- | --- | --- |\n";
        text += &app.changes.iter().map(change).collect::<String>();
        text += &stays(title, app);
    }
    if diffs {
        text += &format!(
            "\n<details><summary>The change of the file</summary>\n\n{}\n</details>\n",
            block("diff", &app.diff)
        );
    }
    text
}

fn counts(app: &AppPromotion) -> String {
    let parts: Vec<String> = [
        (Action::Change, "changed"),
        (Action::Add, "added"),
        (Action::Remove, "removed"),
        (Action::Reorder, "reordered"),
    ]
    .into_iter()
    .map(|(action, word)| (app.count(action), word))
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{} {word}", count(number, "path", "paths")))
    .collect();
    parts.join(", ")
}

fn change(change: &ChangeView) -> String {
    let value = |shown: &Option<Shown>| match shown {
        Some(shown) => code(&shown.line),
        None => "—".to_owned(),
    };
    row(&[
        code(&change.path),
        change.action.as_str().to_owned(),
        value(&change.before),
        value(&change.after),
    ])
}

fn stays(title: Title<'_>, app: &AppPromotion) -> String {
    let mut text = String::new();
    let listed = |paths: &[String]| {
        let codes: Vec<String> = paths.iter().map(|path| code(path)).collect();
        codes.join(", ")
    };
    if !app.stays.is_empty() {
        text += &format!(
            "\nStays as {} has it (per-environment): {}\n",
            plain(title.to),
            listed(&app.stays)
        );
    }
    if !app.unset.is_empty() {
        text += &format!(
            "\nPer-environment and without a value in {}: {}\n",
            plain(title.to),
            listed(&app.unset)
        );
    }
    text
}

fn refusals(apps: &[AppPromotion]) -> String {
    let refused: Vec<(&AppPromotion, &Refusal)> = apps
        .iter()
        .flat_map(|app| app.refusals.iter().map(move |refusal| (app, refusal)))
        .collect();
    if refused.is_empty() {
        return String::new();
    }
    let mut text = "\n### Not promoted\n\n".to_owned();
    for (app, refusal) in refused {
        let label = refusal.label();
        text += &format!(
            "- **{}** ({}): {}\n",
            plain(&app.app),
            code(label),
            plain(&refusal.message)
        );
    }
    text
}

fn checklist(title: Title<'_>, apps: &[AppPromotion]) -> String {
    let totals = Totals::of(title, apps);
    let is_moving = totals.planned + totals.written > 0;
    let mut items = Vec::new();
    if is_moving {
        items.push(format!(
            "The values above are the ones that were tested in {}",
            plain(title.from)
        ));
    }
    if apps.iter().any(|app| app.count(Action::Remove) > 0) {
        items.push(format!(
            "Nothing in {} still needs the removed paths",
            plain(title.to)
        ));
    }
    if apps.iter().any(|app| !app.unset.is_empty()) {
        items.push(format!(
            "The per-environment paths without a value have one in {}, or need none",
            plain(title.to)
        ));
    }
    if totals.refused > 0 {
        items.push("What is not promoted is left out on purpose, or has an issue".to_owned());
    }
    if is_moving {
        items.push(format!(
            "Somebody watches {} when this is deployed",
            plain(title.to)
        ));
    }
    if items.is_empty() {
        return String::new();
    }
    let lines: String = items.iter().map(|item| format!("- [ ] {item}\n")).collect();
    format!("\n### For the reviewer\n\n{lines}")
}
