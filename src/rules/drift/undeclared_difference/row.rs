//! How the difference of one path is said.

use std::collections::BTreeSet;

use super::super::{in_flow, promotion};
use crate::history::PairStates;
use crate::masking::{Name, Text, text};
use crate::rules::{AppContext, Finding, Reporter};
use crate::values::{
    Aspect, Presence, Row, Tree, Version, is_ciphertext, names_of, same, same_order,
};

/// One path by itself.
pub(super) fn single(cx: &AppContext<'_>, row: &Row<'_>, out: &Reporter<'_>) -> Option<Finding> {
    match row.aspect {
        Aspect::Value => difference(cx, row, out),
        Aspect::Order { field } => other_order(cx, row, field, out),
    }
}

/// One path between the environments of a pair, where others differ, too.
pub(super) fn of_pair(
    cx: &AppContext<'_>,
    pair: &PairStates,
    row: &Row<'_>,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let (Some(earlier), Some(later)) = (value(row, pair.from), value(row, pair.to)) else {
        return single(cx, row, out);
    };
    let mut before = row.values().take_while(|(index, _)| *index < pair.to);
    if row.aspect != Aspect::Value || before.all(|(_, tree)| same(tree, earlier)) {
        return single(cx, row, out);
    }
    let message = text!(
        "`{}` differs between {} and {}; envlint.yaml does not allow that",
        row.path,
        Name(cx.name(pair.from)),
        Name(cx.name(pair.to))
    );
    let help = match is_ahead(later, earlier) || is_encrypted(row) {
        true => advice(row),
        false => text!(
            "promote the new value (`{}`), {}",
            promotion(cx, pair.from, pair.to),
            advice(row)
        ),
    };
    let place = match earlier.as_scalar() {
        Some(_) => earlier.location(),
        None => earlier.key_location(),
    };
    let finding = out.value(
        cx.environments.get(pair.to)?,
        &row.located(pair.to)?,
        message,
    );
    let note = text!("the value in {}", Name(cx.name(pair.from)));
    Some(finding.note(place, note).help(help))
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
                    "promote the new value (`{}`), {}",
                    promotion(cx, from, to),
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
            "promote the new order (`{}`), ",
            promotion(cx, earlier.0, later.0)
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

/// The value of an environment.
pub(super) fn value<'r, 'a>(row: &'r Row<'a>, index: usize) -> Option<&'r Tree<'a>> {
    row.presences.get(index).and_then(Presence::value)
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
fn promotable(cx: &AppContext<'_>, row: &Row<'_>) -> Option<(usize, usize)> {
    let value = |index: usize| value(row, index);
    let (from, to) = (0..cx.environments.len())
        .filter_map(|to| Some((cx.promoted_from(to)?, to)))
        .find(|(from, to)| match (value(*from), value(*to)) {
            (Some(new), Some(old)) => !same(new, old),
            _ => false,
        })?;
    // Ciphertext of one environment is none for another, so a promotion refuses it.
    if is_encrypted(row) {
        return None;
    }
    (!is_ahead(value(to)?, value(from)?)).then_some((from, to))
}

/// Whether the later environment has a higher version.
pub(super) fn is_ahead(later: &Tree<'_>, earlier: &Tree<'_>) -> bool {
    let version = |tree: &Tree<'_>| Version::read(tree.as_str()?);
    match (version(later), version(earlier)) {
        (Some(later), Some(earlier)) => later.compare(&earlier).is_gt(),
        _ => false,
    }
}

/// Whether an environment has ciphertext, which is none for another.
pub(super) fn is_encrypted(row: &Row<'_>) -> bool {
    row.values().any(|(_, tree)| is_ciphertext(tree))
}

/// The way out.
fn advice(row: &Row<'_>) -> Text {
    if is_encrypted(row) {
        return text!(
            "each environment has ciphertext of its own: allow the difference under `perEnvironment:` in envlint.yaml: `- {{path: {}}}`",
            in_flow(&row.path)
        );
    }
    text!(
        "make them the same, or allow the difference under `perEnvironment:` in envlint.yaml: `- {{path: {}}}`",
        in_flow(&row.path)
    )
}
