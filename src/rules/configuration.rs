//! `rules:` of `envlint.yaml`: which names are right there.

use serde_json::{Value, json};

use crate::masking::{Name, Printable, text};
use crate::source::{Location, Problem, nearest};
use crate::workspace::{Config, Workspace};

/// The JSON Schema of the configuration, as text: `schemas/envlint.schema.json`. It has one property for each rule, so that
/// editors complete their names.
pub fn schema() -> Printable {
    let mut schema = Config::schema();
    if let Some(rules) = schema
        .pointer_mut("/properties/rules")
        .and_then(Value::as_object_mut)
    {
        let setting = rules.remove("additionalProperties").unwrap_or_default();
        let properties = super::all().iter().map(|rule| {
            let mut property = setting.clone();
            if let Some(property) = property.as_object_mut() {
                property.insert(
                    "description".to_owned(),
                    rule.summary().into_string().into(),
                );
            }
            (rule.name.to_owned(), property)
        });
        let known = rules.get_mut("properties").and_then(Value::as_object_mut);
        if let Some(known) = known {
            known.extend(properties);
        }
        rules.insert("additionalProperties".to_owned(), json!(false));
    }
    Printable::json(&schema)
}

/// The names under `rules:` that no rule has, each with the nearest right one.
pub fn mistakes(workspace: &Workspace) -> Vec<Problem> {
    let Some(source) = &workspace.config_source else {
        return Vec::new();
    };
    let config = &workspace.config;
    let names = config.rules.iter().map(|(name, _)| name);
    let policies = config.policies.iter().map(|policy| &policy.name);
    let unknown = names
        .filter(|name| super::find(&name.value).is_none())
        .map(|name| {
            let place = Location::new(source, name.span);
            if is_policy(config, &name.value) {
                let message = text!("`{}` is a policy, not a rule of envlint", Name(&name.value));
                return Problem::located(place, message)
                    .help("set `severity` of the policy under `policies:`");
            }
            let known = super::all().iter().map(|rule| rule.name);
            let message = text!("there is no rule `{}`", Name(&name.value));
            Problem::located(place, message).suggest_or(
                nearest(&name.value, known),
                "`envlint rules` lists the rules",
            )
        });
    let taken = policies
        .filter(|name| super::find(&name.value).is_some())
        .map(|name| {
            let message = text!("a rule of envlint has the name `{}`", Name(&name.value));
            Problem::located(Location::new(source, name.span), message)
                .help("give the policy another name: `team/…`")
        });
    unknown.chain(taken).collect()
}

/// Whether a policy of the configuration has a name.
pub fn is_policy(config: &Config, name: &str) -> bool {
    let mut policies = config.policies.iter();
    policies.any(|policy| policy.name.value == name)
}
