//! `promotion.transforms` of the configuration: what a promotion changes in values on their way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use envlint_budget::Budget;
use envlint_yaml::Spanned;
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use super::expression::{compiled, spend};
use crate::masking::{Text, text};
use crate::source::{Location, Problem, Source};
use crate::values::Pattern;

/// The names of the two environments, in `find` and `replace`.
const FROM: &str = "{from}";
const TO: &str = "{to}";

/// A change that a promotion makes to a value on its way: a part of a text, or the value as a whole.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transform {
    /// The shared paths whose values change. Default: all of them.
    #[serde(default)]
    pub path: Option<Spanned<Pattern>>,
    /// The environment that a value comes from. Default: any.
    #[serde(default)]
    pub from: Option<Spanned<String>>,
    /// The environment that it is promoted to. Default: any.
    #[serde(default)]
    pub to: Option<Spanned<String>>,
    /// What is replaced in a text: a regular expression, in which `{from}` and `{to}` are the names of the environments.
    #[serde(default)]
    pub find: Option<Spanned<String>>,
    /// What it is replaced by; `${1}` is what the first group of `find` matched.
    #[serde(default)]
    pub replace: Option<Spanned<String>>,
    /// The value that the target gets wherever the source has the path, whatever the source's value is.
    #[serde(default)]
    pub value: Option<Spanned<serde_json::Value>>,
    #[serde(skip)]
    #[schemars(skip)]
    made: Made,
}

/// What is replaced by what.
type Replacement = (Regex, String);

/// Replacements by their two environments: each is made once, and not for every app again.
#[derive(Debug, Default)]
struct Made(Mutex<BTreeMap<[String; 2], Option<Replacement>>>);

impl Clone for Made {
    fn clone(&self) -> Made {
        Made::default()
    }
}

impl Transform {
    /// Whether it is about promotions between these two environments.
    pub fn is_between(&self, from: &str, to: &str) -> bool {
        let is = |named: &Option<Spanned<String>>, name: &str| {
            named.as_ref().is_none_or(|named| named.value == name)
        };
        is(&self.from, from) && is(&self.to, to)
    }

    /// What it replaces in texts between two environments, and by what; none when it gives the whole value.
    pub fn replacement(&self, from: &str, to: &str) -> Option<Replacement> {
        let known = self.made.0.lock();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        let written = [&self.find, &self.replace].into_iter().flatten();
        let mut written = written.map(|written| written.value.as_str());
        // Without their names, it is the same between all.
        let names = match written.any(|text| text.contains(FROM) || text.contains(TO)) {
            true => [from.to_owned(), to.to_owned()],
            false => [String::new(), String::new()],
        };
        let made = known.entry(names);
        made.or_insert_with(|| self.made_between(from, to)).clone()
    }

    fn made_between(&self, from: &str, to: &str) -> Option<Replacement> {
        let (find, replace) = (self.find.as_ref()?, self.replace.as_ref()?);
        let name = |text: &str, written: fn(&str) -> String| {
            text.replace(FROM, &written(from)).replace(TO, &written(to))
        };
        let find = compiled(&name(&find.value, regex::escape)).ok()?;
        // A dollar begins a group.
        let replace = name(&replace.value, |name| name.replace('$', "$$"));
        Some((find, replace))
    }

    /// Whether it can be meant so, by itself and among the others that spend from the same budget.
    pub fn is_meant(&self, budget: &Budget) -> bool {
        self.mistake(1, budget).is_none()
    }

    /// Where it stands in the configuration.
    pub fn place(&self) -> Option<envlint_yaml::Span> {
        let find = self.find.as_ref().map(|find| find.span);
        let value = || self.value.as_ref().map(|value| value.span);
        find.or_else(value)
            .or_else(|| self.path.as_ref().map(|path| path.span))
    }

    /// The environments that it names.
    pub(super) fn environments(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.from.iter().chain(&self.to)
    }

    /// What is wrong with it by itself, where so many pairs of environments promote.
    fn mistake(&self, pairs: usize, budget: &Budget) -> Option<(Option<envlint_yaml::Span>, Text)> {
        let mistake = |at: envlint_yaml::Span, message: Text| Some((Some(at), message));
        let replacement = match (&self.find, &self.replace, &self.value) {
            (Some(find), Some(replace), None) => Some((find, replace)),
            (None, None, Some(value)) if self.path.is_none() => {
                return mistake(
                    value.span,
                    text!(
                        "a `value` needs a `path`: without one, all values would become this one"
                    ),
                );
            }
            (None, None, Some(_)) => None,
            _ => {
                return Some((
                    self.place(),
                    text!("a transform has a `find` with a `replace`, or a `value`"),
                ));
            }
        };
        if let (Some(from), Some(to)) = (&self.from, &self.to)
            && from.value == to.value
        {
            return mistake(
                to.span,
                text!("nothing is promoted from an environment to itself"),
            );
        }
        let (find, replace) = replacement?;
        let plain = find.value.replace(FROM, "x").replace(TO, "x");
        // An expression with the names of environments is another one for each two of them.
        let times = if plain == find.value { 1 } else { pairs };
        match spend(&plain, times, budget).and_then(|()| compiled(&plain)) {
            Err(what) => mistake(find.span, what),
            Ok(expression) if expression.is_match("") => mistake(
                find.span,
                text!(
                    "this matches nothing at all, too, so it would insert text between all characters"
                ),
            ),
            Ok(expression) => {
                let unknown = unknown_group(&expression, &replace.value)?;
                let message = text!(
                    "`find` has no group `{}`; a dollar is written `$$`, and the first group `${{1}}`",
                    crate::masking::Name(&unknown)
                );
                mistake(replace.span, message)
            }
        }
    }
}

/// The first group that a replacement names and an expression does not have: it would stand for nothing.
fn unknown_group(expression: &Regex, replacement: &str) -> Option<String> {
    let mut rest = replacement;
    while let Some((_, behind)) = rest.split_once('$') {
        if let Some(after) = behind.strip_prefix('$') {
            rest = after;
            continue;
        }
        let end = |is_part: fn(char) -> bool| behind.find(|c: char| !is_part(c));
        let name = match behind.strip_prefix('{') {
            Some(braced) => braced.split_once('}').map_or("", |(name, _)| name),
            None => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
                behind.get(..end(is_part).unwrap_or(behind.len()))?
            }
        };
        let is_known = match name.parse::<usize>() {
            Ok(number) => number < expression.captures_len(),
            Err(_) => expression
                .capture_names()
                .flatten()
                .any(|known| known == name),
        };
        if !is_known {
            return Some(name.to_owned());
        }
        rest = behind;
    }
    None
}

/// What is wrong with a list of transforms, but for the names of environments.
pub(super) fn problems(
    transforms: &[Transform],
    pairs: usize,
    budget: &Budget,
    source: &Arc<Source>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, transform) in transforms.iter().enumerate() {
        // One refusal says it of all that follow.
        if budget.is_spent() {
            break;
        }
        if let Some((place, message)) = transform.mistake(pairs, budget) {
            let place = place.map_or_else(
                || Location::start_of(source),
                |span| Location::new(source, span),
            );
            problems.push(
                Problem::located(place, message)
                    .help("write `{path: \"**.host\", find: \"-{from}[.]\", replace: \"-{to}.\"}`, or `{path: debug, to: prod, value: false}`"),
            );
        }
        let earlier = transforms.get(..at).unwrap_or_default();
        problems.extend(given_twice(transform, earlier, source));
    }
    problems
}

/// That an earlier transform gives the same path another value in the same promotion.
fn given_twice(
    transform: &Transform,
    earlier: &[Transform],
    source: &Arc<Source>,
) -> Option<Problem> {
    let (path, value) = (transform.path.as_ref()?, transform.value.as_ref()?);
    let meets = |own: &Option<Spanned<String>>, other: &Option<Spanned<String>>| match (own, other)
    {
        (Some(own), Some(other)) => own.value == other.value,
        _ => true,
    };
    let first = earlier.iter().find(|other| {
        let known = other.value.as_ref();
        known.is_some_and(|known| known.value != value.value)
            && other.path.as_ref().map(|path| path.value.to_string())
                == Some(path.value.to_string())
            && meets(&transform.from, &other.from)
            && meets(&transform.to, &other.to)
    })?;
    let message = text!("`{}` gets two values in one promotion", path.value);
    let problem = Problem::located(Location::new(source, path.span), message);
    let problem = match &first.path {
        Some(path) => problem.note(Location::new(source, path.span), "the other one"),
        None => problem,
    };
    Some(problem.help("name the environments that each of them is for: `to: prod`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transform(text: &str) -> Transform {
        let document = envlint_yaml::Document::parse(text);
        envlint_yaml::from_node(document.root().unwrap()).unwrap()
    }

    #[test]
    fn names_of_environments_are_texts_in_an_expression_and_a_replacement() {
        let transform = transform(r#"{find: "-{from}[.](a{2})", replace: "-{to}.${1}"}"#);
        assert!(
            transform
                .mistake(1, &super::super::steps_of_all())
                .is_none()
        );
        let (find, replace) = transform.replacement("u.t", "p$1").unwrap();
        assert_eq!(find.as_str(), r"-u\.t[.](a{2})");
        assert_eq!(
            find.replace_all("x-u.t.aa-uxt.aa", &*replace),
            "x-p$1.aa-uxt.aa"
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for text in [
            "{}",
            "{find: a}",
            "{replace: a}",
            "{find: a, replace: b, value: 1}",
            "{value: 1}",
            "{find: '(', replace: b}",
            "{find: 'x*', replace: b}",
            "{find: '', replace: b}",
            "{find: a, replace: '$1'}",
            "{find: '(a)', replace: '$1b'}",
            "{find: '(a)', replace: '${2}'}",
            "{find: a, replace: '$'}",
            "{find: '(?:a{1000}){1000}', replace: b}",
            "{path: a, from: dev, to: dev, value: 1}",
        ] {
            assert!(
                transform(text)
                    .mistake(1, &super::super::steps_of_all())
                    .is_some(),
                "{text}"
            );
        }
        for text in [
            "{find: a, replace: ''}",
            "{find: '(a)', replace: '${1}b$$'}",
            "{find: '(?<name>a)', replace: '$name'}",
            "{path: a, to: prod, value: {b: 1}}",
        ] {
            assert!(
                transform(text)
                    .mistake(1, &super::super::steps_of_all())
                    .is_none(),
                "{text}"
            );
        }
    }
}
