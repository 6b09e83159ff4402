//! `drift/out-of-order-change`.

use super::{backport, in_flow, listed_rows, promotion};
use crate::history::{PairStates, State};
use crate::masking::{Name, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, rule};
use crate::source::Severity;
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
    /// It reports one finding for each commit, with the paths: an error in production, a warning elsewhere. It also warns
    /// when the later environment had what the earlier one has, and somebody took it back there: a rollback, or a key that
    /// was removed.
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
    /// If the fix is not needed any more, let the next promotion overwrite it:
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
        for (state, rows) in by_change(cx, pair, out) {
            if let Some(finding) = changed(cx, pair, state, &rows, out) {
                out.push(finding);
            }
        }
    }
}

/// The hotfixes of a pair, those of one commit and sort together.
fn by_change<'c>(
    cx: &'c AppContext<'_>,
    pair: &'c PairStates,
    out: &Reporter<'_>,
) -> Vec<(&'c State, Vec<&'c Row<'c>>)> {
    let target = cx.environments.get(pair.to);
    let source = target.and_then(|values| values.file.source.as_ref().ok());
    let mut changes: Vec<(&State, Vec<&Row<'_>>)> = Vec::new();
    for (at, state) in &pair.rows {
        let (Some(_), Some(row)) = (state.out_of_order(), cx.table.get(*at)) else {
            continue;
        };
        if source.is_some_and(|source| out.ignores(&row.path, source)) {
            continue;
        }
        match changes.iter_mut().find(|(known, _)| *known == state) {
            Some((_, rows)) => rows.push(row),
            None => changes.push((state, vec![row])),
        }
    }
    changes
}

fn changed(
    cx: &AppContext<'_>,
    pair: &PairStates,
    state: &State,
    rows: &[&Row<'_>],
    out: &Reporter<'_>,
) -> Option<Finding> {
    let first = rows.first()?;
    let (from, to) = (
        cx.environments.get(pair.from)?,
        cx.environments.get(pair.to)?,
    );
    let value = |index: usize| first.presences.get(index).and_then(Presence::value);
    let since = state.out_of_order()?;
    let is_taken_back = matches!(state, State::TakenBack(_));
    let message = match (rows.len(), value(pair.to)) {
        (count, _) if is_taken_back => text!(
            "{} in {} {} as in {}, and {} taken back, {}; a promotion would undo that",
            listed_rows(rows),
            Name(to.name()),
            if count == 1 { "was" } else { "were" },
            Name(from.name()),
            if count == 1 { "was" } else { "were" },
            since.said()
        ),
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
    let finding = match first.located(pair.to) {
        Some(located) => out.value(to, &located, message),
        None => out.finding(to.place_of(&first.path)?, message),
    };
    let is_secret = |row: &&&Row<'_>| {
        let tree = row.presences.get(pair.to).and_then(Presence::value);
        tree.is_some_and(|tree| {
            let secrets = tree.source().secrets();
            secrets.touching(tree.node().span()).next().is_some()
        })
    };
    let finding = finding.environment(to.name());
    // A promotion and a backport refuse it.
    if rows.iter().any(|row| is_secret(&row)) {
        return Some(in_tier(finding.help(
            "a secret is never carried to another environment: take it out of the values first (`envlint explain secrets/plaintext`)",
        ), to, is_taken_back, out));
    }
    let mut finding = finding.help(text!(
        "carry {} back (`{}`), overwrite {} (`{} --overwrite-hotfix '{}'`), or allow the difference under `perEnvironment:` in envlint.yaml{}",
        it,
        backport(cx, pair.from, pair.to),
        it,
        promotion(cx, pair.from, pair.to),
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
    Some(in_tier(finding, to, is_taken_back, out))
}

/// An error in production, and a warning elsewhere. To go back is how production gets well, and nothing untested comes with it.
fn in_tier(
    finding: Finding,
    to: &EnvironmentValues<'_>,
    is_taken_back: bool,
    out: &Reporter<'_>,
) -> Finding {
    match to.environment.tier {
        Tier::Production if !is_taken_back => finding,
        _ => out.lower_severity(Severity::Warning, finding),
    }
}
