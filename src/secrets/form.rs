//! Whether a value has the form that a setting asks for.

use std::sync::LazyLock;

use envlint_yaml::{Segment, Value};
use regex::Regex;

use super::backends::{Form, WORKLOAD_KINDS};
use super::selection::describe;
use crate::source::Location;
use crate::values::{Tree, TreeKind};

/// Why a value does not have the form.
#[derive(Debug)]
pub(super) enum Wrong {
    /// There is nothing in it.
    Empty,
    /// It is something else.
    Form {
        /// Where.
        at: Location,
        /// What it is, in words.
        found: &'static str,
    },
}

/// The patterns of the forms: what the schema says, and what is checked.
pub(super) fn pattern(form: Form) -> Option<&'static str> {
    match form {
        Form::Url => Some(r"^https?://[^\s/]+\S*$"),
        // RFC 1123 subdomain, as Kubernetes names objects.
        Form::Name => Some(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"),
        Form::Arn => Some(r"^arn:[a-z0-9-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:\S+$"),
        // Go's time.ParseDuration, without a sign.
        Form::Duration => Some(r"^(0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$"),
        // The pattern of `refreshAfter` in the definition of VaultStaticSecret.
        Form::SimpleDuration => Some(r"^([0-9]+(\.[0-9]+)?(s|m|h))$"),
        _ => None,
    }
}

static PATTERNS: LazyLock<Vec<(Form, Regex)>> = LazyLock::new(|| {
    [
        Form::Url,
        Form::Name,
        Form::Arn,
        Form::Duration,
        Form::SimpleDuration,
    ]
    .into_iter()
    .filter_map(|form| Some((form, Regex::new(pattern(form)?).ok()?)))
    .collect()
});

/// The value as text: scalars as they are, workloads as JSON, a Secret as its name.
pub(super) fn read(form: Form, tree: &Tree<'_>) -> Result<String, Wrong> {
    match form {
        Form::Flag => tree
            .as_bool()
            .map(|flag| flag.to_string())
            .ok_or_else(|| wrong(tree)),
        Form::Version => version(tree),
        Form::Workloads => workloads(tree),
        Form::Ciphertexts => ciphertexts(tree),
        Form::SecretRef(_) if tree.is_mapping() => secret_ref(tree),
        Form::SecretRef(_) => text(Form::Name, tree),
        _ => text(form, tree),
    }
}

fn wrong(tree: &Tree<'_>) -> Wrong {
    Wrong::Form {
        at: tree.location(),
        found: describe(&tree.to_value()),
    }
}

fn text(form: Form, tree: &Tree<'_>) -> Result<String, Wrong> {
    let Value::String(text) = tree.to_value() else {
        return Err(wrong(tree));
    };
    if text.trim().is_empty() {
        return Err(Wrong::Empty);
    }
    let fits = match form {
        Form::Choice(words) => words.contains(&text.as_str()),
        _ => PATTERNS
            .iter()
            .find(|(known, _)| *known == form)
            .is_none_or(|(_, pattern)| pattern.is_match(&text)),
    };
    if text.chars().any(char::is_control) {
        return Err(Wrong::Form {
            at: tree.location(),
            found: "text with a control character or a line break",
        });
    }
    if fits { Ok(text) } else { Err(wrong(tree)) }
}

fn version(tree: &Tree<'_>) -> Result<String, Wrong> {
    match tree.to_value() {
        Value::Int(number) if number > 0 => Ok(number.to_string()),
        Value::String(_) => text(Form::Text, tree),
        _ => Err(wrong(tree)),
    }
}

fn secret_ref(tree: &Tree<'_>) -> Result<String, Wrong> {
    for (key, value) in tree.entries() {
        match key {
            "name" => drop(text(Form::Name, &value)?),
            "key" => drop(text(Form::Text, &value)?),
            _ => {
                return Err(Wrong::Form {
                    at: value.key_location(),
                    found: "a map with an unknown key",
                });
            }
        }
    }
    tree.get("name")
        .and_then(|name| name.as_str().map(str::to_owned))
        .ok_or_else(|| wrong(tree))
}

fn workloads(tree: &Tree<'_>) -> Result<String, Wrong> {
    let TreeKind::Sequence(items) = tree.kind() else {
        return Err(wrong(tree));
    };
    if items.is_empty() {
        return Err(Wrong::Empty);
    }
    for item in &items {
        let kind = item.get("kind").and_then(|kind| kind.as_str());
        let named = item
            .get("name")
            .is_some_and(|name| text(Form::Name, &name).is_ok());
        if !(kind.is_some_and(|kind| WORKLOAD_KINDS.contains(&kind))
            && named
            && item.entries().len() == 2)
        {
            return Err(Wrong::Form {
                at: item.location(),
                found: "a list with a wrong item",
            });
        }
    }
    Ok(super::go_json::to_json(&tree.to_value()))
}

/// Secrets, then keys, then text. Whether the text is sealed is a question of its own rule.
fn ciphertexts(tree: &Tree<'_>) -> Result<String, Wrong> {
    if !tree.is_mapping() {
        return Err(wrong(tree));
    }
    let secrets = tree.entries();
    if secrets.is_empty() {
        return Err(Wrong::Empty);
    }
    for (_, keys) in secrets {
        if !keys.is_mapping() {
            return Err(wrong(&keys));
        }
        for (_, value) in keys.entries() {
            if !matches!(value.to_value(), Value::String(_)) {
                return Err(wrong(&value));
            }
        }
    }
    Ok(String::new())
}

/// The part of a setting's value below it: the key of a Secret.
pub(super) fn secret_ref_key(tree: &Tree<'_>, default: &str) -> String {
    tree.at(&envlint_yaml::Path::from(vec![Segment::Key(
        "key".to_owned(),
    )]))
    .and_then(|key| key.as_str().map(str::to_owned))
    .unwrap_or_else(|| default.to_owned())
}
