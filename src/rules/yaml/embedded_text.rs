//! `yaml/embedded-text`.

use envlint_yaml::{
    Document, Items, Kind, Node, Origin, Path, ProblemKind, Scalar, Span, Step, Style,
};
use serde::de::IgnoredAny;

use crate::masking::{Name, Said, Text, text};
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::source::{Confidence, Location};

rule! {
    /// A text that must be JSON or YAML is not.
    ///
    /// ## What it does
    ///
    /// Reports values that are texts of their own and cannot be read:
    ///
    /// - JSON under a key that ends in `.json`, and in a block that begins as JSON does
    /// - YAML under a key that ends in `.yaml` or `.yml`
    ///
    /// Texts with templates (`{{ … }}`), with variables that something else fills in (`${NAME}`), and with comments are
    /// ignored.
    ///
    /// ## Why it matters
    ///
    /// Helm copies the text into a ConfigMap without reading it. The program that reads it fails when it starts.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// files:
    ///   config.json: |
    ///     {
    ///       "port": 8080,
    ///     }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// files:
    ///   config.json: |
    ///     {
    ///       "port": 8080
    ///     }
    /// ```
    ///
    /// ## References
    ///
    /// - [RFC 8259: the JSON data interchange format](https://www.rfc-editor.org/rfc/rfc8259)
    "yaml/embedded-text", Warning, Check::Source(check)
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    for root in cx.source.document.documents() {
        visit(cx, root, &mut Vec::new(), out);
    }
}

fn visit<'a>(
    cx: &SourceContext<'a>,
    node: &'a Node,
    steps: &mut Vec<Step<'a>>,
    out: &mut Reporter<'_>,
) {
    match node.kind() {
        Kind::Scalar(scalar) => scalar_text(cx, node, scalar, steps, out),
        Kind::Sequence(items) => {
            for (step, item) in Items::of(items)
                .iter()
                .filter(|(_, item)| item.origin() == Origin::Written)
            {
                steps.push(step);
                visit(cx, item, steps, out);
                steps.pop();
            }
        }
        Kind::Mapping(mapping) => {
            for (key, value) in mapping
                .iter()
                .filter(|(_, value)| value.origin() == Origin::Written)
            {
                steps.push(Step::Key(key.text()));
                visit(cx, value, steps, out);
                steps.pop();
            }
        }
    }
}

/// Longer texts are data.
const LONGEST: usize = 1024 * 1024;

/// What stands for something that is filled in before the text is read, or is no JSON on purpose.
const OPEN: [&str; 8] = ["{{", "${", "$(", "<%", "%{", "{%", "//", "/*"];

fn scalar_text(
    cx: &SourceContext<'_>,
    node: &Node,
    scalar: &Scalar,
    steps: &[Step<'_>],
    out: &mut Reporter<'_>,
) {
    let text = scalar.text();
    if node.origin() != Origin::Written || scalar.style() == Style::Plain || text.len() > LONGEST {
        return;
    }
    let key = match steps.last() {
        Some(Step::Key(key)) => *key,
        _ => "",
    };
    let is_block = matches!(scalar.style(), Style::Literal | Style::Folded);
    let Some(form) = Form::of(key, text, is_block) else {
        return;
    };
    if let Some(mistake) = form.mistake(text) {
        let span = match scalar.style() {
            Style::Literal => line_of(cx.source.text(), node.span(), mistake.line),
            _ => node.span(),
        };
        let path: Path = steps.iter().copied().collect();
        let message = text!("`{}` is not {}: {}", path, form.name(), mistake.what);
        let finding = out
            .finding(Location::new(cx.source, span), message)
            .at(path);
        let confidence = match form {
            Form::Json { named: false } => Confidence::Medium,
            _ => Confidence::High,
        };
        out.push(
            finding
                .help(text!(
                    "correct the text; a program that reads `{}` as {} refuses it",
                    Name(key),
                    form.name()
                ))
                .confidence(confidence),
        );
    }
}

/// What a text must be.
#[derive(Clone, Copy)]
enum Form {
    Json { named: bool },
    Yaml,
}

/// What is wrong with a text, and in which of its lines, from one.
struct Mistake {
    what: Text,
    line: usize,
}

impl Form {
    fn of(key: &str, text: &str, is_block: bool) -> Option<Form> {
        let ends_with = |end: &str| {
            key.len() >= end.len()
                && key
                    .get(key.len() - end.len()..)
                    .is_some_and(|last| last.eq_ignore_ascii_case(end))
        };
        let begins = text.trim_start();
        if ends_with(".yaml") || ends_with(".yml") {
            let is_several_lines = text.trim_end().contains('\n');
            let is_template = ["{{", "{%", "<%"].iter().any(|open| text.contains(open));
            return (is_several_lines && !is_template).then_some(Form::Yaml);
        }
        let is_comment = |line: &str| line.trim_start().starts_with('#');
        if !begins.starts_with(['{', '['])
            || OPEN
                .iter()
                .any(|open| without_addresses(text).contains(open))
            || text.lines().any(is_comment)
        {
            return None;
        }
        if ends_with(".json") {
            return Some(Form::Json { named: true });
        }
        // `server.conf`, `main.jsonnet`: another language may begin so.
        let has_ending = key
            .rsplit_once('.')
            .is_some_and(|(_, end)| (1..=9).contains(&end.len()));
        (is_block && !has_ending && begins_as_json(begins)).then_some(Form::Json { named: false })
    }

    fn name(self) -> &'static str {
        match self {
            Form::Json { .. } => "JSON",
            Form::Yaml => "YAML",
        }
    }

    fn mistake(self, text: &str) -> Option<Mistake> {
        match self {
            Form::Json { .. } => json_mistake(text),
            Form::Yaml => {
                let document = Document::parse(text);
                let mut problems = document.errors().iter();
                let problem = problems.find(|problem| problem.kind == ProblemKind::Syntax)?;
                Some(Mistake {
                    what: Text::of(&Said(&problem.message)),
                    line: document.position(problem.span.start).line,
                })
            }
        }
    }
}

/// An address holds slashes that begin no comment.
fn without_addresses(text: &str) -> String {
    text.replace("://", ":")
}

/// Whether a text begins as an object with a key or as a list of objects or texts, and ends as it begins.
fn begins_as_json(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next();
    let second = chars.find(|char| !char.is_whitespace());
    let last = text.trim_end().chars().next_back();
    match (first, second) {
        (Some('{'), Some('"')) => last == Some('}') && text.contains("\":"),
        (Some('['), Some('{')) => last == Some(']') && text.contains("\":"),
        _ => false,
    }
}

/// The first mistake of a text of JSON; several values one behind the other are none.
fn json_mistake(text: &str) -> Option<Mistake> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let error = values.find_map(Result::err)?;
    let line = text
        .lines()
        .nth(error.line().saturating_sub(1))
        .unwrap_or_default();
    let at = line
        .get(error.column().saturating_sub(1)..)
        .unwrap_or_default();
    // `"port": @PORT@`: something else fills it in.
    let is_placeholder = at.starts_with(['$', '@', '%', '<', '_']);
    let is_deep = error.to_string().starts_with("recursion limit");
    if is_placeholder || is_deep {
        return None;
    }
    let full = error.to_string();
    let what = match full.split(" at line ").next().unwrap_or_default() {
        "key must be a string" | "trailing comma" if at.starts_with(['}', ']']) => {
            "a comma stands before the closing bracket".into()
        }
        ended if ended.starts_with("EOF") => "the text ends before the closing bracket".into(),
        other => Text::of(&Said(other)),
    };
    Some(Mistake {
        what,
        line: error.line(),
    })
}

/// The line of a block scalar's text in the file: the text begins on the line below the `|`.
fn line_of(source: &str, block: Span, line: usize) -> Span {
    let text = source.get(block.start..block.end).unwrap_or_default();
    let mut at = block.start;
    for (index, found) in text.split_inclusive('\n').enumerate() {
        if index == line {
            let indent = found.len() - found.trim_start().len();
            return Span::new(
                at + indent.min(found.trim_end().len()),
                at + found.trim_end().len(),
            );
        }
        at += found.len();
    }
    block
}
