//! `drift/out-of-order-change`.

use super::{backport, in_flow, listed_rows, promotion};
use crate::history::{PairStates, State};
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
    /// A value that a transform gives whatever the earlier environment has (`value` under `promotion.transforms`) is changed
    /// in `envlint.yaml`. If the fix is not needed any more, let the next promotion overwrite it:
    /// `envlint promote --from staging --to prod --path timeout --overwrite-hotfix timeout`. If the environment keeps a value of its
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
        for ((state, given), rows) in by_change(cx, pair, out) {
            let finding = match given {
                Some(given) => not_as_given(cx, pair, (state, given), &rows, out),
                None => changed(cx, pair, state, &rows, out),
            };
            if let Some(finding) = finding {
                out.push(finding);
            }
        }
    }
}

/// A hotfix of a commit, and the transform that gives its path another value, whatever the earlier environment has.
type Cause<'c> = (&'c State, Option<&'c Location>);

/// The hotfixes of a pair, those of one commit and sort together.
fn by_change<'c>(
    cx: &'c AppContext<'_>,
    pair: &'c PairStates,
    out: &Reporter<'_>,
) -> Vec<(Cause<'c>, Vec<&'c Row<'c>>)> {
    let target = cx.environments.get(pair.to);
    let source = target.and_then(|values| values.file.source.as_ref().ok());
    let mut changes: Vec<(Cause<'_>, Vec<&Row<'_>>)> = Vec::new();
    for (at, state) in &pair.rows {
        let (Some(_), Some(row)) = (state.out_of_order(), cx.table.get(*at)) else {
            continue;
        };
        if source.is_some_and(|source| out.ignores(&row.path, source)) {
            continue;
        }
        let given = cx.given_by(&row.path, pair.from, pair.to);
        let place = |given: Option<&Location>| given.map(|place| place.span.start);
        let is_same = |known: &Cause<'_>| known.0 == state && place(known.1) == place(given);
        match changes.iter_mut().find(|(known, _)| is_same(known)) {
            Some((_, rows)) => rows.push(row),
            None => changes.push(((state, given), vec![row])),
        }
    }
    changes
}

/// Values that are not those that a transform gives.
fn not_as_given(
    cx: &AppContext<'_>,
    pair: &PairStates,
    (state, given): (&State, &Location),
    rows: &[&Row<'_>],
    out: &Reporter<'_>,
) -> Option<Finding> {
    let (first, to) = (rows.first()?, cx.environments.get(pair.to)?);
    let is = if rows.len() == 1 { "is" } else { "are" };
    let message = text!(
        "{} in {} {} not what `promotion.transforms` gives, {}; a promotion would overwrite that",
        listed_rows(rows),
        Name(to.name()),
        is,
        state.out_of_order()?.said()
    );
    let finding = located(first, pair.to, to, message, out)?
        .help(text!(
            "change the transform, overwrite {} ({}), or \
             allow the difference under `perEnvironment:` in envlint.yaml",
            if rows.len() == 1 {
                "the value"
            } else {
                "the values"
            },
            given_up(cx, pair, rows)
        ))
        .note(given.clone(), "the transform");
    Some(in_tier(to, state, finding, out))
}

/// How many paths a command names.
const MOST_NAMED: usize = 3;

/// The command that overwrites what was changed, and nothing else.
fn given_up(cx: &AppContext<'_>, pair: &PairStates, rows: &[&Row<'_>]) -> Text {
    let promotion = promotion(cx, pair.from, pair.to);
    let flags = |row: &&Row<'_>| {
        text!(
            " --path '{0}' --overwrite-hotfix '{0}'",
            Name(&row.path.to_string())
        )
    };
    match rows.len() {
        count if count <= MOST_NAMED => {
            text!("`{}{}`", promotion, Text::join(rows.iter().map(flags), ""))
        }
        _ => text!(
            "`{} --path PATH --overwrite-hotfix PATH`, with each PATH",
            promotion
        ),
    }
}

/// Whether an environment has a secret at a row.
fn is_secret(row: &Row<'_>, index: usize) -> bool {
    let tree = row.presences.get(index).and_then(Presence::value);
    tree.is_some_and(|tree| {
        let secrets = tree.source().secrets();
        secrets.touching(tree.node().span()).next().is_some()
    })
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

/// An error in production, and a warning elsewhere. To go back is how production gets well, and nothing untested comes with it.
fn in_tier(
    environment: &EnvironmentValues<'_>,
    state: &State,
    finding: Finding,
    out: &Reporter<'_>,
) -> Finding {
    match environment.environment.tier {
        Tier::Production if !matches!(state, State::TakenBack(_)) => finding,
        _ => out.lower_severity(Severity::Warning, finding),
    }
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
    let mut finding = located(first, pair.to, to, message, out)?;
    finding.path = (rows.len() == 1).then(|| first.path.clone());
    // A promotion and a backport refuse them.
    let (secrets, others): (Vec<&Row<'_>>, Vec<&Row<'_>>) =
        rows.iter().partition(|row| is_secret(row, pair.to));
    if !secrets.is_empty() {
        finding = finding.help(text!(
            "a secret is never carried to another environment: take {} out of the values first (`envlint explain secrets/plaintext`)",
            if others.is_empty() { "it".into() } else { listed_rows(&secrets) }
        ));
    }
    if !others.is_empty() {
        let it = if others.len() == 1 { "it" } else { "them" };
        finding = finding.help_also(text!(
            "carry {} back (`{}`), overwrite {} ({}), or allow the difference under `perEnvironment:` in envlint.yaml{}",
            it,
            backport(cx, pair.from, pair.to),
            it,
            given_up(cx, pair, &others),
            match rows {
                [row] => text!(": `- {{path: {}}}`", in_flow(&row.path)),
                _ => Text::new(),
            }
        ));
    }
    if let Some(earlier) = value(pair.from) {
        finding = finding.note(
            earlier.location(),
            text!("the value in {}", Name(from.name())),
        );
    }
    Some(in_tier(to, state, finding, out))
}
