//! Texts with `{{ }}` in manifests and helmfiles, as far as they can be evaluated here.

use std::sync::{Arc, LazyLock};

use envlint_gotemplate as go;
use envlint_helm::{Session, SessionOptions, registry};
use envlint_yaml::{Map, Value};
use go::{Function, Functions, Limits, TemplateSet, Type};

use super::holes::{has_holes, hole};
use super::nodes::flat;

/// Room for a template that says what is deployed, and no more: they come from strangers.
const LIMITS: Limits = Limits {
    depth: 100,
    output: 1 << 20,
    steps: 500_000,
};

/// Functions that ask for something that is not in the repository: what they give is not known. And those that only read
/// their arguments.
static OTHERS: &[Function] = &[
    Function::variadic("env", &[Type::Interface], unknown),
    Function::variadic("requiredEnv", &[Type::Interface], unknown),
    Function::variadic("exec", &[Type::Interface], unknown),
    Function::variadic("envExec", &[Type::Interface], unknown),
    Function::variadic("fetchSecretValue", &[Type::Interface], unknown),
    Function::variadic("expandSecretRefs", &[Type::Interface], unknown),
    Function::variadic("readFile", &[Type::Interface], unknown),
    Function::variadic("readDir", &[Type::Interface], unknown),
    Function::variadic("default", &[Type::Interface, Type::Interface], |_, args| {
        let given = args.rest(1).first().filter(|value| is_given(value));
        Ok(given.unwrap_or(args.get(0)).clone())
    }),
    Function::variadic("coalesce", &[Type::Interface], |_, args| {
        let mut values = args.rest(0).iter();
        Ok(values
            .find(|value| is_given(value))
            .cloned()
            .unwrap_or(go::Value::Nil))
    }),
    Function::variadic("get", &[Type::String, Type::Interface], get),
    Function::variadic("getOrNil", &[Type::String, Type::Interface], get),
    Function::new("normalize", &[Type::String], |_, args| {
        let lower = args.text(0).to_lowercase();
        let letters = lower.chars().map(|char| match char {
            'a'..='z' | '0'..='9' | '.' | '-' => char,
            _ => '-',
        });
        Ok(letters.collect::<String>().into())
    }),
];

fn unknown(_: &mut dyn go::Context, args: go::Args) -> Result<go::Value, go::Error> {
    let name = match args.len() {
        0 => String::new(),
        _ => args
            .get(0)
            .as_string()
            .map_or_else(String::new, |text| text.to_str_lossy().into_owned()),
    };
    Ok(hole(&name).into())
}

/// Whether a value stands for itself, and not for its default: `env "X" | default "y"` is `y` as far as the repository tells.
fn is_given(value: &go::Value) -> bool {
    let is_hole = |text: &go::GoString| has_holes(&text.to_str_lossy());
    value.is_true() && !value.as_string().is_some_and(is_hole)
}

/// helmfile: `get "a.b" default map`.
fn get(_: &mut dyn go::Context, args: go::Args) -> Result<go::Value, go::Error> {
    let path = args.text(0).into_owned();
    let rest = args.rest(1);
    let Some((map, defaults)) = rest.split_last() else {
        return Ok(go::Value::Nil);
    };
    let found = path
        .split('.')
        .try_fold(map.clone(), |value, key| value.as_map()?.get(key));
    Ok(found
        .or_else(|| defaults.first().cloned())
        .unwrap_or(go::Value::Nil))
}

fn functions() -> Arc<Functions> {
    static FUNCTIONS: LazyLock<Arc<Functions>> =
        LazyLock::new(|| Arc::new((*registry()).clone().with(OTHERS)));
    Arc::clone(&FUNCTIONS)
}

/// A go template with data. What the data lacks is a part that is not known. None where it cannot be evaluated.
pub(super) fn evaluate(template: &str, data: &Map) -> Option<String> {
    try_evaluate(template, data).ok()
}

/// The same, with the reason where it cannot be evaluated.
pub(super) fn try_evaluate(template: &str, data: &Map) -> Result<String, String> {
    if !template.contains("{{") {
        return Ok(template.to_owned());
    }
    let mut set = TemplateSet::new("text", functions());
    set.parse("text", template)
        .map_err(|error| error.to_string())?;
    let mut session = Session::new(SessionOptions {
        seed: Some(0),
        ..SessionOptions::default()
    });
    let output = Arc::new(set)
        .execute("text", map_to_go(data), &mut session, LIMITS)
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8(output).map_err(|error| error.to_string())?;
    Ok(text.replace("<no value>", &hole("value")))
}

/// The other templates of Argo CD: `{{ path.basename }}` is a name among the parameters, and nothing else.
pub(super) fn substitute(template: &str, parameters: &Map) -> String {
    if !template.contains("{{") {
        return template.to_owned();
    }
    let known = flat(parameters);
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        text += before;
        let Some((name, behind)) = after.split_once("}}") else {
            rest = after;
            break;
        };
        let name = name.trim();
        // `path[1]` stands among the parameters as it is written.
        match known.iter().find(|(known, _)| known == name) {
            Some((_, value)) => text += value,
            None => text += &hole(name.trim_start_matches('.')),
        }
        rest = behind;
    }
    text + rest
}

fn to_go(value: &Value) -> go::Value {
    match value {
        Value::Null => go::Value::Nil,
        Value::Bool(value) => go::Value::Bool(*value),
        Value::Int(number) => go::Value::int64(*number),
        Value::UInt(number) => go::Value::float64(*number as f64),
        Value::Float(number) => go::Value::float64(*number),
        Value::String(text) => go::Value::string(text.as_str()),
        Value::Seq(items) => go::Value::List(items.iter().map(to_go).collect()),
        Value::Map(map) => map_to_go(map),
    }
}

fn map_to_go(map: &Map) -> go::Value {
    let entries = map.iter().map(|(key, value)| (key.as_str(), to_go(value)));
    go::Value::Map(entries.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::holes::shown;

    fn data() -> Map {
        let path: Map = [
            ("basename".to_owned(), Value::String("shop".to_owned())),
            (
                "segments".to_owned(),
                Value::Seq(vec![
                    Value::String("apps".to_owned()),
                    Value::String("shop".to_owned()),
                ]),
            ),
        ]
        .into_iter()
        .collect();
        [
            ("path".to_owned(), Value::Map(path)),
            ("env".to_owned(), Value::String("prod".to_owned())),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn templates_are_evaluated_and_what_is_not_known_stays_open() {
        for (template, expected) in [
            ("{{ .path.basename }}-{{ .env }}", "shop-prod"),
            ("{{ index .path.segments 0 }}", "apps"),
            ("{{ .cluster }}/x", "{value}/x"),
            ("{{ env \"STAGE\" }}", "{STAGE}"),
            ("{{ env \"STAGE\" | default \"dev\" }}", "dev"),
            ("{{ coalesce (env \"STAGE\") .env }}", "prod"),
            ("{{ .env | default \"dev\" }}", "prod"),
            ("{{ get \"path.basename\" . | upper }}", "SHOP"),
            ("{{ .env | normalize }}", "prod"),
        ] {
            let text = evaluate(template, &data()).map(|text| shown(&text));
            assert_eq!(text.as_deref(), Some(expected), "{template}");
        }
        assert_eq!(evaluate("{{ if }}", &data()), None);
    }

    #[test]
    fn the_plain_templates_of_argo_know_names_only() {
        assert_eq!(
            substitute("{{path.basename}}/{{ env }}", &data()),
            "shop/prod"
        );
        assert_eq!(shown(&substitute("{{name}}", &data())), "{name}");
        assert_eq!(substitute("{{env", &data()), "env");
    }
}
