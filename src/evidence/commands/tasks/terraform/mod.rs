//! Terraform and OpenTofu: resources `helm_release`.
//!
//! Expressions are not evaluated: variables are filled in where files say what they are ([`ways`]), others are parts that are
//! not known, as those of a script are, and of values that are computed it is said that they are.
//!
//! <https://registry.terraform.io/providers/hashicorp/helm/latest/docs/resources/release>

mod elsewhere;
mod said;
mod switches;
mod terragrunt;
mod ways;

use super::{Asked, Idle, Task};
use crate::evidence::commands::words::head;
use crate::evidence::files::directory_of;
use crate::masking::{Name, ObjectName, text as said_text};
use crate::naming::environment_name;
use crate::source::is_yaml;
use switches::is_made;
pub(in crate::evidence::commands) use ways::Modules;
use ways::{WORKSPACE, Way, filled};

/// Blocks of Terraform whose texts people read: `output`, and the description of a `variable`.
const SHOWN: [&str; 2] = ["output", "variable"];
/// Those that may run a program.
const OTHERS: [&str; 6] = [
    "resource",
    "data",
    "module",
    "locals",
    "provider",
    "terraform",
];

/// Longer blocks are not looked at from their ends, in lines.
const MOST_LINES: usize = 2000;

/// Whether what follows a text stands in a block that is only shown.
pub(in crate::evidence::commands) fn is_shown(before: &str) -> bool {
    let begins = |line: &str, kinds: &[&str]| {
        let mut kinds = kinds.iter();
        kinds.any(|kind| {
            let rest = line.strip_prefix(kind);
            rest.is_some_and(|rest| rest.trim_start().starts_with(['"', '{']))
        })
    };
    let mut lines = before.rsplit('\n').take(MOST_LINES);
    let opened = lines.find(|line| begins(line, &SHOWN) || begins(line, &OTHERS));
    opened.is_some_and(|line| begins(line, &SHOWN))
}

/// A resource is not read further than this, in bytes.
const LONGEST: usize = 16 * 1024;
/// More resources are not looked at in one file.
const MOST: usize = 500;
const RESOURCE: &str = "resource \"helm_release\"";
/// Functions that compute values, and texts that are written in the resource.
const COMPUTED: [&str; 4] = ["yamlencode(", "templatefile(", "jsonencode(", "<<"];
/// What values may be taken from; in a path it is a part that is not known.
const TAKEN: [&str; 4] = ["data.", "local.", "var.", "module."];

/// The releases in a file, in each way in which its module is run.
pub(super) fn tasks(path: &str, text: &str, modules: &Modules<'_, '_>) -> Vec<Task> {
    let releases: Vec<(usize, &str, &str)> = releases(text).collect();
    if releases.is_empty() {
        return Vec::new();
    }
    let ways = modules.ways(directory_of(path));
    let mut idle = match ways.is_empty() {
        true => modules.turned_off(path),
        false => modules.idle(path, &ways),
    };
    let ways = match ways.is_empty() {
        true => vec![Way::default()],
        false => ways,
    };
    let all = releases
        .iter()
        .flat_map(|release| ways.iter().map(move |way| (release, way)));
    let tasks = all.filter_map(|((at, label, body), way)| {
        let condition = Condition::of(body);
        let is_met = |way: &Way| condition.as_ref().is_none_or(|only| only.is_met(way));
        // Where another way of those that are written makes it, this one does not.
        if !is_met(way) && ways.iter().any(is_met) {
            return None;
        }
        let mut task = task(*at, label, body, way)?;
        let tells = |only: &Condition| environment_name(&only.wanted).is_some();
        if let Some(only) = condition.filter(|only| tells(only) && !only.is_met(way)) {
            task.environment = Some(only.wanted);
            task.is_named = false;
        } else if is_made(body, &way.sure) == Some(false) {
            return turned_off(task, label, way, &ways, body);
        }
        Some(task)
    });
    let tasks = tasks.take(MOST).map(|task| {
        if task.idle.is_some() {
            return task;
        }
        let idle_here = idle.clone();
        // It is said of the first release of a module.
        if let Some(idle) = &mut idle {
            idle.is_first = false;
        }
        Task {
            idle: idle_here,
            ..task
        }
    });
    tasks.collect()
}

/// A release that the variables of a way turn off. Where those of all ways do, that is said once.
fn turned_off(task: Task, label: &str, way: &Way, ways: &[Way], body: &str) -> Option<Task> {
    let mut made = ways.iter().map(|way| is_made(body, &way.sure));
    let is_said = ways.first() == Some(way) && made.all(|made| made == Some(false));
    is_said.then(|| Task {
        environment: None,
        is_of_folder: false,
        idle: Some(Idle {
            reason: said_text!(
                "`count` or `for_each` of `{}` is empty with the variables of each environment",
                ObjectName(label)
            ),
            is_first: true,
        }),
        ..task
    })
}

/// That a resource exists for one value of a variable alone: `count = var.environment == "prod" ? 1 : 0`.
struct Condition {
    name: String,
    wanted: String,
}

impl Condition {
    fn of(body: &str) -> Option<Condition> {
        let count = attribute(body, "count")?.trim_start_matches('(');
        let (left, rest) = count.split_once("==")?;
        let (wanted, choice) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        let choice: String = choice.split_whitespace().collect();
        let name = left.trim();
        let is_one = choice.trim_start_matches(')') == "?1:0";
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        let is_name = match name.strip_prefix("var.") {
            Some(variable) => variable.bytes().all(is_letter),
            None => name == WORKSPACE,
        };
        (is_one && is_name && !wanted.contains('$')).then(|| Condition {
            name: name.to_owned(),
            wanted: wanted.to_owned(),
        })
    }

    /// Whether the variable has the value in a way to run the module.
    fn is_met(&self, way: &Way) -> bool {
        way.values.get(&self.name) == Some(&self.wanted)
    }
}

/// The releases in a file: where each begins, its label, and what it says.
fn releases(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    let starts = text.match_indices(RESOURCE).map(|(at, _)| at);
    let is_comment = |at: &usize| {
        let line = text
            .get(..*at)
            .and_then(|before| before.lines().next_back());
        let is_start = text
            .get(..*at)
            .is_some_and(|before| before.ends_with('\n') || before.is_empty());
        !is_start && line.is_some_and(|line| line.trim_start().starts_with(['#', '/']))
    };
    let starts = starts.filter(move |at| !is_comment(at)).take(MOST);
    starts.filter_map(|at| {
        let rest = head(text.get(at + RESOURCE.len()..)?, LONGEST);
        let (label, body) = rest.split_once('{')?;
        Some((at, label.trim().trim_matches('"'), block(body)))
    })
}

fn task(at: usize, label: &str, body: &str, way: &Way) -> Option<Task> {
    let body = filled(body, &way.values);
    let asked = asked(&body)?;
    let values = attribute(&body, "values").unwrap_or_default();
    let bare: String = values.split('"').step_by(2).collect();
    let is_computed = COMPUTED.iter().any(|sign| values.contains(sign))
        || TAKEN.iter().any(|sign| bare.contains(sign));
    let name = attribute(&body, "name").and_then(|name| literal(name.strip_prefix('"')?));
    let name = name.filter(|name| !name.contains('$'));
    let open = said_text!(
        "Terraform computes values of `{}`, which envlint does not evaluate",
        ObjectName(name.as_deref().unwrap_or(label))
    );
    let mut words = said_text!("the `helm_release` `{}` of Terraform", ObjectName(label));
    if let Some(by) = &way.by {
        words.push(said_text!(", with {}", Name(by)));
    }
    Some(Task {
        at,
        line: asked.line(),
        words: Some(words),
        environment: way.environment.clone(),
        is_named: true,
        is_of_folder: true,
        open: Some(open).filter(|_| is_computed),
        ..Task::default()
    })
}

fn asked(body: &str) -> Option<Asked> {
    let of = |name: &str| attribute(body, name).map(expression);
    let chart = of("chart")?;
    let chart = match of("repository") {
        Some(repository) => format!("{}/{chart}", repository.trim_end_matches('/')),
        None => chart,
    };
    let values = attribute(body, "values").unwrap_or_default();
    Some(Asked {
        verb: None,
        release: of("name"),
        chart,
        namespace: of("namespace"),
        version: of("version"),
        files: files(values),
        given: set_names(body),
        ..Asked::default()
    })
}

/// The files that `file("…")` reads, and the YAML files that `templatefile("…", {…})` fills in.
fn files(values: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, call) in values.match_indices("file(") {
        let before = values.get(..at).unwrap_or_default();
        let filled_in = before.strip_suffix("template");
        let before = filled_in.unwrap_or(before).chars().next_back();
        let is_other = before.is_some_and(|char| char.is_ascii_alphanumeric() || char == '_');
        let argument = values.get(at + call.len()..).unwrap_or_default();
        let argument = argument.trim_start().strip_prefix('"');
        let path = argument.and_then(literal).filter(|_| !is_other);
        let path = path.filter(|path| filled_in.is_none() || is_yaml(path));
        found.extend(path.map(|path| here(&path)));
    }
    found
}

/// The names in `set { name = "a.b" }` and `set = [{ name = "a.b" }]`.
fn set_names(body: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find("set") {
        let before = rest.get(..at).and_then(|before| before.chars().next_back());
        let behind = rest.get(at + 3..).unwrap_or_default();
        let behind = ["_sensitive", "_list", "_wo"]
            .iter()
            .find_map(|end| behind.strip_prefix(end))
            .unwrap_or(behind);
        rest = behind;
        let is_word = before.is_none_or(char::is_whitespace);
        let opened = behind.trim_start().trim_start_matches('=').trim_start();
        let inner = match opened.chars().next() {
            Some('{') => block(&opened[1..]),
            Some('[') => list(&opened[1..]),
            _ => continue,
        };
        if !is_word {
            continue;
        }
        let names = inner.match_indices("name").filter_map(|(at, _)| {
            let rest = inner.get(at + 4..)?.trim_start().strip_prefix('=')?;
            literal(rest.trim_start().strip_prefix('"')?)
        });
        found.extend(names);
    }
    found
}

/// The value of an attribute of a block, up to the end of its line or its brackets.
fn attribute<'t>(body: &'t str, name: &str) -> Option<&'t str> {
    let mut depth = 0usize;
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let value = trimmed
            .strip_prefix(name)
            .and_then(|rest| rest.trim_start().strip_prefix('='))
            .filter(|rest| depth == 0 && !rest.starts_with('='));
        if let Some(value) = value {
            let start = at + line.len() - value.len();
            let rest = body.get(start..)?;
            return match rest.trim_start().strip_prefix('[') {
                Some(inner) => Some(list(inner)),
                None => Some(value.trim()),
            };
        }
        depth = (depth + line.matches(['{', '[']).count())
            .saturating_sub(line.matches(['}', ']']).count());
        at += line.len();
    }
    None
}

/// What stands in a block, up to its closing brace.
fn block(text: &str) -> &str {
    up_to(text, '{', '}')
}

/// What stands in a list, up to its closing bracket.
fn list(text: &str) -> &str {
    up_to(text, '[', ']')
}

fn up_to(text: &str, open: char, close: char) -> &str {
    let mut depth = 0usize;
    let mut is_quoted = false;
    for (at, char) in text.char_indices() {
        match char {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted && char != '\n' => {}
            '\n' => is_quoted = false,
            char if char == open => depth += 1,
            char if char == close && depth == 0 => return text.get(..at).unwrap_or_default(),
            char if char == close => depth -= 1,
            _ => {}
        }
    }
    text
}

/// An expression as a word of a command: a text, or a variable.
fn expression(value: &str) -> String {
    let value = value.trim();
    match value.strip_prefix('"').and_then(literal) {
        Some(text) => here(&text),
        None => {
            let is_name = |char: char| char.is_ascii_alphanumeric() || "_.-".contains(char);
            let name: String = value.chars().take_while(|char| is_name(*char)).collect();
            let is_call = value
                .get(name.len()..)
                .is_some_and(|rest| rest.starts_with('('));
            // A function may give anything.
            let name = if is_call { "computed" } else { &name };
            format!("${{{name}}}")
        }
    }
}

/// A text in quotes, of which the first is left out, without its escapes.
/// <https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences>
fn literal(text: &str) -> Option<String> {
    let mut literal = String::new();
    let mut depth = 0usize;
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' if depth == 0 => return Some(literal),
            '\\' if depth == 0 => {
                literal.extend(chars.next().filter(|char| *char != '\n'));
                continue;
            }
            '\n' => return None,
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        literal.push(char);
    }
    None
}

/// A path without the directory of the module, which is that of the file.
fn here(path: &str) -> String {
    let mut path = path.to_owned();
    for base in ["path.module", "path.root", "path.cwd"] {
        path = path.replace(&format!("${{{base}}}/"), "");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_become_commands() {
        let lines = |text: &str| -> Vec<(String, bool)> {
            let found = releases(text)
                .filter_map(|(at, label, body)| task(at, label, body, &Way::default()));
            let tasks: Vec<Task> = found.collect();
            tasks
                .into_iter()
                .map(|task| (task.line, task.open.is_some()))
                .collect()
        };
        let plain = "resource \"helm_release\" \"shop\" {\n  name = \"shop\"\n  chart = \"${path.module}/../chart\"\n  namespace = var.namespace\n  values = [\n    file(\"${path.module}/values-${var.env}.yaml\"),\n  ]\n  set {\n    name  = \"image.tag\"\n    value = var.tag\n  }\n}\n";
        assert_eq!(
            lines(plain),
            [(
                "helm upgrade \"shop\" \"../chart\" -f \"values-${var.env}.yaml\" -n \"${var.namespace}\" --set \"image.tag=x\"".to_owned(),
                false
            )]
        );
        let computed = "resource \"helm_release\" \"x\" {\n  chart      = \"redis\"\n  repository = \"https://example.com/charts\"\n  values = [templatefile(\"a.yaml\", {b = 1}), \"${file(\"c.yaml\")}\"]\n  set = [{ name = \"d\", value = 1 }]\n}\n# resource \"helm_release\" \"y\" { chart = \"x\" }\n";
        assert_eq!(
            lines(computed),
            [(
                "helm upgrade \"${unnamed}\" \"https://example.com/charts/redis\" -f \"a.yaml\" -f \"c.yaml\" --set \"d=x\"".to_owned(),
                true
            )]
        );
        let escaped = "resource \"helm_release\" \"x\" {\n  name = \"x\"\n  chart = \"y\"\n  set {\n    name = \"a.\\\"b\\\\.c\\\".d\"\n  }\n}\n";
        let names: Vec<String> = releases(escaped)
            .flat_map(|(_, _, body)| set_names(body))
            .collect();
        assert_eq!(names, [r#"a."b\.c".d"#]);
        assert_eq!(lines("resource \"helm_release\" \"x\" {"), []);
    }
}
