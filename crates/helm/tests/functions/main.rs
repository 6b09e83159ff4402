//! The functions of helm 4.3.1, one by one, against recorded answers of the real program.
//!
//! `calls/*.txt` holds one template a line; `recorded/*.json` holds what helm made of each. The tests of `live_helm`
//! ask a helm 4.3.1 for the answers again; `cargo xtask parity record` writes them.

#[path = "../../../../tests/shared/helm.rs"]
mod helm;
mod hostile;
mod methods;
mod oracle;
mod replay;
mod seeded;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use envlint_gotemplate::Signature;
use serde_json::{Value, json};

/// What a template gave: its text, or helm's whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    Output(String),
    Error(String),
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/functions")
}

fn read(path: PathBuf) -> String {
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The calls of a file: a line each. A line that starts with `{{ end }}` belongs to the one before: a loop that prints
/// lines.
fn calls(name: &str) -> Vec<String> {
    let mut calls: Vec<String> = Vec::new();
    for line in read(directory().join(format!("calls/{name}.txt"))).lines() {
        match calls.last_mut() {
            Some(last) if line.starts_with("{{ end }}") => {
                last.push('\n');
                last.push_str(line);
            }
            _ => calls.push(line.to_owned()),
        }
    }
    calls
}

fn recorded(name: &str) -> Vec<(String, Answer)> {
    let text = read(directory().join(format!("recorded/{name}.json")));
    let entries: Vec<BTreeMap<String, String>> = serde_json::from_str(&text).unwrap();
    entries
        .into_iter()
        .map(|mut entry| {
            let answer = match (entry.remove("output"), entry.remove("error")) {
                (Some(output), None) => Answer::Output(output),
                (None, Some(error)) => Answer::Error(error),
                _ => panic!("{name}: an entry has an output or an error"),
            };
            (entry.remove("call").unwrap(), answer)
        })
        .collect()
}

fn record(name: &str, answers: &[(String, Answer)]) {
    let entries: Vec<Value> = answers
        .iter()
        .map(|(call, answer)| match answer {
            Answer::Output(output) => json!({"call": call, "output": output}),
            Answer::Error(error) => json!({"call": call, "error": error}),
        })
        .collect();
    let path = directory().join(format!("recorded/{name}.json"));
    let text = serde_json::to_string_pretty(&entries).unwrap();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text + "\n").unwrap();
}

/// Asks the real helm again, and with `ENVLINT_RECORD` set writes its answers.
fn check_record(name: &str) {
    let answers = oracle::ask(&helm::program(), &calls(name));
    if helm::is_recording() {
        record(name, &answers);
    }
    assert_eq!(
        recorded(name),
        answers,
        "helm answers otherwise now: record again"
    );
}

/// Every answer is that of helm; all differences are shown at once.
fn check(name: &str) {
    let calls = calls(name);
    let recorded = recorded(name);
    let known: Vec<&String> = recorded.iter().map(|(call, _)| call).collect();
    assert_eq!(
        known,
        calls.iter().collect::<Vec<_>>(),
        "{name}: calls without an answer: record them"
    );
    let differences: Vec<String> = recorded
        .iter()
        .filter_map(|(call, answer)| replay::difference(call, answer))
        .collect();
    assert!(
        differences.is_empty(),
        "{name}: {} of {} calls differ\n\n{}",
        differences.len(),
        recorded.len(),
        differences.join("\n\n")
    );
}

macro_rules! rooms {
    ($($room:ident),*) => {
        const ROOMS: &[&str] = &[$(stringify!($room)),*];
        $(
            #[test]
            fn $room() {
                check(stringify!($room));
            }
        )*

        mod live_helm {
            $(
                #[test]
                #[ignore = "needs helm: set ENVLINT_HELM"]
                fn $room() {
                    super::check_record(stringify!($room));
                }
            )*
        }
    };
}

rooms!(
    cast, crypto, dates, dicts, encoding, engine, json, lists, math, objects, regexp, semver,
    strings
);

/// Helm's function map: names and Go types.
fn signatures() -> BTreeMap<String, String> {
    let text = read(directory().join("signatures.tsv"));
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, ty) = line.split_once('\t').unwrap();
            (name.to_owned(), ty.to_owned())
        })
        .collect()
}

#[test]
fn every_function_of_helm_is_there() {
    let registry = envlint_helm::registry();
    let ours: BTreeSet<&str> = registry.names().collect();
    let signatures = signatures();
    let helms: BTreeSet<&str> = signatures.keys().map(String::as_str).collect();
    let missing: Vec<_> = helms.difference(&ours).collect();
    let unknown: Vec<_> = ours.difference(&helms).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "missing: {missing:?}, not in helm: {unknown:?}"
    );
}

#[test]
fn parameters_have_helms_types() {
    let registry = envlint_helm::registry();
    let differences: Vec<String> = signatures()
        .into_iter()
        .filter_map(|(name, ty)| {
            let ours = go_parameters(registry.get(&name)?.signature());
            (!ty.starts_with(&ours)).then(|| format!("{name}: helm has {ty}, we have {ours}"))
        })
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// `func(int, ...string)`
fn go_parameters(signature: Signature) -> String {
    let count = signature.params.len();
    let parameters: Vec<String> = signature
        .params
        .iter()
        .enumerate()
        .map(|(index, ty)| {
            let dots = if signature.variadic && index + 1 == count {
                "..."
            } else {
                ""
            };
            format!("{dots}{ty}")
        })
        .collect();
    format!("func({})", parameters.join(", "))
}

#[test]
fn every_function_is_called_three_times() {
    let text: String = ROOMS
        .iter()
        .flat_map(|room| calls(room))
        .collect::<Vec<_>>()
        .join("\n");
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.' || c == '"';
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in text.split(|c: char| !is_word(c)) {
        *counts.entry(word).or_default() += 1;
    }
    let rare: Vec<String> = signatures()
        .into_keys()
        .filter(|name| counts.get(name.as_str()).copied().unwrap_or(0) < 3)
        .collect();
    assert!(rare.is_empty(), "called less than three times: {rare:?}");
}

/// Asks the real helm whether it knows every name of the list.
#[test]
#[ignore = "needs helm: set ENVLINT_HELM"]
fn live_helm_knows_the_names() {
    let calls: Vec<String> = signatures()
        .into_keys()
        .map(|name| format!("{{{{ if false }}}}{{{{ {name} }}}}{{{{ end }}}}"))
        .collect();
    for (call, answer) in oracle::ask(&helm::program(), &calls) {
        assert_eq!(answer, Answer::Output(String::new()), "{call}");
    }
}
