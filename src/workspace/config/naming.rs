//! `naming:` and `labels:` of the configuration: how the objects that charts render are named and labelled.

use std::borrow::Cow;
use std::str::FromStr;

use envlint_yaml::Spanned;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::source::nearest;

/// How objects are named.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Naming {
    /// What every name looks like: `{service}-{environment}-{region}`.
    pub pattern: Spanned<NamePattern>,
    /// The kinds that are named so: `Deployment`. Default: all that belong to a namespace.
    #[serde(default)]
    pub kinds: Vec<Spanned<String>>,
}

/// How objects are labelled.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Labels {
    /// The labels that every object and every pod has: `team`, or with what it says: `environment={environment}`.
    pub required: Vec<Spanned<RequiredLabel>>,
}

/// A label that every object has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredLabel {
    /// Its key
    pub key: String,
    /// What it says; anything, where none is given.
    pub pattern: Option<NamePattern>,
}

/// A text with placeholders for what a deployment is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// With its name
    Placeholder(Placeholder, &'static str),
}

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placeholder {
    /// Any words
    Words,
    App,
    Environment,
    Namespace,
    Release,
}

/// The placeholders, as they are written.
const PLACEHOLDERS: [(&str, Placeholder); 7] = [
    ("app", Placeholder::App),
    ("component", Placeholder::Words),
    ("environment", Placeholder::Environment),
    ("namespace", Placeholder::Namespace),
    ("region", Placeholder::Words),
    ("release", Placeholder::Release),
    ("service", Placeholder::Words),
];

/// What a deployment is called.
#[derive(Debug)]
pub struct Called<'c> {
    /// The app
    pub app: &'c str,
    /// The names of the environment, its own first
    pub environment: Vec<&'c str>,
    /// The namespace
    pub namespace: &'c str,
    /// The release
    pub release: &'c str,
}

impl FromStr for NamePattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after
                .split_once('}')
                .ok_or_else(|| format!("`{text}` opens a `{{` and does not close it"))?;
            let known = PLACEHOLDERS.iter().find(|(known, _)| *known == name);
            let Some((name, placeholder)) = known else {
                let names = PLACEHOLDERS.iter().map(|(known, _)| *known);
                return Err(match nearest(name, names.clone()) {
                    Some(near) => {
                        format!("`{{{name}}}` is no placeholder; did you mean `{{{near}}}`?")
                    }
                    None => format!(
                        "`{{{name}}}` is no placeholder; known placeholders: {}",
                        names
                            .map(|name| format!("`{{{name}}}`"))
                            .collect::<Vec<_>>()
                            .join(", ")
                    ),
                });
            };
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Placeholder(*placeholder, name));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        match parts.is_empty() {
            true => Err("the pattern is empty".to_owned()),
            false => Ok(NamePattern {
                text: text.to_owned(),
                parts,
            }),
        }
    }
}

impl NamePattern {
    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a name follows it.
    pub fn matches(&self, name: &str, called: &Called<'_>) -> bool {
        // How far the parts so far may reach.
        let mut ends = vec![0];
        for part in &self.parts {
            let mut next: Vec<usize> = Vec::new();
            for &end in &ends {
                let rest = name.get(end..).unwrap_or_default();
                let mut take = |text: &str| {
                    if !text.is_empty() && rest.starts_with(text) {
                        next.push(end + text.len());
                    }
                };
                match part {
                    Part::Text(text) => take(text),
                    Part::Placeholder(Placeholder::App, _) => take(called.app),
                    Part::Placeholder(Placeholder::Release, _) => take(called.release),
                    Part::Placeholder(Placeholder::Namespace, _) => take(called.namespace),
                    Part::Placeholder(Placeholder::Environment, _) => {
                        called.environment.iter().for_each(|name| take(name));
                    }
                    Part::Placeholder(Placeholder::Words, _) => {
                        let is_word = |char: char| char.is_ascii_alphanumeric();
                        for (at, char) in rest.char_indices() {
                            if !(is_word(char) || at > 0 && "-._".contains(char)) {
                                break;
                            }
                            // Words end with a letter or a digit.
                            if is_word(char) {
                                next.push(end + at + char.len_utf8());
                            }
                        }
                    }
                }
            }
            next.sort_unstable();
            next.dedup();
            ends = next;
        }
        ends.contains(&name.len())
    }

    /// The pattern with what is known of a deployment filled in.
    pub fn filled(&self, called: &Called<'_>) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Placeholder(Placeholder::App, _) => called.app.to_owned(),
            Part::Placeholder(Placeholder::Release, _) => called.release.to_owned(),
            Part::Placeholder(Placeholder::Namespace, _) => called.namespace.to_owned(),
            Part::Placeholder(Placeholder::Environment, _) => called
                .environment
                .first()
                .copied()
                .unwrap_or_default()
                .to_owned(),
            Part::Placeholder(Placeholder::Words, name) => format!("{{{name}}}"),
        });
        parts.collect()
    }
}

impl<'de> Deserialize<'de> for NamePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for NamePattern {
    fn schema_name() -> Cow<'static, str> {
        "NamePattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "string",
            "minLength": 1,
            "description": "A text with placeholders: `{app}`, `{environment}`, `{namespace}`, `{release}`, and `{service}`, `{component}` and `{region}` for any words.",
        })
    }
}

impl<'de> Deserialize<'de> for RequiredLabel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (key, pattern) = match text.split_once('=') {
            Some((key, pattern)) => (key, Some(pattern.parse().map_err(D::Error::custom)?)),
            None => (text.as_str(), None),
        };
        if key.is_empty() || key.contains(char::is_whitespace) {
            return Err(D::Error::custom(format!("`{text}` names no label")));
        }
        Ok(RequiredLabel {
            key: key.to_owned(),
            pattern,
        })
    }
}

impl JsonSchema for RequiredLabel {
    fn schema_name() -> Cow<'static, str> {
        "RequiredLabel".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": r"^[^\s=]+(=.+)?$",
            "description": "The key of a label, and what it says: `team`, `environment={environment}`.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called() -> Called<'static> {
        Called {
            app: "shop",
            environment: vec!["prod-eu", "prod"],
            namespace: "shop-prod",
            release: "shop",
        }
    }

    #[test]
    fn a_name_follows_its_pattern() {
        for (pattern, name, expected) in [
            ("{service}-{environment}-{region}", "cart-api-prod-eu", true),
            (
                "{service}-{environment}-{region}",
                "cart-prod-eu-west-1",
                true,
            ),
            ("{service}-{environment}-{region}", "cart-dev-eu", false),
            ("{service}-{environment}-{region}", "cart-prod", false),
            ("{service}-{environment}-{region}", "-prod-eu", false),
            ("{app}-{environment}", "shop-prod-eu", true),
            ("{app}-{environment}", "shop-prod", true),
            ("{app}-{environment}", "shop-production", false),
            ("x-{release}.{namespace}", "x-shop.shop-prod", true),
        ] {
            let parsed: NamePattern = pattern.parse().expect("a pattern");
            assert_eq!(
                parsed.matches(name, &called()),
                expected,
                "{pattern} {name}"
            );
        }
    }

    #[test]
    fn a_mistake_in_a_pattern_is_named() {
        for (pattern, expected) in [
            ("{servce}-x", "did you mean `{service}`?"),
            ("{x", "does not close it"),
            ("", "the pattern is empty"),
        ] {
            let message = pattern.parse::<NamePattern>().expect_err("a mistake");
            assert!(message.contains(expected), "{message}");
        }
    }
}
