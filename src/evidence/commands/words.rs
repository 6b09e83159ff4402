//! The words of a command line in a script, a Makefile, a workflow.

use std::collections::BTreeMap;

use crate::evidence::holes::hole;

/// The values of variables that a file sets once, and to a constant.
pub(super) type Variables = BTreeMap<String, String>;

/// Names of variables that stand for an environment, whatever a file sets them to at first.
const ENVIRONMENTS: [&str; 16] = [
    "env",
    "environment",
    "stage",
    "stage_name",
    "target",
    "target_env",
    "deploy_env",
    "env_name",
    "environment_name",
    "app_env",
    "tier",
    "cluster",
    "cluster_env",
    "deployment_env",
    "deploy_environment",
    "helm_env",
];

/// Variables in variables.
const DEEPEST: usize = 5;
/// Longer texts are no paths and names, in bytes.
const LONGEST: usize = 2000;

/// The variables that a text sets: `NAME=value`, `NAME := value`, `NAME ?= value`, `NAME: value`.
pub(super) fn variables(text: &str) -> Variables {
    let mut found: BTreeMap<String, Option<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.len() < LONGEST) {
        let line = line.trim();
        let line = ["export ", "local ", "readonly ", "declare "]
            .iter()
            .find_map(|word| line.strip_prefix(word))
            .unwrap_or(line);
        // PowerShell: `$Name = "value"`.
        let line = line.strip_prefix('$').unwrap_or(line);
        let Some((name, value)) = assignment(line) else {
            continue;
        };
        let is_environment = ENVIRONMENTS.contains(&name.to_ascii_lowercase().as_str());
        let value = unquoted(value);
        let is_array = value.starts_with('(');
        if is_environment
            || is_array
            || value.is_empty()
            || value.contains("$(") && !value.ends_with(')')
        {
            continue;
        }
        let known = found
            .entry(name.to_owned())
            .or_insert_with(|| Some(value.to_owned()));
        if known.as_deref() != Some(value) {
            *known = None;
        }
    }
    let known = found.into_iter();
    let mut variables: Variables = known
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    add_arrays(text, &mut variables);
    variables
}

/// The arrays of a shell script: `ARGS=(--set a=b)`, `ARGS+=(--set c=d)`. What is added may be added in one case alone, so
/// only what it gives counts: values files of one environment are none of another's.
fn add_arrays(text: &str, variables: &mut Variables) {
    for (at, sign) in text.match_indices("=(").take(MOST) {
        let before = line_before(text, at);
        let (before, is_added) = match before.strip_suffix('+') {
            Some(before) => (before, true),
            None => (before, false),
        };
        let is_name = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let name = before.rsplit(|char| !is_name(char)).next();
        let body = text.get(at + sign.len()..).unwrap_or_default();
        let body = body.split(')').next().filter(|body| body.len() < LONGEST);
        let (Some(name), Some(body)) = (name.filter(|name| !name.is_empty()), body) else {
            continue;
        };
        let lines = body
            .lines()
            .map(|line| line.split(" #").next().unwrap_or(line));
        let body: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
        let kept = match is_added {
            true => given(&body),
            false => body.join(" "),
        };
        let known = variables.entry(name.to_owned()).or_default();
        if known.len() + kept.len() < LONGEST && !kept.is_empty() {
            *known = format!("{known} {kept}").trim().to_owned();
            // A variable stands for several words where it has a space.
            known.push(' ');
        }
    }
}

/// The options of a list that give values.
fn given(words: &[&str]) -> String {
    let mut kept = String::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.starts_with("--set") {
            continue;
        }
        kept += word;
        kept.push(' ');
        if !word.contains('=') {
            kept += words.next().unwrap_or(&"");
            kept.push(' ');
        }
    }
    kept
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_'))?;
    let (name, rest) = line.split_at(end);
    let is_name = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    let rest = rest.trim_start();
    let value = ["::=", ":=", "?=", "="]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign))
        .or_else(|| {
            let is_constant = name.len() > 1 && name.chars().all(|char| !char.is_ascii_lowercase());
            rest.strip_prefix(": ").filter(|_| is_constant)
        })?;
    is_name.then(|| (name, value.trim()))
}

fn unquoted(value: &str) -> &str {
    let inner = |quote: char| value.strip_prefix(quote)?.split(quote).next();
    match inner('"').or_else(|| inner('\'')) {
        Some(inner) => inner,
        // A comment behind the value.
        None => value.split(" #").next().unwrap_or(value).trim(),
    }
}

/// The commands of a text that begin with a program's name: the byte where each begins, and its words. Variables in them are
/// replaced by what the file sets them to; others are parts that are not known.
pub(super) fn commands(
    text: &str,
    program: &str,
    variables: &Variables,
) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(program) {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + program.len()..)
            .and_then(|text| text.chars().next());
        let begins =
            before.is_none_or(|char| char.is_whitespace() || "\"'`(;&|/@!-{".contains(char));
        let is_word = after.is_some_and(|char| char == ' ' || char == '\t');
        // `- helm` is an item of a list; `my-helm` is something else.
        let is_part = before == Some('-');
        let is_comment = line_before(text, at).trim_start().starts_with(['#', '/'])
            && !line_before(text, at).trim_start().starts_with("/usr");
        if begins && is_word && !is_part && !is_comment && found.len() < MOST {
            let line = logical_line(text.get(at..).unwrap_or_default());
            // `sh "helm …"`: the quote around the command ends it.
            let line = match before {
                Some(quote @ ('"' | '\'')) => line.split(quote).next().unwrap_or_default(),
                _ => &line,
            };
            found.push((at, split(line, variables, 0)));
        }
    }
    found
}

/// More commands are not looked at in one file.
const MOST: usize = 2000;

fn line_before(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    before.rsplit('\n').next().unwrap_or_default()
}

/// A command with the lines that continue it: behind a backslash, or with nothing but options.
fn logical_line(text: &str) -> String {
    let mut line = String::new();
    let mut lines = text.lines().peekable();
    while let Some(part) = lines.next() {
        let trimmed = part.trim_end();
        // Go on behind `\`, behind the backtick of PowerShell, and where the next line is an option.
        let (part, continues) = match trimmed
            .strip_suffix('\\')
            .or_else(|| trimmed.strip_suffix(" `"))
        {
            Some(part) => (part, true),
            None => (trimmed, false),
        };
        line += part;
        line.push(' ');
        let next_is_option = lines.peek().is_some_and(|next| {
            let next = next.trim_start();
            next.starts_with("--") || next.starts_with("-f ") || next.starts_with("-n ")
        });
        if !(continues || next_is_option) || line.len() > 4 * LONGEST {
            break;
        }
    }
    line
}

/// The words up to the end of the command, as a shell splits them.
pub(super) fn split(line: &str, variables: &Variables, depth: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut rest = line;
    while let Some(char) = rest.chars().next() {
        let after = rest.get(char.len_utf8()..).unwrap_or_default();
        if quote != Some('\'')
            && let Some((value, behind)) = variable(rest, variables, depth)
        {
            // A variable that holds several options stands for all of them.
            let is_array = rest.get(..rest.len() - behind.len()).is_some_and(is_array);
            let is_free = match quote {
                None => word.is_none(),
                Some(_) => is_array && word.as_deref().is_none_or(str::is_empty),
            };
            let many = is_free && value.contains(' ');
            if many {
                word = None;
                words.extend(split(&value, variables, depth + 1));
            } else {
                word.get_or_insert_default().push_str(&value);
            }
            rest = behind;
            continue;
        }
        rest = after;
        match (quote, char) {
            (Some(open), char) if open == char => quote = None,
            (Some(_), char) => word.get_or_insert_default().push(char),
            (None, '"' | '\'') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (None, '\\') => {
                if let Some(next) = rest.chars().next() {
                    word.get_or_insert_default().push(next);
                    rest = rest.get(next.len_utf8()..).unwrap_or_default();
                }
            }
            (None, ' ' | '\t') => words.extend(word.take()),
            (None, ';' | '|' | '>' | '<' | ')' | '`' | '\n' | '&') => break,
            (None, char) => word.get_or_insert_default().push(char),
        }
        if words.len() > 200 {
            break;
        }
    }
    words.extend(word);
    words
}

/// A variable at the beginning of a text: what it stands for, and what follows. `$X`, `${X}`, `${X:-default}`, `$(X)` of make,
/// `${X[@]}` of bash, `${{ x.y }}` of GitHub, `<< parameters.x >>` of CircleCI, `{{ .X }}` of Taskfiles and justfiles.
fn variable<'t>(text: &'t str, variables: &Variables, depth: usize) -> Option<(String, &'t str)> {
    // `$$x` is how a Makefile writes `$x`.
    let text = text
        .strip_prefix('$')
        .filter(|rest| rest.starts_with('$'))
        .unwrap_or(text);
    let between = |open: &str, close: &str| -> Option<(&'t str, &'t str)> {
        text.strip_prefix(open)?.split_once(close)
    };
    let of_circle = || {
        let (name, rest) = between("<<", ">>")?;
        let is_parameter = ["parameters.", "pipeline.", "matrix."]
            .iter()
            .any(|start| name.trim().starts_with(start));
        is_parameter.then_some((name, rest))
    };
    let (name, rest) = between("${{", "}}")
        .or_else(|| between("{{", "}}"))
        .or_else(of_circle)
        .or_else(|| between("${", "}"))
        .or_else(|| between("$(", ")"))
        .or_else(|| {
            let name = text.strip_prefix('$')?;
            let end = name.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_'));
            let end = end.unwrap_or(name.len());
            (end > 0).then(|| name.split_at(end))
        })?;
    let name = name.trim().trim_start_matches('.');
    // `${X:-default}`, `{{ .X | default "y" }}`
    let name = name.split([':', '|', '[']).next().unwrap_or(name).trim();
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_name = !last.is_empty()
        && last.len() < 100
        && last
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'));
    let value = match variables.get(last).filter(|_| is_name && depth < DEEPEST) {
        Some(value) => resolved(value, variables, depth + 1),
        None if is_name => hole(last),
        None => hole("command"),
    };
    Some((value, rest))
}

/// Whether a variable stands for all items of an array, each a word of its own.
fn is_array(variable: &str) -> bool {
    variable.ends_with("[@]}") || variable.ends_with("[*]}")
}

/// A text with its variables replaced.
fn resolved(text: &str, variables: &Variables, depth: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        if out.len() > LONGEST {
            break;
        }
        match variable(rest, variables, depth) {
            Some((value, behind)) => {
                out += &value;
                rest = behind;
            }
            None => {
                out.push(char);
                rest = rest.get(char.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::holes::shown;

    fn seen(text: &str) -> Vec<Vec<String>> {
        let found = commands(text, "helm", &variables(text));
        let words = found.into_iter().map(|(_, words)| words);
        words
            .map(|words| words.iter().map(|word| shown(word)).collect())
            .collect()
    }

    #[test]
    fn commands_are_split_as_a_shell_splits_them() {
        for (text, expected) in [
            (
                "helm upgrade shop ./chart -f \"values-$ENV.yaml\" && echo",
                "helm upgrade shop ./chart -f values-{ENV}.yaml",
            ),
            (
                "\thelm upgrade shop . \\\n\t  --set a=b \\\n\t  -f x.yaml\n\techo",
                "helm upgrade shop . --set a=b -f x.yaml",
            ),
            (
                "run: helm upgrade shop . -f values-${{ matrix.env }}.yaml\n",
                "helm upgrade shop . -f values-{env}.yaml",
            ),
            (
                "DIR := deploy/helm\nx:\n\thelm lint $(DIR) -f $(DIR)/$(ENV).yaml",
                "helm lint deploy/helm -f deploy/helm/{ENV}.yaml",
            ),
            (
                "- helm template {{.APP}} . -f values/{{.ENV}}.yaml",
                "helm template {APP} . -f values/{ENV}.yaml",
            ),
            (
                "\thelm upgrade -i $$app . -f env-$(env)/$$app.yaml",
                "helm upgrade -i {app} . -f env-{env}/{app}.yaml",
            ),
            (
                "ENV=dev\nhelm lint . -f ${ENV:-dev}.yaml",
                "helm lint . -f {ENV}.yaml",
            ),
            (
                "ARGS=\"--set a=b -f x.yaml\"\nhelm lint . $ARGS",
                "helm lint . --set a=b -f x.yaml",
            ),
            (
                "helm upgrade shop . -f values-<< parameters.env >>.yaml",
                "helm upgrade shop . -f values-{env}.yaml",
            ),
            (
                "ARGS=(\n  --set a=b # why\n  -f x.yaml\n)\nif true; then ARGS+=(--set c=\"$D\" -f y.yaml); fi\nhelm lint . \"${ARGS[@]}\" -n z",
                "helm lint . --set a=b -f x.yaml --set c={D} -n z",
            ),
            (
                "run: >-\n  helm lint .\n  --values x.yaml\n",
                "helm lint . --values x.yaml",
            ),
        ] {
            let commands = seen(text);
            assert_eq!(commands.len(), 1, "{text}");
            assert_eq!(commands[0].join(" "), expected, "{text}");
        }
        for text in [
            "# helm upgrade x .",
            "my-helm upgrade x .",
            "helmfile sync",
            "$(helm",
        ] {
            assert_eq!(seen(text), Vec::<Vec<String>>::new(), "{text}");
        }
    }

    #[test]
    fn variables_that_stand_for_each_other_come_to_an_end() {
        let text = "AA=$BB\nBB=$AA\nhelm lint $AA";
        assert_eq!(seen(text).len(), 1);
    }
}
