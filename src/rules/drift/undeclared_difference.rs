//! `drift/undeclared-difference`.

use std::collections::BTreeSet;

use super::in_flow;
use crate::masking::{Name, Text, text};
use crate::rules::Finding;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Severity;
use crate::values::{Aspect, Presence, Row, Tree, Version, names_of, same, same_order};

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
    /// not declare a path that is promoted but may differ for days until then. Let the rule ignore it; `envlint diff`
    /// still shows it:
    ///
    /// ```yaml
    /// rules:
    ///   drift/undeclared-difference: {ignore: ["**.image.tag"]}
    /// ```
    ///
    /// ## References
    ///
    /// - [The Twelve-Factor App: dev/prod parity](https://12factor.net/dev-prod-parity)
    "drift/undeclared-difference", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let config = &cx.workspace.config;
    let is_declaring = !config.per_environment.is_empty()
        || config
            .apps
            .iter()
            .any(|app| !app.per_environment.is_empty());
    let mut undeclared = cx
        .all_rows()
        .filter(|(row, class)| {
            !class.is_per_environment() && (row.differs() || lacks_on_purpose(cx, row))
        })
        .map(|(row, _)| row);
    if is_declaring {
        for row in undeclared {
            let finding = match row.aspect {
                Aspect::Value => difference(cx, row, out),
                Aspect::Order { field } => other_order(cx, row, field, out),
            };
            if let Some(finding) = finding {
                out.push(finding);
            }
        }
    } else if let Some(first) = undeclared.next() {
        let count = 1 + undeclared.count();
        if let Some(finding) = counted(cx, first, count, out) {
            out.push(finding);
        }
    }
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

/// One path: reported at the first environment that differs from the one before.
fn difference(cx: &AppContext<'_>, row: &Row<'_>, out: &Reporter<'_>) -> Option<Finding> {
    let (first, reference) = row.values().next()?;
    let other = row.values().find(|(_, tree)| !same(reference, tree));
    let Some((index, _)) = other else {
        return lacking(cx, row, out);
    };
    let groups = alike(cx, row);
    let message = text!(
        "`{}` differs between {}; envlint.yaml does not allow that",
        row.path,
        Text::sentence(groups)
    );
    let values = cx.environments.get(index)?;
    let place = match reference.as_scalar() {
        Some(_) => reference.location(),
        None => reference.key_location(),
    };
    Some(
        out.value(values, &row.located(index)?, message)
            .note(place, text!("the value in {}", Name(cx.name(first))))
            .help(match promotable(cx, row) {
                Some((from, to)) => text!(
                    "promote the new value (`envlint promote --from {} --to {}`), {}",
                    Name(&from),
                    Name(&to),
                    advice(row)
                ),
                None => advice(row),
            }),
    )
}

/// A list whose items stand in another order: reported at the first environment that differs from an earlier one.
fn other_order(
    cx: &AppContext<'_>,
    row: &Row<'_>,
    field: &str,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let orders: Vec<(usize, Vec<&str>)> = row
        .values()
        .map(|(index, list)| (index, names_of(list, field)))
        .collect();
    let (earlier, later) = orders.iter().enumerate().find_map(|(at, later)| {
        let mut before = orders.iter().take(at).rev();
        let earlier = before.find(|earlier| !same_order(&earlier.1, &later.1))?;
        Some((earlier, later))
    })?;
    let (there, here) = (cx.name(earlier.0), cx.name(later.0));
    let [one, other] = [&earlier.1, &later.1].map(BTreeSet::from_iter);
    let what = match one == other {
        true => "lists the same items",
        false => "lists the common items",
    };
    let message = text!(
        "`{}` {} in another order in {} than in {}; envlint.yaml does not allow that",
        row.path,
        what,
        Name(here),
        Name(there)
    );
    let place = row.presences.get(earlier.0)?.value()?.key_location();
    let promoted = cx.promoted_from(later.0) == Some(earlier.0);
    let mut help = match promoted {
        true => text!(
            "promote the new order (`envlint promote --from {} --to {}`), ",
            Name(there),
            Name(here)
        ),
        false => Text::new(),
    };
    help.push(advice(row));
    let finding = out.value(
        cx.environments.get(later.0)?,
        &row.located(later.0)?,
        message,
    );
    Some(
        finding
            .note(place, text!("the order in {}", Name(there)))
            .help(help),
    )
}

/// The environments with the same value stand together: `dev/staging`, `prod`.
fn alike(cx: &AppContext<'_>, row: &Row<'_>) -> Vec<Text> {
    let mut groups: Vec<(&Tree<'_>, Vec<&str>)> = Vec::new();
    for (index, tree) in row.values() {
        let name = cx.name(index);
        match groups.iter_mut().find(|(known, _)| same(known, tree)) {
            Some((_, names)) => names.push(name),
            None => groups.push((tree, vec![name])),
        }
    }
    let names = groups.into_iter().map(|(_, names)| names);
    names.map(|names| Text::names(names, "/")).collect()
}

/// A path that is there in some environments, while others hold an empty map or list in its place.
fn lacking(cx: &AppContext<'_>, row: &Row<'_>, out: &Reporter<'_>) -> Option<Finding> {
    let (first, reference) = row.values().next()?;
    let with: Vec<&str> = row.values().map(|(index, _)| cx.name(index)).collect();
    let without: Vec<&str> = row.missing().map(|(index, _)| cx.name(index)).collect();
    let message = text!(
        "`{}` is set in {} but not in {}; envlint.yaml does not allow that",
        row.path,
        Text::listed(&with),
        Text::listed(&without)
    );
    // It belongs to whoever takes the value away, or else differs from the others.
    let takes_away = |index: &usize| {
        let values = cx.environments.get(*index);
        values.is_some_and(|values| values.mentions(&row.path))
    };
    let mut missing = row.missing().map(|(index, _)| index);
    let taken = missing.clone().find(takes_away);
    let odd = taken.or_else(|| missing.next().filter(|_| without.len() < with.len()));
    let finding = if let Some(odd) = odd {
        let values = cx.environments.get(odd)?;
        out.finding(values.place_of(&row.path)?, message)
            .at(row.path.clone())
            .environment(values.name())
            .note(
                reference.key_location(),
                text!("set in {}", Name(cx.name(first))),
            )
    } else {
        let values = cx.environments.get(first)?;
        out.value(values, &row.located(first)?, message)
    };
    Some(finding.help(advice(row)))
}

/// The first environments between which a promotion would carry the value on. Not where the later one has a higher
/// version already: a hotfix, which a promotion would take back.
fn promotable<'c>(cx: &'c AppContext<'_>, row: &Row<'_>) -> Option<(&'c str, &'c str)> {
    let value = |index: usize| row.presences.get(index).and_then(Presence::value);
    let (from, to) = (0..cx.environments.len())
        .filter_map(|to| Some((cx.promoted_from(to)?, to)))
        .find(|(from, to)| match (value(*from), value(*to)) {
            (Some(new), Some(old)) => !same(new, old),
            _ => false,
        })?;
    (!is_ahead(value(to)?, value(from)?)).then(|| (cx.name(from), cx.name(to)))
}

fn is_ahead(later: &Tree<'_>, earlier: &Tree<'_>) -> bool {
    let version = |tree: &Tree<'_>| Version::read(tree.as_str()?);
    match (version(later), version(earlier)) {
        (Some(later), Some(earlier)) => later.compare(&earlier).is_gt(),
        _ => false,
    }
}

fn advice(row: &Row<'_>) -> Text {
    text!(
        "make them the same, or allow the difference under `perEnvironment:` in envlint.yaml: `path: {}`",
        in_flow(&row.path)
    )
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
    let finding =
        finding.help("`envlint init` declares those that plainly belong to an environment");
    Some(out.lower_severity(Severity::Info, finding))
}
