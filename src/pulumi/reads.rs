//! What programs read of the configuration, found without parsing them: calls of `Config` in TypeScript, Python, Go, C# and
//! Java, and every word, since a key may be read in ways that nobody here knows.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use envlint_yaml::Span;

use super::branch::are_sure;
use super::code::Code;
use crate::source::{Location, Source};

/// What the programs of a workspace read.
#[derive(Debug, Default)]
pub struct Reads {
    /// Keys that are surely read, in the order of the files.
    pub reads: Vec<Read>,
    /// Every word of the programs.
    words: HashSet<String>,
    /// The programs that read a key which they compute.
    computing: Vec<String>,
}

/// A read of a key.
#[derive(Debug)]
pub struct Read {
    /// The namespace; none for that of the project.
    pub namespace: Option<String>,
    /// The key in it.
    pub key: String,
    /// Whether the program surely fails without it.
    pub is_required: bool,
    /// Whether the program takes it for a secret.
    pub is_secret: bool,
    /// Where.
    pub location: Location,
}

/// Endings of programs that Pulumi runs.
const ENDINGS: [&str; 14] = [
    ".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".py", ".go", ".cs", ".fs", ".java",
    ".kt", ".scala",
];

/// Whether a file may be a part of a program, and no test of one.
pub fn is_program(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    ENDINGS.iter().any(|ending| file.ends_with(ending))
}

/// Whether a file tests a program: what it reads, no stack has to have.
pub fn is_test(path: &str) -> bool {
    let words = path.split(['/', '.', '_', '-']);
    let mut words = words.map(str::to_ascii_lowercase);
    words.any(|word| matches!(&*word, "test" | "tests" | "spec" | "specs" | "mocks"))
}

impl Reads {
    /// Adds the words of a file that is no program, and may be one that is written in YAML.
    pub fn add_words(&mut self, text: &str) {
        let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
        for word in text
            .split(|char| !is_word(char))
            .filter(|word| !word.is_empty())
        {
            self.words.insert(word.to_owned());
            if word.contains('-') {
                self.words.extend(word.split('-').map(str::to_owned));
            }
        }
    }

    /// Adds a program.
    pub fn add(&mut self, path: &str, text: &str) {
        self.add_words(text);
        let code = Code::of(path, text);
        let calls = calls(&code);
        if calls.is_empty() {
            return;
        }
        let source = Arc::new(Source::template(path, text));
        let places: Vec<usize> = calls.iter().map(|call| call.at.start).collect();
        for (call, is_sure) in calls.into_iter().zip(are_sure(path, &code.text, &places)) {
            match call.key {
                None => self.computing.push(path.to_owned()),
                Some(_) if is_test(path) => {}
                Some(key) => self.reads.push(Read {
                    namespace: call.namespace,
                    key,
                    is_required: call.is_required && is_sure,
                    is_secret: call.is_secret,
                    location: Location::new(&source, Span::new(call.at.start, call.at.end)),
                }),
            }
        }
    }

    /// Whether a key may be read, as its name is in a program.
    pub fn may_read(&self, key: &str) -> bool {
        let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
        !key.chars().all(is_word) || self.words.contains(key)
    }

    /// Whether one of the programs that count computes which keys it reads: it may read any.
    pub fn compute(&self, counts: impl Fn(&str) -> bool) -> bool {
        self.computing.iter().any(|path| counts(path))
    }
}

/// A call that reads a key.
struct Call {
    namespace: Option<String>,
    /// None where the program computes it.
    key: Option<String>,
    is_required: bool,
    is_secret: bool,
    at: Range<usize>,
}

/// The calls of a text, in its order.
fn calls(code: &Code) -> Vec<Call> {
    let text = code.text.as_str();
    let (variables, ends) = configs(code);
    let mut calls = Vec::new();
    let dots = text.match_indices('.').map(|(dot, _)| dot);
    for dot in dots.filter(|dot| !code.is_in_text(*dot)) {
        let before = text.get(..dot).unwrap_or_default();
        let namespace = match ends.get(&before.trim_end().len()) {
            Some(namespace) => namespace,
            None => match namespace_at(text, dot, variables.get(last_name(before))) {
                Some(namespace) => namespace,
                None => continue,
            },
        };
        let after = text.get(dot + 1..).unwrap_or_default();
        let name_end = after
            .find(|char: char| !char.is_ascii_alphanumeric() && char != '_')
            .unwrap_or(after.len());
        let (name, rest) = after.split_at(name_end);
        let Some((is_required, is_secret)) = method(name) else {
            continue;
        };
        let Some(arguments) = behind_type(rest).strip_prefix('(') else {
            continue;
        };
        let start = text.len() - arguments.len();
        let (key, end) = match literal(arguments) {
            Some((key, length)) => (Some(key), start + length),
            None => (None, start),
        };
        calls.push(Call {
            namespace: namespace.clone(),
            key,
            is_required,
            is_secret,
            at: dot + 1..end.max(dot + 1 + name_end),
        });
    }
    calls
}

/// What a method of `Config` does: whether it requires its key, and whether it takes it for a secret; none for others.
fn method(name: &str) -> Option<(bool, bool)> {
    let name = name.to_ascii_lowercase().replace('_', "");
    let rest = ["require", "get", "try"]
        .into_iter()
        .find_map(|verb| name.strip_prefix(verb))?;
    let is_secret = rest.contains("secret");
    let kind = rest.replacen("secret", "", 1);
    let known = [
        "", "number", "boolean", "bool", "int", "int32", "int64", "integer", "float", "float64",
        "double", "long", "object",
    ];
    // Go's `Try` fails, and its caller decides what comes of it.
    known
        .contains(&&*kind)
        .then(|| (name.starts_with("require"), is_secret))
}

/// Variables that are configurations, with the places where they become so, in the order of the text; and where expressions end
/// that are. Each with its namespace.
type Configs = (
    BTreeMap<String, Vec<(usize, Option<String>)>>,
    BTreeMap<usize, Option<String>>,
);

/// The namespace that a variable has at a place: what is assigned last before it, in a block that the place is in, too, as far as
/// indentation tells. None where nobody knows.
fn namespace_at<'c>(
    text: &str,
    at: usize,
    assigned: Option<&'c Vec<(usize, Option<String>)>>,
) -> Option<&'c Option<String>> {
    let assigned = assigned?;
    let (_, first) = assigned.first()?;
    if assigned.iter().all(|(_, namespace)| namespace == first) {
        return Some(first);
    }
    let own = indentation(text, at);
    let mut before = assigned.iter().rev().filter(|(place, _)| *place < at);
    let nearest = before.find(|(place, _)| indentation(text, *place) <= own);
    nearest.map(|(_, namespace)| namespace)
}

/// How many blanks the line of a place begins with.
fn indentation(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |line_break| line_break + 1);
    let line = text.get(line..).unwrap_or_default();
    line.bytes()
        .take(FAR)
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}

fn configs(code: &Code) -> Configs {
    let text = code.text.as_str();
    let (mut variables, mut ends) = Configs::default();
    for maker in ["Config(", "config.New(", "Config.of(", ".config("] {
        let places = text.match_indices(maker).map(|(at, _)| at);
        for at in places.filter(|at| !code.is_in_text(*at)) {
            let before = text.get(..at).unwrap_or_default();
            let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
            if !maker.starts_with('.') && before.chars().next_back().is_some_and(is_part) {
                continue;
            }
            let arguments = text.get(at + maker.len()..).unwrap_or_default();
            let Some(length) = head(arguments).find(')') else {
                continue;
            };
            let inside = arguments.get(..length).unwrap_or_default();
            // `config.New(ctx, "aws")`
            let inside = inside.strip_prefix("ctx").unwrap_or(inside);
            let inside = inside.trim_start_matches([',', ' ', '\n', '\t']).trim_end();
            let namespace = match literal(inside) {
                Some((namespace, _)) if !namespace.is_empty() => Some(namespace),
                None if !inside.is_empty() => continue,
                _ => None,
            };
            let line = tail(before)
                .rsplit(['\n', ';', '{', '('])
                .next()
                .unwrap_or_default();
            if let Some((left, _)) = line.rsplit_once('=') {
                let left = left.trim_end_matches([':', ' ']);
                // `config: pulumi.Config`, `Config config`
                let left = match left.split_once(':') {
                    Some((name, _)) => name,
                    None => left,
                };
                let name = last_name(left.trim_end());
                if !name.is_empty() {
                    let places = variables.entry(name.to_owned()).or_default();
                    places.push((at, namespace.clone()));
                }
            }
            ends.insert(at + maker.len() + length + 1, namespace);
        }
    }
    for places in variables.values_mut() {
        places.sort_by_key(|(at, _)| *at);
    }
    (variables, ends)
}

/// The name at the end of a text.
fn last_name(text: &str) -> &str {
    let text = text.trim_end_matches(['?', '!']).trim_end();
    let start = text
        .rfind(|char: char| !char.is_ascii_alphanumeric() && char != '_')
        .map_or(0, |at| {
            at + text[at..].chars().next().map_or(1, char::len_utf8)
        });
    text.get(start..).unwrap_or_default()
}

/// Farther than that, nothing is looked for: a program may be one long line.
const FAR: usize = 500;

/// The beginning of a text.
fn head(text: &str) -> &str {
    let end = (0..=text.len().min(FAR))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// The end of a text.
pub(super) fn tail(text: &str) -> &str {
    let start = text.len().saturating_sub(FAR);
    let start = (start..=text.len()).find(|at| text.is_char_boundary(*at));
    text.get(start.unwrap_or_default()..).unwrap_or_default()
}

/// What follows the types of a call: `<Settings>("data")`.
fn behind_type(text: &str) -> &str {
    if !text.starts_with('<') {
        return text;
    }
    let mut open = 0_usize;
    for (at, char) in text.char_indices().take(FAR) {
        match char {
            '<' => open += 1,
            '>' => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            return text.get(at + 1..).unwrap_or_default();
        }
    }
    text
}

/// The text in quotes that an argument begins with, alone or before others, and the length with its quotes.
fn literal(text: &str) -> Option<(String, usize)> {
    let trimmed = text.trim_start();
    let quote = trimmed
        .chars()
        .next()
        .filter(|char| matches!(char, '"' | '\'' | '`'))?;
    let inside = trimmed.get(1..)?;
    let end = inside.find(quote)?;
    let key = inside.get(..end)?;
    // A text that is put together, or that goes on, is no literal.
    let rest = inside.get(end + 1..)?.trim_start();
    let is_whole = rest.is_empty() || rest.starts_with([',', ')']);
    let is_plain = !key.contains(['\\', '$', '{', '\n']);
    (is_whole && is_plain).then(|| (key.to_owned(), text.len() - trimmed.len() + end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let mut reads = Reads::default();
        reads.add(path, text);
        let shown = |read: &Read| {
            let namespace = read.namespace.as_deref().unwrap_or("-");
            let required = if read.is_required { "!" } else { "" };
            let secret = if read.is_secret { "*" } else { "" };
            format!("{namespace}:{}{required}{secret}", read.key)
        };
        reads.reads.iter().map(shown).collect()
    }

    #[test]
    fn reads_are_found_in_five_languages() {
        for (path, text, expected) in [
            (
                "index.ts",
                "const config: pulumi.Config = new pulumi.Config();\nconst n = config.requireNumber(\"size\");\n\
                 const t = config.getSecret('token');\n// config.require(\"old\")\n\
                 const r = new pulumi.Config(\"aws\").require(\"region\");\nconst d = config.requireObject<Data<X>>(\"data\");\n",
                &["-:size!", "-:token*", "aws:region!", "-:data!"][..],
            ),
            (
                "__main__.py",
                "config = pulumi.Config()\nself.aws = Config('aws')\nsize = config.require_int('size')\n\
                 key = self.aws.require_secret(\"key\")\nother = table.get('x')\n",
                &["-:size!", "aws:key!*"],
            ),
            (
                "main.go",
                "cfg := config.New(ctx, \"\")\nn := cfg.RequireInt(\"size\")\nv, err := cfg.TrySecret(\"token\")\n",
                &["-:size!", "-:token*"],
            ),
            (
                "Stack.cs",
                "var config = new Pulumi.Config();\nvar n = config.RequireInt32(\"size\");\nvar s = config.GetSecret(\"token\");\n",
                &["-:size!", "-:token*"],
            ),
            (
                "App.java",
                "var config = ctx.config();\nvar n = config.requireInteger(\"size\");\nvar a = ctx.config(\"aws\").get(\"region\");\n",
                &["-:size!", "aws:region"],
            ),
            (
                "two.py",
                "config = pulumi.Config()\ndef net():\n    config = pulumi.Config('net')\n    config.require('cidr')\n\nconfig.require_int('size')\n",
                &["net:cidr", "-:size!"],
            ),
            (
                "one_of_two.py",
                "def a():\n    config = pulumi.Config('net')\n    config.get('x')\ndef b():\n    config = pulumi.Config()\n    config.get('y')\nconfig.get('z')\n",
                &["net:x", "-:y"],
            ),
            (
                "commented.ts",
                "const c = new Config();\n/*\nconst d = c.requireSecret(\"domain\");\n*/\nc.get(\"a\"); // c.require(\"b\")\nconst x = \"c.require('e')\";\nconst y = `${c.require(\"f\")}`;\nconst url = \"https://a\"; c.require(\"g\");\n",
                &["-:a", "-:f!", "-:g!"],
            ),
            (
                "commented.py",
                "c = Config()\n\"\"\"\nc.require('a')\n\"\"\"\nx = 1  # c.require('b')\ny = f\"{c.require('d')}\"\nc.require('#e')\n",
                &["-:d!", "-:#e!"],
            ),
            (
                "test/index.test.ts",
                "const c = new Config();\nc.require(\"x\");\n",
                &[],
            ),
        ] {
            assert_eq!(found(path, text), expected, "{path}");
        }
    }

    #[test]
    fn what_may_be_read_is_every_word_and_everything_where_keys_are_computed() {
        let mut reads = Reads::default();
        reads.add(
            "a.ts",
            "const c = new Config();\nc.require(\"db-host\"); lookup('queue');\n",
        );
        assert!(reads.may_read("db-host") && reads.may_read("queue") && reads.may_read("a.b"));
        assert!(!reads.may_read("topic") && !reads.compute(|_| true));
        reads.add("b.ts", "const c = new Config();\nc.require(name);\n");
        assert!(reads.compute(|_| true) && !reads.compute(|path| path != "b.ts"));
    }

    #[test]
    fn any_text_is_searched_to_its_end() {
        let long = "ü".repeat(FAR);
        for text in [
            "c = Config(",
            "Config('ü').get(`ü",
            "ü.get<<<<(\"x",
            "c = Config()\nc.get<A<B>(\"x\")\nc.require('",
            &format!("c = Config({long})\nc.get(\"a\")"),
            &format!("{long} c = Config()\n{long} c.require(\"a\")"),
        ] {
            for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                found("a.ts", &text[..end]);
            }
        }
        let text = format!("{long} c = Config()\n{long} c.require(\"a\")");
        assert_eq!(found("a.ts", &text), ["-:a!"]);
    }
}
