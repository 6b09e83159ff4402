//! `drift/undeclared-difference`.

mod row;

use std::collections::BTreeMap;

use super::{listed_rows, promotion};
use crate::history::{PairStates, State, Why};
use crate::masking::{Name, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::Severity;
use crate::values::{Aspect, Presence, Row, same};
use row::{is_ahead, is_encrypted, of_pair, single, value};

rule! {
    /// A path differs between environments, and envlint.yaml does not allow that.
    ///
    /// ## What it does
    ///
    /// Compares the effective values of all environments and reports every path whose values differ, unless a
    /// declaration under `perEnvironment:` allows it. Values compare as Helm reads them; quantities and durations
    /// compare by their amount, so `1Gi` and `1024Mi` are the same. The order of named list items is a difference, too:
    /// init containers run in their order, and a variable can only use those before it. Paths below `secrets:` may
    /// differ.
    ///
    /// How bad a difference is depends on what git history tells of it:
    ///
    /// - The earlier environment moved on, and the later one still has what the earlier one had before: the path is
    ///   pending. One info for each app and pair of environments lists such paths; it never fails a check.
    /// - The later environment has a value that the earlier one never had:
    ///   [drift/out-of-order-change](out-of-order-change.md) reports it.
    /// - Nothing tells which of the two is ahead (no repository, a shallow clone, values that were set apart by one
    ///   commit or from the start): one warning for each app and pair of environments.
    /// - Nothing is promoted from one of the environments to the other: an error for each path.
    /// - An environment between the two has no values that can be read, so nothing tells what is pending: one warning for
    ///   each app.
    ///
    /// A value that `promotion.transforms` made of the earlier environment's is no difference.
    ///
    /// Without any declaration, it reports one info per app, with the number of differences.
    ///
    /// ## Why it matters
    ///
    /// A difference that nobody declared is a mistake, or knowledge that only one person has. The next promotion
    /// overwrites it.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/dev/values.yaml
    /// timeout: 30s
    ///
    /// # environments/prod/values.yaml
    /// timeout: 10s
    /// ```
    ///
    /// ## Use instead
    ///
    /// Promote a new value with `envlint promote`. Otherwise make the values the same, or declare the difference in
    /// `envlint.yaml`, with its expectation:
    ///
    /// ```yaml
    /// perEnvironment:
    ///   - {path: timeout, expect: non-decreasing}
    /// ```
    ///
    /// `envlint init` writes these declarations for the differences of today that plainly belong to an environment. Do
    /// not declare a path that is promoted but may differ for days until then: it is pending, and stays an info.
    ///
    /// ## References
    ///
    /// - [The Twelve-Factor App: dev/prod parity](https://12factor.net/dev-prod-parity)
    "drift/undeclared-difference", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let passing = passing(cx);
    let rows = cx.table.iter().zip(&cx.classes).enumerate();
    let shared =
        rows.filter(|(_, (_, class))| class.is_ok_and(|class| !class.is_per_environment()));
    let mut undeclared = shared
        .map(|(at, (row, _))| (at, row))
        .filter(|(_, row)| row.differs() || lacks_on_purpose(cx, row))
        .filter(|(_, row)| !cx.differs_by_transforms(row))
        .filter(|(_, row)| passing.is_empty() || differs_without(&passing, row));
    if !cx.workspace.config.declares_paths() {
        if let Some((_, first)) = undeclared.next() {
            let count = 1 + undeclared.count();
            let finding = counted(cx, first, count, out);
            finding.into_iter().for_each(|finding| out.push(finding));
        }
        return;
    }
    let undeclared: BTreeMap<usize, &Row<'_>> = undeclared.collect();
    for pair in cx.states() {
        let found = [pending(cx, pair, out), unknown(cx, pair, &undeclared, out)];
        found
            .into_iter()
            .flatten()
            .for_each(|finding| out.push(finding));
    }
    // Nothing is promoted between the environments that differ: no history tells which one is right.
    let is_in_pair = |at: &usize| cx.states().iter().any(|pair| pair.rows.contains_key(at));
    let left = undeclared.iter().filter(|(at, _)| !is_in_pair(at));
    let (across, others): (Vec<&Row<'_>>, Vec<&Row<'_>>) = left
        .map(|(_, row)| *row)
        .partition(|row| gap(row).is_some());
    let found = others.into_iter().filter_map(|row| single(cx, row, out));
    let found: Vec<Finding> = found.chain(across_a_gap(cx, &across, out)).collect();
    found.into_iter().for_each(|finding| out.push(finding));
}

/// The first environment with a value, one behind it without readable values, and a later one whose value differs.
fn gap(row: &Row<'_>) -> Option<[usize; 3]> {
    let (first, reference) = row.values().next()?;
    let (later, _) = row.values().find(|(_, tree)| !same(reference, tree))?;
    let is_unknown = |index: &usize| matches!(row.presences.get(*index), Some(Presence::Unknown));
    let unknown = (first + 1..later).find(is_unknown)?;
    Some([first, unknown, later])
}

/// Differences between environments with one between them that has no readable values: a promotion goes through that one.
fn across_a_gap(cx: &AppContext<'_>, rows: &[&Row<'_>], out: &Reporter<'_>) -> Option<Finding> {
    let is_ignored = |row: &Row<'_>| {
        let later = gap(row).and_then(|[.., later]| cx.environments.get(later));
        let source = later.and_then(|values| values.file.source.as_ref().ok());
        source.is_some_and(|source| out.ignores(&row.path, source))
    };
    let rows: Vec<&Row<'_>> = rows
        .iter()
        .copied()
        .filter(|row| !is_ignored(row))
        .collect();
    let row = rows.first()?;
    let [first, unknown, later] = gap(row)?;
    let values = cx.environments.get(later)?;
    let message = text!(
        "{} of `{}` {} between {} and {}, and the values of {} cannot be read, so nothing tells what is pending: {}",
        match rows.len() {
            1 => "1 path".into(),
            count => text!("{} paths", count),
        },
        Name(&cx.app.name),
        if rows.len() == 1 { "differs" } else { "differ" },
        Name(cx.name(first)),
        Name(values.name()),
        Name(cx.name(unknown)),
        listed_rows(&rows)
    );
    let mut finding = out.value(values, &row.located(later)?, message);
    if rows.len() > 1 {
        finding.path = None;
    }
    let finding = finding.help(text!(
        "make the values file of {} readable; promotions go through it",
        Name(cx.name(unknown))
    ));
    Some(out.lower_severity(Severity::Warning, finding))
}

/// The places of stacks of Pulumi that come and go with pull requests: they are made to differ, and nobody declares them.
fn passing(cx: &AppContext<'_>) -> Vec<usize> {
    let is_passing = |(_, values): &(usize, &EnvironmentValues<'_>)| {
        cx.app.is_of_stacks() && cx.workspace.is_undeclared_preview(values.environment)
    };
    let all = cx.environments.iter().enumerate();
    all.filter(is_passing).map(|(at, _)| at).collect()
}

/// Whether the environments differ without some of them.
fn differs_without(left_out: &[usize], row: &Row<'_>) -> bool {
    let others = row.presences.iter().enumerate();
    let others = others.filter(|(at, _)| !left_out.contains(at));
    let mut values = others.map(|(_, presence)| presence.value());
    let first = values.next().flatten();
    row.aspect != Aspect::Value
        || values.any(|value| match (first, value) {
            (Some(first), Some(value)) => !same(first, value),
            (first, value) => first.is_some() != value.is_some(),
        })
}

/// The rows of a pair that are in a state, as far as the configuration does not tell the rule to leave them alone.
fn rows_in<'c>(
    cx: &'c AppContext<'_>,
    pair: &PairStates,
    out: &Reporter<'_>,
    is_wanted: impl Fn(usize, &State) -> bool,
) -> Vec<&'c Row<'c>> {
    let target = cx.environments.get(pair.to);
    let source = target.and_then(|values| values.file.source.as_ref().ok());
    let is_ignored = |row: &Row<'_>| source.is_some_and(|source| out.ignores(&row.path, source));
    let wanted = pair
        .rows
        .iter()
        .filter(|(at, state)| is_wanted(**at, state));
    wanted
        .filter_map(|(at, _)| cx.table.get(*at))
        .filter(|row| !is_ignored(row))
        .collect()
}

/// What the earlier environment has and the later one not yet: a promotion moves it.
fn pending(cx: &AppContext<'_>, pair: &PairStates, out: &Reporter<'_>) -> Option<Finding> {
    let rows = rows_in(cx, pair, out, |_, state| matches!(state, State::Pending(_)));
    let first = rows.first()?;
    let (from, to) = (cx.name(pair.from), cx.environments.get(pair.to)?);
    let states = pair.rows.values();
    let oldest = states
        .filter(|state| matches!(state, State::Pending(_)))
        .filter_map(State::since)
        .min_by_key(|since| since.time())?;
    let app = Name(&cx.app.name);
    let message = match rows.len() {
        1 => text!(
            "{} of `{}` is pending from {} to {} {}",
            listed_rows(&rows),
            app,
            Name(from),
            Name(to.name()),
            oldest.said()
        ),
        count => text!(
            "{} paths of `{}` are pending from {} to {}, the first {}: {}",
            count,
            app,
            Name(from),
            Name(to.name()),
            oldest.said(),
            listed_rows(&rows)
        ),
    };
    let mut finding = out
        .finding(to.place_of(&first.path)?, message)
        .environment(to.name())
        .help(text!(
            "promote {} (`{}`); `envlint status` lists what is pending",
            if rows.len() == 1 { "it" } else { "them" },
            promotion(cx, pair.from, pair.to)
        ));
    if rows.len() == 1 {
        finding = finding.at(first.path.clone());
    }
    // What is on its way is no mistake, however bad the configuration takes an undeclared difference to be.
    finding.severity = finding.severity.min(Severity::Info);
    Some(finding)
}

/// What differs while the history does not tell which environment is ahead.
fn unknown(
    cx: &AppContext<'_>,
    pair: &PairStates,
    undeclared: &BTreeMap<usize, &Row<'_>>,
    out: &Reporter<'_>,
) -> Option<Finding> {
    // What only one of them has is `drift/missing-key`.
    let is_difference = |at: usize| {
        let row = undeclared.get(&at);
        row.is_some_and(|row| {
            let both = [pair.from, pair.to];
            let is_there = |index: &usize| value(row, *index).is_some();
            both.iter().all(is_there) || lacks_on_purpose(cx, row)
        })
    };
    let rows = rows_in(cx, pair, out, |at, state| {
        matches!(state, State::Unknown(_)) && is_difference(at)
    });
    let why = pair.rows.values().find_map(|state| match state {
        State::Unknown(why) => Some(why),
        State::Pending(_) | State::Hotfix(_) | State::TakenBack(_) => None,
    });
    let finding = match rows.as_slice() {
        [] => return None,
        [row] => of_pair(cx, pair, row, out)?,
        rows => several(cx, pair, rows, out)?,
    };
    let finding = out.lower_severity(Severity::Warning, finding);
    Some(match why {
        Some(Why::Shallow) => finding.help_also(
            "this clone is shallow; with all commits (`fetch-depth: 0` of actions/checkout), envlint tells which of the two is ahead",
        ),
        Some(why) => finding.help_also(text!("nothing tells which of the two is ahead: {}", why.said())),
        None => finding,
    })
}

/// Several paths of two environments.
fn several(
    cx: &AppContext<'_>,
    pair: &PairStates,
    rows: &[&Row<'_>],
    out: &Reporter<'_>,
) -> Option<Finding> {
    let first = rows.first()?;
    let (from, to) = (
        cx.environments.get(pair.from)?,
        cx.environments.get(pair.to)?,
    );
    let message = text!(
        "{} paths of `{}` differ between {} and {}; envlint.yaml does not allow that: {}",
        rows.len(),
        Name(&cx.app.name),
        Name(from.name()),
        Name(to.name()),
        listed_rows(rows)
    );
    let place = match first.located(pair.to) {
        Some(value) => out.value(to, &value, Text::new()).location,
        None => to.place_of(&first.path)?,
    };
    let is_back = rows
        .iter()
        .any(|row| match (value(row, pair.to), value(row, pair.from)) {
            (Some(later), Some(earlier)) => is_ahead(later, earlier) || is_encrypted(row),
            _ => false,
        });
    let promote = match is_back {
        true => Text::new(),
        false => text!("promote them (`{}`), ", promotion(cx, pair.from, pair.to)),
    };
    let finding = out.finding(place, message).environment(to.name()).help(text!(
        "{}make them the same, or allow the differences under `perEnvironment:` in envlint.yaml",
        promote
    ));
    Some(match value(first, pair.from) {
        Some(earlier) => finding.note(
            earlier.location(),
            text!("the value in {}", Name(from.name())),
        ),
        None => finding,
    })
}

/// Whether an environment lacks the path on purpose: a difference, not an oversight.
fn lacks_on_purpose(cx: &AppContext<'_>, row: &Row<'_>) -> bool {
    row.missing().any(|(index, depth)| {
        let missing = row.path.beginning(depth);
        cx.environments
            .get(index)
            .is_some_and(|values| values.lacks_on_purpose(&missing))
    })
}

/// All differences of an app, where nothing is declared yet.
fn counted(
    cx: &AppContext<'_>,
    row: &Row<'_>,
    count: usize,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let names: Vec<&str> = (0..cx.environments.len())
        .map(|index| cx.name(index))
        .collect();
    let (paths, differ, undeclared) = match count {
        1 => ("path", "differs", "it"),
        _ => ("paths", "differ", "them"),
    };
    let message = text!(
        "{} {} of `{}` {} between {}; envlint.yaml does not declare {}",
        count,
        paths,
        Name(&cx.app.name),
        differ,
        Text::listed(&names),
        undeclared
    );
    let (index, _) = row
        .values()
        .find(|(index, tree)| {
            let before = row
                .presences
                .iter()
                .take(*index)
                .filter_map(Presence::value);
            before.into_iter().any(|earlier| !same(earlier, tree))
        })
        .or_else(|| row.values().next())?;
    let values = cx.environments.get(index)?;
    let mut finding = out.value(values, &row.located(index)?, message);
    finding.path = None;
    finding.environment = None;
    let finding = finding.help(match cx.workspace.config_source {
        Some(_) => "`envlint init --suggest` prints the lines that declare those that plainly belong to an environment",
        None => "`envlint init` declares those that plainly belong to an environment",
    });
    Some(out.lower_severity(Severity::Info, finding))
}
