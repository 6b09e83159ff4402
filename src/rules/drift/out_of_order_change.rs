//! `drift/out-of-order-change`.

use super::{in_flow, listed_rows};
use crate::history::{PairStates, Since, State};
use crate::masking::{Name, Text, text};
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
        for (since, rows) in by_change(cx, pair, out) {
            if let Some(finding) = changed(cx, pair, since, &rows, out) {
                out.push(finding);
            }
        }
    }
}

/// The hotfixes of a pair, those of one commit together.
fn by_change<'c>(
    cx: &'c AppContext<'_>,
    pair: &'c PairStates,
    out: &Reporter<'_>,
) -> Vec<(&'c Since, Vec<&'c Row<'c>>)> {
    let target = cx.environments.get(pair.to);
    let source = target.and_then(|values| values.file.source.as_ref().ok());
    let mut changes: Vec<(&Since, Vec<&Row<'_>>)> = Vec::new();
    for (at, state) in &pair.rows {
        let (State::Hotfix(since), Some(row)) = (state, cx.table.get(*at)) else {
            continue;
        };
        if source.is_some_and(|source| out.ignores(&row.path, source)) {
            continue;
        }
        match changes.iter_mut().find(|(known, _)| *known == since) {
            Some((_, rows)) => rows.push(row),
            None => changes.push((since, vec![row])),
        }
    }
    changes
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
    let finding = match first.located(pair.to) {
        Some(located) => out.value(to, &located, message),
        None => out.finding(to.place_of(&first.path)?, message),
    };
    let mut finding = finding.environment(to.name()).help(text!(
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
    Some(match to.environment.tier {
        Tier::Production => finding,
        _ => out.lower_severity(Severity::Warning, finding),
    })
}
