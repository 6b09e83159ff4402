//! `drift/expectation`.

use std::cmp::Ordering;

use envlint_yaml::{Path, Value};

use crate::masking::{Name, Said, Text, text};
use crate::resolve::Class;
use crate::rules::Finding;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::values::{Presence, Row, Tree, compare_measures, is_stack_file, same};
use crate::workspace::Expectation;

rule! {
    /// A per-environment path breaks its expectation.
    ///
    /// ## What it does
    ///
    /// Checks the `expect:` of every declaration under `perEnvironment:` in `envlint.yaml`, over the environments in
    /// promotion order:
    ///
    /// - `non-decreasing`: never smaller than in the environment before. Numbers, quantities (`500m`, `2Gi`),
    ///   durations, sizes, percentages and versions compare by their amount; values that cannot be compared are
    ///   reported
    /// - `distinct`: no two environments share a value
    /// - `{pattern: "app-{env}.example.com"}`: the value is this text, with `{env}` for the environment's name
    /// - `{oneOf: [debug, info]}`: the value is one of these
    /// - `{fixed: {prod: true}}`: the value in the named environments, which must have one
    ///
    /// In stacks of Pulumi, `"true"` and `true` are one value, and a key of the project that `fixed` names is missing also
    /// where no stack has it.
    ///
    /// Null counts as no value. An environment without the path is ignored, except by `fixed`.
    ///
    /// ## Why it matters
    ///
    /// A path that may differ can still be wrong: production with fewer replicas than staging, or with the database of
    /// dev.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # envlint.yaml: perEnvironment: [{path: replicas, expect: non-decreasing}]
    ///
    /// # environments/staging/values.yaml
    /// replicas: 3
    ///
    /// # environments/prod/values.yaml
    /// replicas: 2
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// replicas: 3
    /// ```
    ///
    /// ## References
    ///
    /// - [The configuration of envlint](https://github.com/envlint/envlint/blob/main/docs/configuration.md)
    "drift/expectation", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (row, class) in cx.rows() {
        let Class::PerEnvironment(Some(declaration)) = class else {
            continue;
        };
        let Some(expected) = &declaration.expect else {
            continue;
        };
        let findings = match &expected.value {
            Expectation::NonDecreasing => non_decreasing(cx, row, out),
            Expectation::Distinct => distinct(cx, row, out),
            Expectation::Pattern(pattern) => follows(cx, row, pattern, out),
            Expectation::OneOf(allowed) => one_of(cx, row, allowed, out),
            Expectation::Fixed(_) => fixed(cx, row, &declaration.fixed(), out),
        };
        for finding in findings {
            out.push(finding);
        }
    }
    for declaration in &cx.demanded {
        let expected = declaration.fixed();
        let path = declaration.path.value.as_path().unwrap_or_default();
        for (index, _) in cx.environments.iter().enumerate() {
            let mut expected = expected.iter();
            let expected = expected.find(|(name, _)| *name == cx.name(index));
            let finding =
                expected.and_then(|(_, expected)| absent(cx, &path, index, expected, out));
            finding.into_iter().for_each(|finding| out.push(finding));
        }
    }
}

/// The values that are there and not null, with the place of their environment.
fn given<'t, 'a>(row: &'t Row<'a>) -> impl Iterator<Item = (usize, &'t Tree<'a>)> {
    row.values().filter(|(_, tree)| !tree.is_null())
}

/// A finding about an environment's value.
fn finding(
    cx: &AppContext<'_>,
    row: &Row<'_>,
    index: usize,
    message: Text,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let values = cx.environments.get(index)?;
    Some(out.value(values, &row.located(index)?, message))
}

fn non_decreasing(cx: &AppContext<'_>, row: &Row<'_>, out: &Reporter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, tree) in given(row) {
        let Some((earlier, lower)) = before(cx, row, index) else {
            continue;
        };
        let (here, there) = (cx.name(index), cx.name(earlier));
        let (message, help) = match order(lower, tree) {
            Some(Ordering::Less | Ordering::Equal) => continue,
            Some(Ordering::Greater) => (
                text!("`{}` drops from {} in {} to {} in {}, but must not decrease", row.path, Said(lower.as_str().unwrap_or_default()), Name(&there), Said(tree.as_str().unwrap_or_default()), Name(&here)),
                text!("raise it in {} or lower it in {}", Name(&here), Name(&there)),
            ),
            None => (
                text!("`{}` must not decrease, but its values in {} and {} cannot be compared", row.path, Name(&there), Name(&here)),
                "use numbers, quantities, durations or versions of one kind, or change `expect:` in envlint.yaml".into(),
            ),
        };
        let place = if lower.as_scalar().is_some() {
            lower.location()
        } else {
            lower.key_location()
        };
        findings.extend(finding(cx, row, index, message, out).map(|finding| {
            finding
                .help(help)
                .note(place, text!("the value in {}", Name(&there)))
        }));
    }
    findings
}

/// The value of the nearest environment before this one that has one. Environments that stand beside each other are not
/// before each other.
fn before<'t, 'a>(
    cx: &AppContext<'_>,
    row: &'t Row<'a>,
    index: usize,
) -> Option<(usize, &'t Tree<'a>)> {
    let mut from = cx.promoted_from(index)?;
    loop {
        let value = row.presences.get(from).and_then(Presence::value);
        match value.filter(|tree| !tree.is_null()) {
            Some(tree) => return Some((from, tree)),
            None => from = cx.promoted_from(from)?,
        }
    }
}

/// The order of two values; the same text compares equal, whatever it is.
fn order(left: &Tree<'_>, right: &Tree<'_>) -> Option<Ordering> {
    let is_bool = |tree: &Tree<'_>| tree.as_bool().is_some();
    if is_bool(left) || is_bool(right) {
        return None;
    }
    let (a, b) = (left.as_scalar()?, right.as_scalar()?);
    let amount = |scalar: &envlint_yaml::Scalar| match scalar.value() {
        Value::Int(number) => number.to_string(),
        _ => scalar.text().to_owned(),
    };
    compare_measures(&amount(a), &amount(b))
}

fn distinct(cx: &AppContext<'_>, row: &Row<'_>, out: &Reporter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, tree) in given(row) {
        let twin = given(row)
            .take_while(|(other, _)| *other < index)
            .find(|(_, other)| same(other, tree));
        let Some((earlier, twin)) = twin else {
            continue;
        };
        let (here, there) = (cx.name(index), cx.name(earlier));
        let message = text!(
            "`{}` is the same in {} and {}, but must be distinct",
            row.path,
            Name(&there),
            Name(&here)
        );
        let place = if twin.as_scalar().is_some() {
            twin.location()
        } else {
            twin.key_location()
        };
        findings.extend(finding(cx, row, index, message, out).map(|finding| {
            finding
                .note(place, text!("the value in {}", Name(&there)))
                .help(text!("give {} a value of its own", Name(&here)))
        }));
    }
    findings
}

fn follows(cx: &AppContext<'_>, row: &Row<'_>, pattern: &str, out: &Reporter<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, tree) in given(row) {
        let expected = pattern.replace("{env}", cx.name(index));
        if tree.as_str() != Some(expected.as_str()) {
            let message = text!(
                "`{}` must be `{}` in {}",
                row.path,
                Said(&expected),
                Name(cx.name(index))
            );
            findings.extend(finding(cx, row, index, message, out).map(|finding| {
                finding.help(text!(
                    "change the value, or the pattern `{}` in envlint.yaml",
                    Said(&pattern)
                ))
            }));
        }
    }
    findings
}

fn one_of(
    cx: &AppContext<'_>,
    row: &Row<'_>,
    allowed: &[serde_json::Value],
    out: &Reporter<'_>,
) -> Vec<Finding> {
    let strange = given(row).filter(|(_, tree)| !allowed.iter().any(|value| is(tree, value)));
    let listed = Text::join(allowed.iter().map(shown), ", ");
    strange
        .filter_map(|(index, _)| {
            let message = text!(
                "`{}` in {} must be one of {}",
                row.path,
                Name(cx.name(index)),
                listed
            );
            finding(cx, row, index, message, out)
        })
        .map(|finding| {
            finding.help("use one of them, or add the value to `oneOf:` in envlint.yaml")
        })
        .collect()
}

fn fixed(
    cx: &AppContext<'_>,
    row: &Row<'_>,
    expected: &[(&str, &serde_json::Value)],
    out: &Reporter<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, presence) in row.presences.iter().enumerate() {
        let name = cx.name(index);
        let Some((_, expected)) = expected.iter().find(|(known, _)| *known == name) else {
            continue;
        };
        match presence.value() {
            Some(tree) if is(tree, expected) => {}
            Some(_) => {
                let message = text!(
                    "`{}` must be {} in {}",
                    row.path,
                    shown(expected),
                    Name(&name)
                );
                let finding = finding(cx, row, index, message, out);
                findings.extend(
                    finding.map(|finding| {
                        finding.help("change the value, or `fixed:` in envlint.yaml")
                    }),
                );
            }
            None => findings.extend(absent(cx, &row.path, index, expected, out)),
        }
    }
    findings
}

/// A path that must have a certain value, and is not there at all.
fn absent(
    cx: &AppContext<'_>,
    path: &Path,
    index: usize,
    expected: &serde_json::Value,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let values = cx.environments.get(index)?;
    values.effective.as_ref()?;
    let default = cx.workspace.default_of_project(cx.app, path);
    if default.is_some_and(|default| is_value(default.as_f64(), &default.to_value(), expected)) {
        return None;
    }
    let message = text!(
        "`{}` is missing in {}, but must be {} there",
        path,
        Name(values.name()),
        shown(expected)
    );
    let finding = out.finding(values.place_of(path)?, message);
    let finding = finding.help(text!(
        "add it to {}, or change `fixed:` in envlint.yaml",
        Name(&values.file.path)
    ));
    Some(finding.at(path.clone()).environment(values.name()))
}

/// Whether a value is the expected one. Numbers compare by what they are: 1 and 1.0 are the same to Helm.
fn is(tree: &Tree<'_>, expected: &serde_json::Value) -> bool {
    let is_in_stack = is_stack_file(&tree.source().path);
    is_value(tree.node().as_f64(), &tree.to_value(), expected)
        || is_in_stack && is_text(tree, expected)
}

fn is_value(number: Option<f64>, value: &Value, expected: &serde_json::Value) -> bool {
    if let (Some(number), Some(expected)) = (number, expected.as_f64()) {
        return number.total_cmp(&expected) == Ordering::Equal;
    }
    serde_json::to_value(value).is_ok_and(|value| value == *expected)
}

/// Whether a value is written as the expected one: Pulumi has the values of keys as texts, and `pulumi config set` writes
/// `"true"`.
fn is_text(tree: &Tree<'_>, expected: &serde_json::Value) -> bool {
    tree.as_scalar().is_some_and(|scalar| match expected {
        serde_json::Value::String(expected) => scalar.text() == expected,
        serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {
            expected.to_string().as_str() == scalar.text()
        }
        _ => false,
    })
}

/// An expected value as the configuration has it.
fn shown(value: &serde_json::Value) -> Text {
    match value {
        serde_json::Value::String(text) => text!("`{}`", Said(&text)),
        other => text!("`{}`", Said(&other)),
    }
}
