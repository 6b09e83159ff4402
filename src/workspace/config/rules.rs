//! `rules:` of the configuration: which rules are run, and how.

use std::borrow::Cow;
use std::fmt;

use envlint_yaml::Spanned;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::{Value, json};

use crate::source::Severity;
use crate::values::Pattern;

/// Which rules are run: a profile, and what is set of single rules.
#[derive(Debug, Default)]
pub struct Rules {
    /// What holds for the rules of which nothing is set.
    pub extends: Profile,
    settings: Vec<(Spanned<String>, RuleSetting)>,
}

/// What holds for all rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Each rule has its own severity.
    #[default]
    Recommended,
    /// What is a warning is an error.
    Strict,
    /// Only the rules that protect secrets and what is open to others.
    Security,
}

impl Rules {
    /// The rules of which something is set, in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Spanned<String>, &RuleSetting)> {
        self.settings.iter().map(|(name, setting)| (name, setting))
    }

    /// What is set of a rule.
    pub fn get(&self, rule: &str) -> Option<&RuleSetting> {
        let mut settings = self.settings.iter();
        let found = settings.find(|(name, _)| name.value == rule);
        found.map(|(_, setting)| setting)
    }
}

impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RulesVisitor)
    }
}

struct RulesVisitor;

impl<'de> Visitor<'de> for RulesVisitor {
    type Value = Rules;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of rules")
    }

    fn visit_unit<E>(self) -> Result<Rules, E> {
        Ok(Rules::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rules, A::Error> {
        let mut rules = Rules::default();
        while let Some(name) = map.next_key::<Spanned<String>>()? {
            match name.value.as_str() {
                "extends" => rules.extends = map.next_value()?,
                _ => rules.settings.push((name, map.next_value()?)),
            }
        }
        Ok(rules)
    }
}

impl JsonSchema for Rules {
    fn schema_name() -> Cow<'static, str> {
        "Rules".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "object",
            "properties": {"extends": generator.subschema_for::<Profile>()},
            "additionalProperties": generator.subschema_for::<RuleSetting>(),
        })
    }
}

/// How a rule is run: a severity alone, or with paths to ignore.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum RuleSetting {
    /// `error`, `warning`, `info` or `off`.
    Level(Level),
    /// A severity and patterns of paths that the rule ignores.
    Full(FullRuleSetting),
}

/// The long form of a rule's setting.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FullRuleSetting {
    /// The severity of the rule's findings. Default: the rule's own.
    pub severity: Option<Level>,
    /// Paths that the rule ignores.
    pub ignore: Vec<Spanned<Pattern>>,
}

/// A severity, or that the rule is not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase", transform = or_false)]
pub enum Level {
    /// Wrong; fails a check.
    Error,
    /// Probably wrong.
    Warning,
    /// Worth knowing.
    Info,
    /// Not run.
    Off,
}

/// `off` without quotes is a boolean in YAML 1.1.
fn or_false(schema: &mut Schema) {
    if let Some(Value::Array(levels)) = schema.get_mut("oneOf") {
        levels.push(json!({"const": false, "description": "Not run: `off` without quotes."}));
    }
}

/// The words for a level.
const LEVELS: &[&str] = &["error", "warning", "info", "off"];

impl Level {
    /// The severity, none when the rule is off.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Level::Error => Some(Severity::Error),
            Level::Warning => Some(Severity::Warning),
            Level::Info => Some(Severity::Info),
            Level::Off => None,
        }
    }
}

impl RuleSetting {
    /// The severity that was set, if one was.
    pub fn level(&self) -> Option<Level> {
        match self {
            RuleSetting::Level(level) => Some(*level),
            RuleSetting::Full(full) => full.severity,
        }
    }

    /// The paths that the rule leaves alone.
    pub fn ignore(&self) -> &[Spanned<Pattern>] {
        match self {
            RuleSetting::Level(_) => &[],
            RuleSetting::Full(full) => &full.ignore,
        }
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LevelVisitor)
    }
}

struct LevelVisitor;

impl Visitor<'_> for LevelVisitor {
    type Value = Level;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`error`, `warning`, `info` or `off`")
    }

    /// `off` without quotes is a boolean in YAML 1.1.
    fn visit_bool<E: Error>(self, value: bool) -> Result<Level, E> {
        if value {
            Err(E::unknown_variant("on", LEVELS))
        } else {
            Ok(Level::Off)
        }
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Level, E> {
        match word {
            "error" => Ok(Level::Error),
            "warning" => Ok(Level::Warning),
            "info" => Ok(Level::Info),
            "off" => Ok(Level::Off),
            other => Err(E::unknown_variant(other, LEVELS)),
        }
    }
}

impl<'de> Deserialize<'de> for RuleSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SettingVisitor)
    }
}

struct SettingVisitor;

impl<'de> Visitor<'de> for SettingVisitor {
    type Value = RuleSetting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`error`, `warning`, `info` or `off`, or a map with `severity` and `ignore`")
    }

    /// A rule of which nothing is set any more: its last line was deleted.
    fn visit_unit<E: Error>(self) -> Result<RuleSetting, E> {
        Ok(RuleSetting::Full(FullRuleSetting::default()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<RuleSetting, E> {
        LevelVisitor.visit_bool(value).map(RuleSetting::Level)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<RuleSetting, E> {
        Level::deserialize(StrDeserializer::new(word)).map(RuleSetting::Level)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RuleSetting, A::Error> {
        FullRuleSetting::deserialize(MapAccessDeserializer::new(map)).map(RuleSetting::Full)
    }
}
