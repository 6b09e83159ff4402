//! `drift/out-of-order-change`.

use super::{in_flow, listed_rows};
use crate::history::{PairStates, Since, State};
use crate::masking::{Name, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::{Location, Severity};
use crate::values::{Presence, Row};
use crate::workspace::Tier;

rule! {
    /// A shared path was changed in an environment, and the environment before it never had that value.
    ///
    /// ## What it does
    ///
    /// Reads the git history of the values files where a path differs between an environment and the one that is promoted
    /// to it, and `envlint.yaml` does not allow that. When the later environment left a value that the earlier one had,
    /// for one that the earlier one never had, in no commit and not on the disk, somebody changed it out of order: a
    /// hotfix. So it is when the later environment alone added a path, or removed one that the earlier one always had.
    /// It reports one finding for each commit, with the paths: an error in production, a warning elsewhere.
    ///
    /// Ignored: paths that never had the same value in both, those that one commit set to two values, keys that a commit
    /// gave to the same map of both, and what a shallow clone or a very long history does not tell;
    /// [drift/undeclared-difference](undeclared-difference.md) reports these. Nothing is reported where `envlint.yaml`
    /// declares no path, since then nobody said which paths are shared.
    ///
    /// ## Why it matters
    ///
    /// Nobody tested the value, and the next promotion would take the fix back. `envlint promote` refuses to do that
    /// until somebody decides.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/staging/values.yaml, unchanged for weeks
    /// timeout: 10s
    ///
    /// # environments/prod/values.yaml, changed last night
    /// timeout: 90s
    /// ```
    ///
    /// ## Use instead
    ///
    /// Carry the value back with `envlint backport --from prod --to staging`, and then to the environments before that.
    /// A value that a transform gives whatever the earlier environment has (`value` under `promotion.transforms`) is changed
    /// in `envlint.yaml`. If the fix is not needed any more, let the next promotion overwrite it:
    /// `envlint promote --from staging --to prod --overwrite-hotfix timeout`. If the environment keeps a value of its
    /// own, declare the path in `envlint.yaml`:
    ///
    /// ```yaml
    /// perEnvironment:
    ///   - {path: timeout, expect: non-decreasing}
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: values files](https://helm.sh/docs/chart_template_guide/values_files/)
    /// - [Atlassian: what is a hotfix branch](https://www.atlassian.com/git/tutorials/comparing-workflows/gitflow-workflow)
    "drift/out-of-order-change", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for pair in cx.states() {
        for ((since, given), rows) in by_change(cx, pair, out) {
            let finding = match given {
                Some(given) => not_as_given(cx, pair, (since, given), &rows, out),
                None => changed(cx, pair, since, &rows, out),
            };
            if let Some(finding) = finding {
                out.push(finding);
            }
        }
    }
}

/// When a hotfix was made, and the transform that gives its path another value, whatever the earlier environment has.
type Cause<'c> = (&'c Since, Option<&'c Location>);

/// The hotfixes of a pair, those of one commit together.
fn by_change<'c>(
    cx: &'c AppContext<'_>,
    pair: &'c PairStates,
    out: &Reporter<'_>,
) -> Vec<(Cause<'c>, Vec<&'c Row<'c>>)> {
    let target = cx.environments.get(pair.to);
    let source = target.and_then(|values| values.file.source.as_ref().ok());
    let mut changes: Vec<(Cause<'_>, Vec<&Row<'_>>)> = Vec::new();
    for (at, state) in &pair.rows {
        let (State::Hotfix(since), Some(row)) = (state, cx.table.get(*at)) else {
            continue;
        };
        if source.is_some_and(|source| out.ignores(&row.path, source)) {
            continue;
        }
        let given = cx.given_by(&row.path, pair.from, pair.to);
        let place = |given: Option<&Location>| given.map(|place| place.span.start);
        let is_same = |known: &Cause<'_>| known.0 == since && place(known.1) == place(given);
        match changes.iter_mut().find(|(known, _)| is_same(known)) {
            Some((_, rows)) => rows.push(row),
            None => changes.push(((since, given), vec![row])),
        }
    }
    changes
}

/// Values that are not those that a transform gives.
fn not_as_given(
    cx: &AppContext<'_>,
    pair: &PairStates,
    (since, given): (&Since, &Location),
    rows: &[&Row<'_>],
    out: &Reporter<'_>,
) -> Option<Finding> {
    let first = rows.first()?;
    let (from, to) = (
        cx.environments.get(pair.from)?,
        cx.environments.get(pair.to)?,
    );
    let is = if rows.len() == 1 { "is" } else { "are" };
    let message = text!(
        "{} in {} {} not what `promotion.transforms` gives, {}; a promotion would overwrite that",
        listed_rows(rows),
        Name(to.name()),
        is,
        since.said()
    );
    let pattern = match rows {
        [row] => row.path.to_string(),
        _ => "PATTERN".to_owned(),
    };
    let finding = located(first, pair.to, to, message, out)?
        .help(text!(
            "change the transform, overwrite the value (`envlint promote --from {} --to {} --overwrite-hotfix '{}'`), or \
             allow the difference under `perEnvironment:` in envlint.yaml",
            Name(from.name()),
            Name(to.name()),
            Name(&pattern)
        ))
        .note(given.clone(), "the transform");
    Some(in_tier(to, finding, out))
}

/// A finding at the value of a row in an environment.
fn located(
    row: &Row<'_>,
    index: usize,
    environment: &EnvironmentValues<'_>,
    message: Text,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let finding = match row.located(index) {
        Some(located) => out.value(environment, &located, message),
        None => out.finding(environment.place_of(&row.path)?, message),
    };
    Some(finding.environment(environment.name()))
}

/// An error in production, and a warning elsewhere.
fn in_tier(environment: &EnvironmentValues<'_>, finding: Finding, out: &Reporter<'_>) -> Finding {
    match environment.environment.tier {
        Tier::Production => finding,
        _ => out.lower_severity(Severity::Warning, finding),
    }
}

fn changed(
    cx: &AppContext<'_>,
    pair: &PairStates,
    since: &Since,
    rows: &[&Row<'_>],
    out: &Reporter<'_>,
) -> Option<Finding> {
    let first = rows.first()?;
    let (from, to) = (
        cx.environments.get(pair.from)?,
        cx.environments.get(pair.to)?,
    );
    let value = |index: usize| first.presences.get(index).and_then(Presence::value);
    let message = match (rows.len(), value(pair.to)) {
        (1, Some(_)) => text!(
            "{} in {} has a value that {} never had, {}; a promotion would overwrite it",
            listed_rows(rows),
            Name(to.name()),
            Name(from.name()),
            since.said()
        ),
        (1, None) => text!(
            "{} is missing in {}, but {} always had it, {}; a promotion would add it again",
            listed_rows(rows),
            Name(to.name()),
            Name(from.name()),
            since.said()
        ),
        (count, _) => text!(
            "{} paths in {} have values that {} never had, {}; a promotion would overwrite them: {}",
            count,
            Name(to.name()),
            Name(from.name()),
            since.said(),
            listed_rows(rows)
        ),
    };
    let (it, pattern) = match rows {
        [row] => ("it", row.path.to_string()),
        _ => ("them", "PATTERN".to_owned()),
    };
    let mut finding = located(first, pair.to, to, message, out)?.help(text!(
        "carry {} back (`envlint backport --from {} --to {}`), overwrite {} (`envlint promote --from {} --to {} \
         --overwrite-hotfix '{}'`), or allow the difference under `perEnvironment:` in envlint.yaml{}",
        it,
        Name(to.name()),
        Name(from.name()),
        it,
        Name(from.name()),
        Name(to.name()),
        Name(&pattern),
        match rows {
            [row] => text!(": `path: {}`", in_flow(&row.path)),
            _ => Text::new(),
        }
    ));
    finding.path = (rows.len() == 1).then(|| first.path.clone());
    if let Some(earlier) = value(pair.from) {
        finding = finding.note(
            earlier.location(),
            text!("the value in {}", Name(from.name())),
        );
    }
    Some(in_tier(to, finding, out))
}
