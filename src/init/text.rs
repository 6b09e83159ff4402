//! The configuration as text: for a person to read, correct and commit.

use std::collections::BTreeSet;

use crate::values::Pattern;
use crate::workspace::{App, Environment, Workspace};

use super::entries::{Entries, Entry};
use super::infer::{Declaration, Expected, Inferred, Kept};
use super::observe::Defect;

const HEAD: &str = "\
# The configuration of envlint. `envlint init` wrote it from what the repository deploys and from the values files as they
# are today: read it, correct it, commit it.
";

const SECRETS: &str = "
# The secrets that the apps need, by name and key. Each environment selects where it keeps them, under `secrets:` in its
# values file.
#
# secrets:
#   database-credentials:
#     username: {property: username}
#     password: {property: password}
";

const PROMOTION: &str = "
# Changes that `envlint promote` refuses, so that a person makes them.
#
# promotion:
#   stop:
#     - {path: \"**.image.tag\", when: major-upgrade}
";

const FOUND: &str = "
# The apps are found by what the repository says it deploys, and by the names of values files: `envlint apps` lists them.
# You can also declare them. Then nothing else is looked for.
#
# apps:
#   - name: shop
#     values: environments/{env}/values.yaml
";

const PATHS: &str = "
# The only paths that may differ between environments. Every other path is shared: it is the same everywhere, and it
# moves from one environment to the next by `envlint promote`.
";

/// Writes the configuration of a workspace; without `entries`, discovery keeps finding the apps.
pub(super) fn write(
    workspace: &Workspace,
    inferred: &Inferred,
    lowered: &BTreeSet<&str>,
    entries: Option<&Entries>,
    has_environments: bool,
) -> String {
    let mut text = HEAD.to_owned();
    if has_environments {
        text += &environments(workspace, entries);
    }
    text += &match entries {
        Some(entries) => apps(workspace, inferred, entries),
        None => FOUND.to_owned(),
    };
    text += SECRETS;
    text += PATHS;
    if inferred.common.is_empty() {
        text += "perEnvironment: []\n";
    } else {
        text += "perEnvironment:\n";
        text += &declarations(&inferred.common, "  ");
    }
    text += &kept(&inferred.kept, workspace.apps.len() > 1);
    text += &rules(inferred, lowered);
    text + PROMOTION
}

fn environments(workspace: &Workspace, entries: Option<&Entries>) -> String {
    let line = |environment: &Environment| {
        let aliases = entries.and_then(|entries| entries.aliases.get(&environment.name));
        let aliases = aliases.map_or_else(String::new, |aliases| {
            let words: Vec<String> = aliases.iter().map(|alias| word(alias)).collect();
            format!(", aliases: [{}]", words.join(", "))
        });
        format!(
            "  {}: {{tier: {}{aliases}}}\n",
            word(&environment.name),
            environment.tier
        )
    };
    format!(
        "\n# In promotion order: values move from one to the next.\nenvironments:\n{}",
        workspace
            .environments
            .iter()
            .filter(|environment| !workspace.is_of_passing_stacks(environment))
            .map(line)
            .collect::<String>()
    )
}

fn apps(workspace: &Workspace, inferred: &Inferred, entries: &Entries) -> String {
    let mut text =
        "\n# What is deployed to every environment. `{env}` is the environment's name.\napps:\n"
            .to_owned();
    for entry in &entries.list {
        let app = workspace
            .apps
            .iter()
            .position(|app| *app.name == *entry.name);
        let own = app.and_then(|index| inferred.own.get(index));
        let app = app.and_then(|index| workspace.apps.get(index));
        text += &self::entry(workspace, entry, app, own.map_or(&[][..], |own| own));
    }
    text
}

fn entry(workspace: &Workspace, entry: &Entry, app: Option<&App>, own: &[Declaration]) -> String {
    let mut text = format!("  - name: {}\n", word(&entry.name));
    if app.is_none() {
        let names: Vec<&str> = entry.apps.iter().map(|app| &**app).collect();
        text += &comment(&format!("today: {}", names.join(", ")), "    ");
    }
    if let Some(chart) = &entry.chart {
        let chart = if chart.is_empty() { "." } else { chart };
        text += &format!("    chart: {}\n", file_pattern(chart));
    }
    if let Some(remote) = &entry.remote {
        text += &comment(
            &format!("the chart is {remote}, which envlint does not load"),
            "    ",
        );
    }
    if let Some(chart) = app.and_then(|app| app.chart_nearby(workspace)) {
        text += &format!(
            "    # chart: {} # if this is the app's chart, uncomment the line: envlint then renders and checks it\n",
            word(chart)
        );
    }
    if let Some(obstacle) = entry.obstacle {
        text += &comment(&format!("left to be found: {}", obstacle.as_str()), "    ");
    }
    match entry.values.as_slice() {
        [] => {}
        [own] => text += &format!("    values: {}\n", file_pattern(own)),
        layers => {
            text += "    values: # layers, the lowest first\n";
            for layer in layers {
                text += &format!("      - {}\n", file_pattern(layer));
            }
        }
    }
    if let Some(environments) = &entry.environments {
        let names: Vec<String> = environments.iter().map(|name| word(name)).collect();
        let others = workspace.environments.iter().map(|other| &other.name);
        let others: Vec<&str> = others
            .filter(|other| !environments.contains(other))
            .map(|other| &**other)
            .collect();
        text += &format!("    environments: [{}]", names.join(", "));
        text += &comment(&format!("not {}", others.join(", ")), " ");
    }
    if !entry.given.is_empty() {
        let given: Vec<String> = entry.given.iter().map(|path| word(path)).collect();
        text += &format!(
            "    given: [{}] # set when it is deployed, so never missing\n",
            given.join(", ")
        );
    }
    if let Some(namespace) = &entry.namespace {
        text += &format!("    namespace: {}\n", file_pattern(namespace));
    }
    if let Some(release) = &entry.release {
        text += &format!("    release: {}\n", file_pattern(release));
    }
    if !own.is_empty() {
        text += "    perEnvironment: # these differ in this app only\n";
        text += &declarations(own, "      ");
    }
    text
}

/// How many kept differences the configuration lists.
const LISTED: usize = 40;

/// What is not declared, as a comment: it stays a finding.
fn kept(kept: &[Kept], names_apps: bool) -> String {
    if kept.is_empty() {
        return String::new();
    }
    let mut text = "
# These differ, too, and are not declared: nothing says that they belong to an environment. `envlint check` reports them.
# Promote them, make them the same, or declare them above.
#
"
    .to_owned();
    for known in kept.iter().take(LISTED) {
        let path = Pattern::from(&known.path).to_string();
        let reason = known.defect.map_or("", words_of);
        let apps = match known.apps.as_slice() {
            [app] if names_apps => format!(" ({app})"),
            [_, _, ..] => format!(" ({} apps)", known.apps.len()),
            _ => String::new(),
        };
        text += &comment(&format!("  {path}{reason}{apps}"), "");
    }
    if let more @ 1.. = kept.len().saturating_sub(LISTED) {
        text += &format!("#   and {more} more\n");
    }
    text
}

/// What looks wrong, in words.
fn words_of(defect: Defect) -> &'static str {
    match defect {
        Defect::SmallerProduction => ": production is smaller than the environment before it",
        Defect::DebugInProduction => ": production runs in a debug mode",
        Defect::OtherEnvironment => ": production names another environment",
        Defect::Localhost => ": production uses an address of its own machine",
        Defect::Overtaken => ": a later environment has a higher version than the one before",
    }
}

fn rules(inferred: &Inferred, lowered: &BTreeSet<&str>) -> String {
    let has_drift = !(inferred.kept.is_empty() && inferred.travelling.is_empty());
    if !has_drift && lowered.is_empty() {
        return String::new();
    }
    let mut text = "\nrules:\n".to_owned();
    if has_drift {
        text += "  drift/undeclared-difference:\n";
    }
    if !inferred.kept.is_empty() {
        text += "    # Delete this line when the differences above are decided: from then on, `check` reports new ones.\n";
        text += "    severity: info\n";
    }
    if !inferred.travelling.is_empty() {
        text +=
            "    # Shared paths that may differ until they are promoted to the next environment.\n";
        text += "    ignore:\n";
        for path in &inferred.travelling {
            text += &format!("      - {}\n", word(&Pattern::from(path).to_string()));
        }
    }
    for rule in lowered {
        text += "  # Delete this line when what it reports today is decided.\n";
        text += &format!("  {rule}: info\n");
    }
    text
}

/// A line of a comment; a name may hold anything.
pub(super) fn comment(text: &str, indent: &str) -> String {
    let plain: String = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    format!("{indent}# {plain}\n")
}

/// The groups in which declarations are listed: what is said above them, and which belong.
type Group = (&'static str, fn(&Expected) -> bool);

const GROUPS: [Group; 4] = [
    (
        "Never decrease from one environment to the next.",
        |expected| matches!(expected, Expected::NonDecreasing),
    ),
    ("Contain the environment's name.", |expected| {
        matches!(expected, Expected::Pattern(_))
    }),
    ("No two environments share a value.", |expected| {
        matches!(expected, Expected::Distinct)
    }),
    ("Differ as they have to, in no order.", |expected| {
        matches!(expected, Expected::Nothing)
    }),
];

fn declarations(list: &[Declaration], indent: &str) -> String {
    let mut text = String::new();
    for (heading, belongs) in GROUPS {
        let group = list
            .iter()
            .filter(|declaration| belongs(&declaration.expected));
        let lines: String = group
            .map(|declaration| format!("{indent}- {}\n", declared(declaration)))
            .collect();
        if !lines.is_empty() {
            text += &format!("{indent}# {heading}\n{lines}");
        }
    }
    text
}

pub(super) fn declared(declaration: &Declaration) -> String {
    let path = word(&Pattern::from(&declaration.path).to_string());
    match &declaration.expected {
        Expected::NonDecreasing => format!("{{path: {path}, expect: non-decreasing}}"),
        Expected::Distinct => format!("{{path: {path}, expect: distinct}}"),
        Expected::Pattern(pattern) => {
            format!("{{path: {path}, expect: {{pattern: {}}}}}", quoted(pattern))
        }
        Expected::Nothing => format!("{{path: {path}}}"),
    }
}

/// Text as a YAML scalar that is read back as that text, inside of braces too.
pub(super) fn word(text: &str) -> String {
    let is_plain = text.starts_with(|char: char| char.is_ascii_alphabetic())
        && text
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || "._-/".contains(char))
        && !RESERVED.contains(&&*text.to_ascii_lowercase());
    if is_plain {
        text.to_owned()
    } else if text.contains('"') && !text.contains('\'') && !text.contains(char::is_control) {
        format!("'{text}'")
    } else {
        quoted(text)
    }
}

/// A path with `{env}`, on a line of its own, where braces need no quotes.
pub(super) fn file_pattern(text: &str) -> String {
    let without = text.replace("{env}", "env");
    match word(&without) == without && !text.starts_with('{') {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// Words that YAML 1.1 takes for something else than text.
const RESERVED: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// Text in double quotes. A JSON text is a YAML text.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
