//! Templates with Helm expressions in place of coordinates: the templates of a chart.
//!
//! A text may hold expressions between two marks that no file holds. A condition is an expression. Whatever a values file
//! has where a setting should be, no access fails: maps are told from other things before they are looked into.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::Error;
use minijinja::value::Value;

use super::mode::{Answers, go_string, unknown_setting};
use crate::secrets::backends::{Backend, ENABLED, Form, Setting};
use crate::secrets::go_json;

const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

/// An app's deployment in one environment: how the chart tells which environment it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The namespace.
    pub namespace: String,
    /// The release.
    pub release: String,
    /// The environment.
    pub environment: String,
}

/// What one template asked for.
#[derive(Debug, Clone)]
pub(super) struct Helm {
    backend: &'static Backend,
    asked: Arc<Mutex<Asked>>,
}

#[derive(Debug, Default)]
struct Asked {
    settings: BTreeSet<String>,
    definitions: Vec<String>,
}

enum Piece<'t> {
    Literal(&'t str),
    Expression(&'t str),
}

impl Helm {
    pub(super) fn new(backend: &'static Backend) -> Helm {
        Helm {
            backend,
            asked: Arc::default(),
        }
    }

    /// An expression as a part of a text.
    pub(super) fn marked(expression: &str) -> String {
        format!("{OPEN}{expression}{CLOSE}")
    }

    fn asked<T>(&self, change: impl FnOnce(&mut Asked) -> T) -> T {
        change(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The variable of a setting, which the file's head then defines.
    fn variable(&self, path: &str) -> Result<String, Error> {
        if path == "environment" {
            return Ok("$environment".to_owned());
        }
        let base = path
            .strip_suffix(".name")
            .or(path.strip_suffix(".key"))
            .unwrap_or(path);
        if self
            .backend
            .setting(path)
            .or(self.backend.setting(base))
            .is_none()
        {
            return Err(unknown_setting(path));
        }
        self.asked(|asked| asked.settings.insert(path.to_owned()));
        Ok(variable(path))
    }

    /// The whole file: the head, and the objects when the backend is enabled.
    pub(super) fn file(&self, deployments: &[Deployment], body: &str) -> String {
        let mut head = vec![
            format!(
                "{{{{- /* {}: {}. Written by `envlint generate templates`; do not edit. */ -}}}}",
                self.backend.title, self.backend.emits
            ),
            "{{- $secrets := ternary .Values.secrets (dict) (kindIs \"map\" .Values.secrets) }}"
                .to_owned(),
            format!(
                "{{{{- $settings := {} }}}}",
                map_or_empty(&format!("$secrets.{}", self.backend.key))
            ),
            format!("{{{{- if $settings.{ENABLED} }}}}"),
            environment(deployments),
        ];
        self.asked(|asked| {
            head.extend(groups(&asked.settings));
            for setting in self.backend.settings {
                head.extend(definitions(setting, &asked.settings));
            }
            head.append(&mut asked.definitions);
        });
        format!("{}\n{}{{{{- end }}}}\n", head.join("\n"), aligned(body))
    }
}

/// Every `end` under its `if`.
fn aligned(body: &str) -> String {
    let mut open: Vec<&str> = Vec::new();
    let mut text = String::with_capacity(body.len());
    for line in body.lines() {
        let control = line.trim_start();
        if control == "{{- end }}" {
            text.push_str(open.pop().unwrap_or_default());
            text.push_str(control);
        } else {
            if control.starts_with("{{- if ") {
                open.push(&line[..line.len() - control.len()]);
            }
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

/// The environment's name: from the values, or by where the chart is deployed.
fn environment(deployments: &[Deployment]) -> String {
    let known: Vec<String> = deployments
        .iter()
        .map(|deployment| {
            let place = format!("{}/{}", deployment.namespace, deployment.release);
            format!(
                "{} {}",
                go_string(&place),
                go_string(&deployment.environment)
            )
        })
        .collect();
    let table = if known.is_empty() {
        "dict".to_owned()
    } else {
        format!("dict {}", known.join(" "))
    };
    format!(
        "{{{{- $environment := $secrets.environment | default (get ({table}) (printf \"%s/%s\" .Release.Namespace .Release.Name)) | toString }}}}"
    )
}

/// The variables of the maps that settings stand in, outer ones first.
fn groups(settings: &BTreeSet<String>) -> Vec<String> {
    let mut groups = BTreeSet::new();
    for path in settings {
        let mut group = path.as_str();
        while let Some((parent, _)) = group.rsplit_once('.') {
            groups.insert(parent);
            group = parent;
        }
    }
    groups
        .into_iter()
        .map(|group| {
            let place = access(group);
            let otherwise = if settings.contains(&format!("{group}.key")) {
                // A Secret may be given by its name alone.
                format!("(dict \"name\" {place})")
            } else {
                "(dict)".to_owned()
            };
            format!(
                "{{{{- ${}Settings := ternary {place} {otherwise} (kindIs \"map\" {place}) }}}}",
                camel(group)
            )
        })
        .collect()
}

/// The definition of a setting's variable, or of the two of a Secret's name and key.
fn definitions(setting: &Setting, asked: &BTreeSet<String>) -> Vec<String> {
    let define = |path: &str, expression: String| {
        asked
            .contains(path)
            .then(|| format!("{{{{- {} := {expression} }}}}", variable(path)))
    };
    let text = |path: &str, default: &str| {
        format!(
            "{} | default {} | toString",
            access(path),
            go_string(default)
        )
    };
    let default = setting.default.unwrap_or_default();
    match setting.form {
        Form::SecretRef(key) => {
            let (name, key_path) = (
                format!("{}.name", setting.path),
                format!("{}.key", setting.path),
            );
            let name = define(&name, text(&name, ""));
            name.into_iter()
                .chain(define(&key_path, text(&key_path, key)))
                .collect()
        }
        Form::Flag | Form::Workloads | Form::Ciphertexts => {
            define(setting.path, access(setting.path))
                .into_iter()
                .collect()
        }
        // Helm reads numbers as floats, and would print large ones with an exponent.
        Form::Version => {
            let value = format!(
                "({} | default {})",
                access(setting.path),
                go_string(default)
            );
            let number = format!(
                "printf \"%v\" (ternary (int64 {value}) {value} (kindIs \"float64\" {value}))"
            );
            define(setting.path, number).into_iter().collect()
        }
        _ if setting.path == "prefix" => {
            let trimmed = format!("{} | trimSuffix \"/\"", text(setting.path, default));
            define(setting.path, trimmed).into_iter().collect()
        }
        _ => define(setting.path, text(setting.path, default))
            .into_iter()
            .collect(),
    }
}

fn map_or_empty(place: &str) -> String {
    format!("ternary {place} (dict) (kindIs \"map\" {place})")
}

/// How a setting is reached from the variable of its map.
fn access(path: &str) -> String {
    match path.rsplit_once('.') {
        Some((group, key)) => format!("${}Settings.{key}", camel(group)),
        None => format!("$settings.{path}"),
    }
}

fn variable(path: &str) -> String {
    format!("${}", camel(path))
}

fn camel(path: &str) -> String {
    let mut words = path.split('.');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut characters = word.chars();
        name.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(characters.as_str());
    }
    name
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for part in text.split(OPEN) {
        let (expression, literal) = match part.split_once(CLOSE) {
            Some((expression, literal)) => (Some(expression), literal),
            None => (None, part),
        };
        pieces.extend(expression.map(Piece::Expression));
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
    }
    pieces
}

/// A text as one expression.
fn expression(text: &str) -> String {
    match pieces(text).as_slice() {
        [] => "\"\"".to_owned(),
        [Piece::Literal(literal)] => go_string(literal),
        [Piece::Expression(expression)] => (*expression).to_owned(),
        pieces => {
            let mut format = String::new();
            let mut arguments = String::new();
            for piece in pieces {
                match piece {
                    Piece::Literal(literal) => format.push_str(&literal.replace('%', "%%")),
                    Piece::Expression(expression) => {
                        format.push_str("%s");
                        arguments.push(' ');
                        arguments.push_str(&argument(expression));
                    }
                }
            }
            format!("printf {}{arguments}", go_string(&format))
        }
    }
}

/// An expression as an argument: in parentheses, unless it is one word.
fn argument(expression: &str) -> String {
    let is_word = expression.starts_with('"')
        && !expression[1..].trim_end_matches('"').contains('"')
        || !expression.contains(' ');
    if is_word {
        expression.to_owned()
    } else {
        format!("({expression})")
    }
}

fn condition_argument(condition: &Value) -> String {
    argument(condition.as_str().unwrap_or("false"))
}

impl Answers for Helm {
    fn coordinate(&self, path: &str) -> Result<String, Error> {
        Ok(Helm::marked(&self.variable(path)?))
    }

    fn is_set(&self, path: &str) -> Result<Value, Error> {
        Ok(self.variable(path)?.into())
    }

    fn is_any(&self, path: &str, values: &[String]) -> Result<Value, Error> {
        let variable = self.variable(path)?;
        let values: Vec<String> = values.iter().map(|value| go_string(value)).collect();
        Ok(match values.as_slice() {
            [value] => format!("eq {variable} {value}"),
            _ => format!("has {variable} (list {})", values.join(" ")),
        }
        .into())
    }

    fn contains(&self, path: &str, text: &str) -> Result<Value, Error> {
        Ok(format!("contains {} {}", go_string(text), self.variable(path)?).into())
    }

    fn negated(&self, condition: &Value) -> Value {
        format!("not {}", condition_argument(condition)).into()
    }

    fn combined(&self, either: bool, left: &Value, right: &Value) -> Value {
        let word = if either { "or" } else { "and" };
        format!(
            "{word} {} {}",
            condition_argument(left),
            condition_argument(right)
        )
        .into()
    }

    fn when(&self, condition: &Value, body: &str) -> String {
        format!(
            "{{{{- if {} }}}}\n{body}\n{{{{- end }}}}\n",
            condition.as_str().unwrap_or("false")
        )
    }

    fn choose(&self, condition: &Value, yes: &str, no: &str) -> String {
        Helm::marked(&format!(
            "ternary {} {} {}",
            argument(&expression(yes)),
            argument(&expression(no)),
            condition_argument(condition)
        ))
    }

    fn first(&self, text: &str, otherwise: &str) -> String {
        Helm::marked(&format!(
            "{} | default {}",
            expression(text),
            argument(&expression(otherwise))
        ))
    }

    fn under(&self, prefix: &str, separator: &str, name: &str) -> String {
        Helm::marked(&format!(
            "list {} {} | compact | join {}",
            argument(&expression(prefix)),
            argument(&expression(name)),
            argument(&expression(separator))
        ))
    }

    fn quoted(&self, text: &str) -> String {
        match pieces(text).as_slice() {
            [] => "\"\"".to_owned(),
            [Piece::Literal(literal)] if !literal.contains("{{") => go_json::quote(literal),
            _ => format!("{{{{ {} | toJson }}}}", expression(text)),
        }
    }

    fn embedded(&self, text: &str) -> String {
        match pieces(text).as_slice() {
            [] | [Piece::Literal(_)] => self.quoted(text),
            // JSON leaves this one as it is, and YAML takes it for a line break, which would end the block of text.
            _ => format!(
                "{{{{ {} | toJson | replace \"\\u0085\" \"\\\\u0085\" }}}}",
                expression(text)
            ),
        }
    }

    fn json(&self, text: &str) -> String {
        format!("{{{{ {} | toJson }}}}", expression(text))
    }

    fn define(&self, name: &str, text: &str) -> String {
        let line = format!("{{{{- ${name} := {} }}}}", expression(text));
        self.asked(|asked| asked.definitions.push(line));
        Helm::marked(&format!("${name}"))
    }

    fn define_condition(&self, name: &str, condition: &Value) -> Value {
        let line = format!(
            "{{{{- ${name} := {} }}}}",
            condition.as_str().unwrap_or("false")
        );
        self.asked(|asked| asked.definitions.push(line));
        format!("${name}").into()
    }

    fn sealed_values(&self, secret: &str) -> Result<String, Error> {
        self.variable("encryptedData")?;
        let data = map_or_empty("$encryptedData");
        let place = format!("(get ({data}) {})", go_string(secret));
        Ok(Helm::marked(&map_or_empty(&place)))
    }

    fn sealed_value(&self, sealed: &str, key: &str) -> String {
        Helm::marked(&format!(
            "get {} {} | toString",
            expression(sealed),
            go_string(key)
        ))
    }
}
