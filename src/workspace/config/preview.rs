//! `preview:` of the configuration: what an environment for a pull request is made of.

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;

use envlint_yaml::{Span, Spanned, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::{Config, Ordered};
use crate::masking::{Name, Said, Text, text};
use crate::source::{Location, Problem, Source, nearest};
use crate::values::{Pattern, duration, quantity};

/// The environments that `envlint preview` makes for pull requests.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct Preview {
    /// The environment whose values a preview begins with, where `--from` names none.
    pub from: Option<Spanned<String>>,
    /// The apps of a preview. Default: all that are deployed to the environment and have a chart in the workspace.
    pub apps: Vec<Spanned<String>>,
    /// The namespace, with `{pr}` and `{app}`. Default: `preview-pr-{pr}`.
    pub namespace: Option<Spanned<PreviewPattern>>,
    /// What takes the place of every host of an Ingress or a route, with `{pr}`, `{app}` and `{name}`, the first part of
    /// the host that it replaces.
    pub hosts: Option<Spanned<PreviewPattern>>,
    /// Values of a preview, by patterns of paths. `{pr}`, `{app}` and `{namespace}` in a text are filled in.
    pub set: Ordered<Spanned<Value>>,
    /// What a namespace may use, by the names of a ResourceQuota. Default: exactly what its pods need.
    pub quota: Ordered<Spanned<Amount>>,
    /// What a LimitRange gives to containers that set nothing.
    pub limits: PreviewLimits,
    /// The namespaces whose pods reach those of a preview, such as that of the ingress controller. All others do not.
    pub reachable_from: Vec<Spanned<String>>,
    /// The secret of the inventory that images are pulled with. Every pod has to name it.
    pub pull_secret: Option<Spanned<String>>,
    /// Who owns a preview, where `--owner` names nobody.
    pub owner: Option<Spanned<String>>,
    /// How long a preview lives: `72h`, `3d`. Default: `3d`.
    pub lives: Option<Spanned<Lifetime>>,
}

/// What a LimitRange gives to containers.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub struct PreviewLimits {
    /// The limits of a container that sets none. Default: 256Mi of memory, or the largest request of a container without a
    /// limit, if that is more.
    pub default: Ordered<Spanned<Amount>>,
    /// The requests of a container that sets none. Default: 50m of CPU, 128Mi of memory.
    pub default_request: Ordered<Spanned<Amount>>,
}

/// A quantity of Kubernetes, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// As it is written: `512Mi`
    pub text: String,
    /// In billionths
    pub billionths: i128,
}

/// How long a preview lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifetime {
    /// As it is written: `3d`
    pub text: String,
    /// In seconds
    pub seconds: i64,
}

/// A text with placeholders for what a preview is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewPattern(String);

/// What a preview is called.
#[derive(Debug, Clone, Default)]
pub struct PreviewNames<'n> {
    /// The number of the pull request
    pub pr: String,
    /// The app, as DNS takes it
    pub app: Cow<'n, str>,
    /// The namespace
    pub namespace: Cow<'n, str>,
    /// The first part of the host that is replaced
    pub name: Cow<'n, str>,
}

/// The placeholders, as they are written.
const PLACEHOLDERS: [&str; 4] = ["pr", "app", "namespace", "name"];

/// Those that the name of a namespace may have.
const OF_NAMESPACES: [&str; 2] = ["pr", "app"];

/// Those that a value under `set` may have.
const OF_VALUES: [&str; 3] = ["pr", "app", "namespace"];

/// The most patterns under `set`: each of them may be tried for every value.
const MOST: usize = 100;

/// The longest and the shortest life of a preview, in seconds: what is forgotten must end.
const LIVES: std::ops::RangeInclusive<i64> = 60..=90 * 24 * 3600;

impl PreviewNames<'_> {
    /// A text with its placeholders filled in. What is in other braces stays.
    pub fn fill(&self, text: &str) -> String {
        let values = [&*self.pr, &*self.app, &*self.namespace, &*self.name];
        let fill = |part| match part {
            Part::Text(text) => text,
            Part::Placeholder(name, text) => {
                let mut known = PLACEHOLDERS.iter().zip(values);
                let known = known.find(|(known, _)| **known == name);
                known.map_or(text, |(_, value)| value)
            }
        };
        parts(text).into_iter().map(fill).collect()
    }
}

/// A part of a text with placeholders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'t> {
    Text(&'t str),
    /// A word in braces, and how it is written with them.
    Placeholder(&'t str, &'t str),
}

/// The parts of a text. `{{…}}` and `${…}` are those of templates and of shells, and no placeholders.
fn parts(text: &str) -> Vec<Part<'_>> {
    let is_word = |name: &str| {
        let is_letter = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
        name.starts_with(|char: char| char.is_ascii_alphabetic()) && name.chars().all(is_letter)
    };
    let (mut found, mut begin) = (Vec::new(), 0);
    for (at, _) in text.match_indices('{') {
        let (Some(before), Some(from)) = (text.get(begin..at), text.get(at..)) else {
            continue;
        };
        let is_of_others = text.get(..at).is_some_and(|all| all.ends_with(['{', '$']));
        let inner = from
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'));
        if let Some((name, _)) = inner.filter(|(name, _)| is_word(name) && !is_of_others) {
            let end = at + name.len() + 2;
            found.push(Part::Text(before));
            found.push(Part::Placeholder(
                name,
                text.get(at..end).unwrap_or_default(),
            ));
            begin = end;
        }
    }
    found.push(Part::Text(text.get(begin..).unwrap_or_default()));
    found
}

/// The first placeholder of a text that is none of these.
fn unknown<'t>(text: &'t str, known: &[&str]) -> Option<&'t str> {
    parts(text).into_iter().find_map(|part| match part {
        Part::Placeholder(name, _) if !known.contains(&name) => Some(name),
        Part::Placeholder(..) | Part::Text(_) => None,
    })
}

impl PreviewPattern {
    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it tells pull requests apart.
    fn has_number(&self) -> bool {
        self.0.contains("{pr}")
    }
}

impl FromStr for PreviewPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once('{') {
            let (name, behind) = after
                .split_once('}')
                .ok_or_else(|| format!("`{text}` opens a `{{` and does not close it"))?;
            if !PLACEHOLDERS.contains(&name) {
                return Err(match nearest(name, PLACEHOLDERS) {
                    Some(near) => {
                        format!("`{{{name}}}` is no placeholder; did you mean `{{{near}}}`?")
                    }
                    None => format!(
                        "`{{{name}}}` is no placeholder; known placeholders: `{{pr}}`, `{{app}}`, `{{namespace}}`, `{{name}}`"
                    ),
                });
            }
            rest = behind;
        }
        match text.is_empty() {
            true => Err("the pattern is empty".to_owned()),
            false => Ok(PreviewPattern(text.to_owned())),
        }
    }
}

impl<'de> Deserialize<'de> for PreviewPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::Int(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::String(text) => text,
            _ => return Err(D::Error::custom("write a quantity: `4`, `500m`, `2Gi`")),
        };
        match quantity(&text).filter(|amount| *amount >= 0) {
            Some(billionths) => Ok(Amount { text, billionths }),
            None => Err(D::Error::custom("write a quantity: `4`, `500m`, `2Gi`")),
        }
    }
}

impl<'de> Deserialize<'de> for Lifetime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let seconds = duration(&text).and_then(|all| i64::try_from(all / 1_000_000_000).ok());
        match seconds.filter(|seconds| LIVES.contains(seconds)) {
            Some(seconds) => Ok(Lifetime { text, seconds }),
            None => Err(D::Error::custom(
                "write a duration between a minute and 90 days: `72h`, `3d`",
            )),
        }
    }
}

impl Config {
    /// What the types of `preview:` cannot say.
    pub(super) fn preview_problems(&self, source: &Arc<Source>) -> Vec<Problem> {
        let Some(preview) = &self.preview else {
            return Vec::new();
        };
        let at = |span: Span, message| Problem::located(Location::new(source, span), message);
        let mut problems = Vec::new();
        if let Some(from) = &preview.from
            && !self.environments.is_empty()
            && self.environments.get(&from.value).is_none()
        {
            problems.push(self.unknown_environment(from, source));
        }
        let wrong = |span: Span, name: &str, known: &[&str]| {
            let listed = known.iter().map(|name| format!("`{{{name}}}`"));
            at(span, text!("`{{{}}}` is no placeholder here", Name(name))).suggest_or(
                nearest(name, known.iter().copied()).map(|near| format!("{{{near}}}")),
                text!(
                    "known placeholders: {}; `{{{{…}}}}` and `${{…}}` stay as they are",
                    Text::names(listed, ", ")
                ),
            )
        };
        if let Some(pattern) = &preview.namespace
            && let Some(name) = unknown(pattern.value.as_str(), &OF_NAMESPACES)
        {
            problems.push(wrong(pattern.span, name, &OF_NAMESPACES));
        }
        for pattern in preview.namespace.iter().chain(&preview.hosts) {
            if !pattern.value.has_number() {
                let message = text!(
                    "`{}` is the same for every pull request",
                    Name(pattern.value.as_str())
                );
                problems.push(at(pattern.span, message).help("write `{pr}` where its number goes"));
            }
        }
        if let Some((pattern, _)) = preview.set.iter().nth(MOST) {
            let message = text!("`preview.set` has more than {} patterns", MOST);
            problems.push(
                at(pattern.span, message)
                    .help("let one pattern stand for several paths: `*`, `**`"),
            );
        }
        for (pattern, value) in preview.set.iter() {
            if let Err(error) = pattern.value.parse::<Pattern>() {
                problems.push(at(pattern.span, text!("{}", Said(&error))));
            }
            let mistake = unknown_in(&value.value);
            problems.extend(mistake.map(|name| wrong(value.span, name, &OF_VALUES)));
        }
        problems
    }
}

/// A placeholder in a value that is none of those that are filled in.
fn unknown_in(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => unknown(text, &OF_VALUES),
        Value::Seq(items) => items.iter().find_map(unknown_in),
        Value::Map(entries) => entries.values().find_map(unknown_in),
        _ => None,
    }
}

impl JsonSchema for PreviewPattern {
    fn schema_name() -> Cow<'static, str> {
        "PreviewPattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "string",
            "minLength": 1,
            "description": "A text with placeholders: `{pr}`, the number of the pull request, `{app}`, `{name}`.",
        })
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": ["string", "number"],
            "description": "A quantity of Kubernetes: `4`, `500m`, `2Gi`.",
        })
    }
}

impl JsonSchema for Lifetime {
    fn schema_name() -> Cow<'static, str> {
        "Lifetime".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": r"^([0-9.]+(ms|s|m|h|d))+$",
            "description": "A duration between a minute and 90 days: `72h`, `3d`.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_placeholder_stays() {
        let names = PreviewNames {
            pr: "107".to_owned(),
            app: "web".into(),
            namespace: "preview-pr-107".into(),
            name: "shop".into(),
        };
        for (text, expected) in [
            ("{app}-{pr}.pr.example.com", "web-107.pr.example.com"),
            ("{name}{pr}", "shop107"),
            ("{{ .Values.x }} {pr}", "{{ .Values.x }} 107"),
            ("{{pr}} ${pr} {{{pr}", "{{pr}} ${pr} {{{pr}"),
            ("{pr}{app}é{", "107webé{"),
            ("{ {pr", "{ {pr"),
            ("plain", "plain"),
        ] {
            assert_eq!(names.fill(text), expected, "{text}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, expected) in [
            ("{ap}-{pr}", "did you mean `{app}`?"),
            ("{colour}", "known placeholders"),
            ("{pr", "does not close it"),
            ("", "the pattern is empty"),
        ] {
            let message = text.parse::<PreviewPattern>().expect_err("a mistake");
            assert!(message.contains(expected), "{message}");
        }
    }
}
