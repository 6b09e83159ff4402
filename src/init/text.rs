//! The configuration as text: for a person to read, correct and commit.

use crate::values::Pattern;
use crate::workspace::{App, Workspace};

use super::infer::{Declaration, Expected, Inferred};

const HEAD: &str = "\
# The configuration of envlint. `envlint init` wrote it from the values files as they are today: read it, correct it,
# commit it. From then on, `envlint check` reports every difference that it does not allow.
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

# Shared paths that may differ until they are promoted to the next environment.
#
# rules:
#   drift/undeclared-difference:
#     ignore: [\"**.image.tag\"]
";

/// Writes the configuration of a workspace.
pub(super) fn write(workspace: &Workspace, inferred: &Inferred, listed: bool) -> String {
    let mut text = HEAD.to_owned();
    text += &environments(workspace);
    text += &apps(workspace, inferred, listed);
    text += SECRETS;
    text += "\n# The only paths that may differ between environments. Every other path is shared: it is the same everywhere, and it\n# moves from one environment to the next by `envlint promote`.\n";
    if inferred.common.is_empty() {
        text += "perEnvironment: []\n";
    } else {
        text += "perEnvironment:\n";
        text += &declarations(&inferred.common, "  ");
    }
    text + PROMOTION
}

fn environments(workspace: &Workspace) -> String {
    let lines = workspace.environments.iter().map(|environment| {
        format!(
            "  {}: {{tier: {}}}\n",
            word(&environment.name),
            environment.tier
        )
    });
    format!(
        "\n# In promotion order: values move from one to the next.\nenvironments:\n{}",
        lines.collect::<String>()
    )
}

fn apps(workspace: &Workspace, inferred: &Inferred, listed: bool) -> String {
    if !listed {
        return "\n# The apps are found by the names of their values files. You can also declare them:\n#\n# apps:\n#   - name: shop\n#     values: environments/{env}/values.yaml\n".to_owned();
    }
    let mut text = "\n# What is deployed to every environment. `{env}` is the environment's name; `namespace` and `release` can be given, too.\napps:\n".to_owned();
    let none = Vec::new();
    for (index, app) in workspace.apps.iter().enumerate() {
        text += &self::app(workspace, app, inferred.own.get(index).unwrap_or(&none));
    }
    text
}

fn app(workspace: &Workspace, app: &App, own: &[Declaration]) -> String {
    let mut text = format!("  - name: {}\n", word(&app.name));
    if let Some(chart) = &app.chart {
        let chart = if chart.is_empty() { "." } else { chart };
        text += &format!("    chart: {}\n", word(chart));
    }
    if let Some(chart) = app.chart_nearby(workspace) {
        text += &format!(
            "    # chart: {} # if this is the app's chart, uncomment the line: envlint then renders and checks it\n",
            word(chart)
        );
    }
    for pattern in &app.patterns {
        text += &format!("    values: {}\n", file_pattern(pattern));
    }
    if !own.is_empty() {
        text += "    perEnvironment: # these differ in this app only\n";
        text += &declarations(own, "      ");
    }
    text
}

/// The groups in which declarations are listed: what is said above them, and which belong.
type Group = (&'static str, fn(&Expected) -> bool);

const GROUPS: [Group; 5] = [
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
    (
        "Differ today, with no visible pattern. Delete the lines of those that should be the same.",
        |expected| matches!(expected, Expected::Nothing),
    ),
    (
        "Look like versions that are not promoted yet. Delete these lines, and `envlint promote` moves them.",
        |expected| matches!(expected, Expected::Version),
    ),
];

fn declarations(list: &[Declaration], indent: &str) -> String {
    let mut text = String::new();
    for (heading, belongs) in GROUPS {
        let group = list
            .iter()
            .filter(|declaration| belongs(&declaration.expected));
        let lines: String = group
            .map(|declaration| format!("{indent}- {}\n", entry(declaration)))
            .collect();
        if !lines.is_empty() {
            text += &format!("{indent}# {heading}\n{lines}");
        }
    }
    text
}

fn entry(declaration: &Declaration) -> String {
    let path = word(&Pattern::from(&declaration.path).to_string());
    match &declaration.expected {
        Expected::NonDecreasing => format!("{{path: {path}, expect: non-decreasing}}"),
        Expected::Distinct => format!("{{path: {path}, expect: distinct}}"),
        Expected::Pattern(pattern) => {
            format!("{{path: {path}, expect: {{pattern: {}}}}}", quoted(pattern))
        }
        Expected::Nothing | Expected::Version => format!("{{path: {path}}}"),
    }
}

/// Text as a YAML scalar that is read back as that text, inside of braces too.
fn word(text: &str) -> String {
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
fn file_pattern(text: &str) -> String {
    let without = text.replace("{env}", "env");
    match word(&without) == without && !text.starts_with('{') {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// Words that YAML 1.1 takes for something else than text.
const RESERVED: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// Text in double quotes. A JSON text is a YAML text.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
