//! What later steps of a pipeline ask of a promotion, as lines `name=value`: the form of `$GITHUB_OUTPUT`, and of a dotenv report
//! of GitLab.

use std::collections::BTreeSet;

use super::name;
use super::promote::{Title, Totals};
use crate::masking::{Printable, printable};
use crate::promotion::{AppPromotion, Progress};

/// How many characters a title has at the most: GitHub and git show no longer one as a whole.
const LONGEST_TITLE: usize = 100;
/// How many digits of a commit are named.
const DIGITS: usize = 12;

/// The outputs, one a line.
pub fn outputs(title: Title<'_>, apps: &[AppPromotion]) -> Printable {
    let totals = Totals::of(title, apps);
    let of = |wanted: &[Progress]| -> Vec<&AppPromotion> {
        let apps = apps.iter();
        apps.filter(|app| wanted.contains(&app.progress)).collect()
    };
    let moving = of(&[Progress::Planned, Progress::Written]);
    let refused = of(&[Progress::Refused]);
    let changed = match moving.is_empty() {
        true => "false",
        false => "true",
    };
    let lines = [
        ("changed", changed.into()),
        ("changes", printable!("{}", totals.changes)),
        ("title", headline(title, &moving)),
        ("branch", branch(title, &moving)),
        ("labels", labels(title)),
        ("apps", names(&moving)),
        ("refused", names(&refused)),
    ];
    let lines = lines.into_iter();
    lines
        .map(|(key, value)| printable!("{}={}\n", key, value.rewrite(one_line)))
        .collect()
}

/// `Promote dev at 3f2c1a9e0b12 to staging: shop`.
fn headline(title: Title<'_>, moving: &[&AppPromotion]) -> Printable {
    let (from, to) = (name(title.from), title.targets(", "));
    let what = match (title.back, commit(title)) {
        (true, _) => printable!("Carry hotfixes of {} back to {}", from, to),
        (false, Some(commit)) => printable!("Promote {} at {} to {}", from, commit, to),
        (false, None) => printable!("Promote {} to {}", from, to),
    };
    let whole = match distinct(moving).as_slice() {
        [] => what,
        [app] => printable!("{}: {}", what, name(app)),
        apps => printable!("{}: {} apps", what, apps.len()),
    };
    whole.cut(LONGEST_TITLE, "…")
}

/// A branch for this promotion: the same one when it is made again.
fn branch(title: Title<'_>, moving: &[&AppPromotion]) -> Printable {
    let what = if title.back { "backport" } else { "promote" };
    // git: a branch `a` leaves no room for a branch `a/b`, so all have as many parts.
    let app = match distinct(moving).as_slice() {
        [app] => part(app),
        _ => "apps".into(),
    };
    let to = Printable::join(title.to.iter().map(|to| part(to)), "-");
    let from = part(title.from);
    let mut branch = printable!("{}/{}-to-{}/{}", what, from, to, app);
    if let Some(commit) = commit(title) {
        branch.push(printable!("-{}", commit));
    }
    branch
}

fn labels(title: Title<'_>) -> Printable {
    let what = if title.back { "backport" } else { "promotion" };
    let targets = title.to.iter().map(|to| printable!(",to-{}", part(to)));
    printable!("{}{}", what, targets.collect::<Printable>())
}

/// The names of the apps: one may be promoted to several environments.
fn distinct<'a>(apps: &[&'a AppPromotion]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    names.extend(
        apps.iter()
            .map(|app| &*app.app)
            .filter(|app| seen.insert(*app)),
    );
    names
}

/// The names as a JSON list, as `fromJSON` of a matrix takes them.
fn names(apps: &[&AppPromotion]) -> Printable {
    let names: Vec<Printable> = distinct(apps).into_iter().map(name).collect();
    Printable::json(&names).rewrite(one_line)
}

fn commit(title: Title<'_>) -> Option<Printable> {
    let revision = title.revision?;
    Some(name(&revision.commit).cut(DIGITS, ""))
}

/// A name as a part of a branch's or a label's.
fn part(text: &str) -> Printable {
    // git: git-check-ref-format
    name(text).rewrite(|text| {
        let plain = |char: char| match char.is_ascii_alphanumeric() || "_-".contains(char) {
            true => char,
            false => '-',
        };
        text.chars().map(plain).collect()
    })
}

/// One line: a line break would begin another output.
fn one_line(text: &str) -> String {
    let lines = text.split(['\n', '\r']).map(str::trim);
    lines.collect::<Vec<_>>().concat()
}
