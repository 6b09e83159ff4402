//! What Helm says, for every class of scalar and key, for files that it refuses or reads in its own way, and for the text
//! that it prints. The answers are recorded; the `live_` tests ask for them again.

mod oracle;

use std::collections::BTreeMap;

use envlint_yaml::{Document, Map, Node, Value, emit, emit_pretty};
use serde::{Deserialize, Serialize};

/// Equal to what Go decoded from JSON: every number is a float64.
fn same(ours: &Value, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(ours), serde_json::Value::Bool(theirs)) => ours == theirs,
        (Value::String(ours), serde_json::Value::String(theirs)) => ours == theirs,
        (Value::Seq(ours), serde_json::Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Map(ours), serde_json::Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .all(|(key, ours)| theirs.get(key).is_some_and(|theirs| same(ours, theirs)))
        }
        (ours, serde_json::Value::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        _ => false,
    }
}

/// A text, and what it is to Helm.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Answer {
    text: String,
    value: serde_json::Value,
}

fn list(name: &str) -> Vec<String> {
    let text = match name {
        "scalars" => include_str!("fixtures/scalars.txt"),
        "keys" => include_str!("fixtures/keys.txt"),
        other => panic!("{other}"),
    };
    text.lines().map(str::to_owned).collect()
}

/// Helm's answers to a list of texts, each of which `line` makes an entry of.
fn ask(helm: &oracle::Helm, texts: &[String], line: impl Fn(&String) -> String) -> Vec<Answer> {
    let file: String = std::iter::once("cases:\n".to_owned())
        .chain(texts.iter().map(line))
        .collect();
    let answer = helm
        .render("{{ .Values | toJson }}", file.as_bytes())
        .unwrap();
    let answers = answer["cases"].as_array().unwrap();
    assert_eq!(texts.len(), answers.len());
    texts
        .iter()
        .zip(answers)
        .map(|(text, value)| Answer {
            text: text.clone(),
            value: value.clone(),
        })
        .collect()
}

/// What a text is to us is what the record says that it is to Helm.
fn check_answers(name: &str, line: impl Fn(&String) -> String) {
    let answers: Vec<Answer> = oracle::recorded(&format!("{name}.json"));
    let texts: Vec<&String> = answers.iter().map(|answer| &answer.text).collect();
    assert_eq!(texts, list(name).iter().collect::<Vec<_>>(), "record again");
    for Answer { text, value } in &answers {
        let doc = Document::parse(line(text));
        assert_eq!(doc.errors(), [], "{text:?}");
        let ours = doc.root().unwrap().as_sequence().unwrap()[0].to_value();
        assert!(same(&ours, value), "{text:?}: {ours:?}, helm {value:?}");
    }
}

fn scalar_line(text: &String) -> String {
    format!("- {text}\n")
}

fn key_line(text: &String) -> String {
    format!("- {text}: x\n")
}

#[test]
fn scalars_resolve_as_in_helm() {
    check_answers("scalars", scalar_line);
}

#[test]
fn keys_become_text_as_in_helm() {
    check_answers("keys", key_line);
}

#[test]
#[ignore = "needs helm: set ENVLINT_HELM"]
fn live_scalars_resolve_as_recorded() {
    oracle::check_record("scalars.json", |helm| {
        ask(helm, &list("scalars"), scalar_line)
    });
}

#[test]
#[ignore = "needs helm: set ENVLINT_HELM"]
fn live_keys_become_text_as_recorded() {
    oracle::check_record("keys.json", |helm| ask(helm, &list("keys"), key_line));
}

/// A file, and what Helm makes of it: the values, or nothing when it refuses.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct File {
    source: String,
    values: Option<serde_json::Value>,
    error: Option<String>,
}

fn file_sources() -> Vec<String> {
    serde_json::from_str(include_str!("fixtures/sources.json")).unwrap()
}

/// Helm's answer to one file, with the line of its error.
fn ask_file(helm: &oracle::Helm, source: &str) -> File {
    let answer = helm.render("{{ .Values | toJson }}", source.as_bytes());
    let error = answer.as_ref().err().map(|error| {
        let line = error
            .lines()
            .find(|line| line.starts_with("Error:"))
            .unwrap_or_default();
        line.trim_start_matches("Error: failed to parse input.yaml: ")
            .to_owned()
    });
    File {
        source: source.to_owned(),
        values: answer.ok(),
        error,
    }
}

/// Overlays the documents of a stream as Helm does. `None` for what is not a map.
fn overlaid(doc: &Document) -> Option<Value> {
    fn merge(into: &mut Map, from: Map) {
        for (key, value) in from {
            match (into.get_mut(&key), value) {
                (Some(Value::Map(into)), Value::Map(from)) => merge(into, from),
                (_, value) => {
                    into.insert(key, value);
                }
            }
        }
    }
    let mut values = Map::new();
    for document in doc.documents() {
        match document.to_value() {
            Value::Map(map) => merge(&mut values, map),
            Value::Null => {}
            _ => return None,
        }
    }
    Some(Value::Map(values))
}

/// Files on which this crate and Helm differ, and why.
fn known_differences() -> BTreeMap<String, String> {
    serde_json::from_str(include_str!("fixtures/differences.json")).unwrap()
}

#[test]
#[ignore = "needs helm: set ENVLINT_HELM"]
fn live_files_are_read_and_refused_as_recorded() {
    oracle::check_record("files.json", |helm| {
        file_sources()
            .iter()
            .map(|source| ask_file(helm, source))
            .collect()
    });
}

#[test]
fn files_are_read_and_refused_as_in_helm() {
    let answers: Vec<File> = oracle::recorded("files.json");
    let sources: Vec<&String> = answers.iter().map(|file| &file.source).collect();
    assert_eq!(
        sources,
        file_sources().iter().collect::<Vec<_>>(),
        "record again"
    );
    let mut differences = BTreeMap::new();
    for File {
        source,
        values,
        error,
    } in answers
    {
        let doc = Document::parse(source.as_str());
        let refused = doc.errors().iter().find(|problem| problem.is_refused());
        let ours = if refused.is_some() {
            None
        } else {
            overlaid(&doc)
        };
        let agrees = match (&ours, &values) {
            (Some(ours), Some(theirs)) => same(ours, theirs),
            (None, None) => true,
            _ => false,
        };
        if !agrees {
            let said = refused.map(|problem| problem.message.clone());
            differences.insert(
                source,
                format!("ours {ours:?} {said:?}, helm {values:?} {error:?}"),
            );
        }
    }
    let known = known_differences();
    let unknown: Vec<_> = differences
        .iter()
        .filter(|(source, _)| !known.contains_key(*source))
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let gone: Vec<_> = known
        .keys()
        .filter(|source| !differences.contains_key(*source))
        .collect();
    assert!(gone.is_empty(), "no longer different: {gone:#?}");
}

/// A value, and the text that Helm prints for it.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Printed {
    /// As YAML on one line.
    value: String,
    yaml: String,
    pretty: String,
}

/// Every number as Helm has it.
fn as_floats(value: &Value) -> Value {
    match value {
        Value::Int(_) | Value::UInt(_) => Value::Float(value.as_f64().unwrap()),
        Value::Seq(items) => Value::Seq(items.iter().map(as_floats).collect()),
        Value::Map(map) => Value::Map(
            map.iter()
                .map(|(key, value)| (key.clone(), as_floats(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

fn emitted_texts() -> Vec<String> {
    let texts = include_str!("fixtures/emit.txt").lines();
    texts.map(str::to_owned).collect()
}

#[test]
#[ignore = "needs helm: set ENVLINT_HELM"]
fn live_values_are_printed_as_recorded() {
    let texts = emitted_texts();
    let template = "{{ $all := list }}{{ range .Values.cases }}\
                    {{ $all = append $all (dict \"yaml\" (toYaml .) \"pretty\" (toYamlPretty .)) }}{{ end }}\
                    {{ dict \"all\" $all | toJson }}";
    let ask = |helm: &oracle::Helm| {
        let file: String = std::iter::once("cases:\n".to_owned())
            .chain(texts.iter().map(|text| format!("- {text}\n")))
            .collect();
        let answer = helm.render(template, file.as_bytes()).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let printed = texts.iter().zip(answer["all"].as_array().unwrap());
        printed
            .map(|(value, answer)| Printed {
                value: value.clone(),
                yaml: text(&answer["yaml"]),
                pretty: text(&answer["pretty"]),
            })
            .collect()
    };
    oracle::check_record("emit.json", ask);
}

#[test]
fn values_are_printed_as_in_helm() {
    let answers: Vec<Printed> = oracle::recorded("emit.json");
    let texts: Vec<&String> = answers.iter().map(|printed| &printed.value).collect();
    assert_eq!(
        texts,
        emitted_texts().iter().collect::<Vec<_>>(),
        "record again"
    );
    let mut wrong = Vec::new();
    for Printed {
        value,
        yaml,
        pretty,
    } in answers
    {
        let doc = Document::parse(format!("- {value}\n"));
        assert_eq!(doc.errors(), [], "{value}");
        let read = as_floats(&doc.root().and_then(Node::as_sequence).unwrap()[0].to_value());
        let ours = (emit(&read), emit_pretty(&read));
        if ours != (yaml.clone(), pretty.clone()) {
            wrong.push((value, ours, (yaml, pretty)));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong: {wrong:#?}", wrong.len());
}
