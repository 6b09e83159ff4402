//! Reading one YAML document into plain data, with the text that Helm's YAML library has for what it refuses.

use envlint_yaml::{Document, Problem, ProblemKind, Value};

/// Why a text is no YAML, as `go.yaml.in/yaml` says it: `yaml: line 2: mapping values are not allowed in this context`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct YamlError(String);

/// The first YAML document of `data`; null when there is none.
pub(crate) fn document(data: &[u8]) -> Result<Value, YamlError> {
    let text = std::str::from_utf8(data)
        .map_err(|_| YamlError("yaml: invalid leading UTF-8 octet".to_owned()))?;
    text_document(text)
}

/// As [`document`], for text.
pub(crate) fn text_document(text: &str) -> Result<Value, YamlError> {
    parse(text).map(|document| document.root().map_or(Value::Null, |root| root.to_value()))
}

/// The tree of a text, when Helm accepts it.
pub(crate) fn parse(text: &str) -> Result<Document, YamlError> {
    if has_control_characters(text) {
        return Err(YamlError(
            "yaml: control characters are not allowed".to_owned(),
        ));
    }
    let document = Document::parse(text);
    let Some(problem) = fatal(&document) else {
        return Ok(document);
    };
    // goyaml takes a tab between a key and its value, YAML 1.2 does not. A blank in its place keeps every offset.
    if problem.kind == ProblemKind::Syntax && text.contains(":\t") {
        let blanks = Document::parse(text.replace(":\t", ": "));
        if fatal(&blanks).is_none() {
            return Ok(blanks);
        }
    }
    Err(describe(&document, problem))
}

fn fatal(document: &Document) -> Option<&Problem> {
    document.errors().iter().find(|problem| problem.is_fatal())
}

/// What goyaml's reader refuses (goyaml: readerc.go), as far as it can be in UTF-8.
fn has_control_characters(text: &str) -> bool {
    let plain = |b: &u8| (0x20..0x7f).contains(b) || matches!(b, b'\t' | b'\n' | b'\r');
    if text.bytes().all(|b| plain(&b)) {
        return false;
    }
    let refused = |c: char| {
        (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}'))
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    text.chars().any(refused)
}

/// What the parser (and not the scanner) of goyaml reports; it counts those lines from 0 (goyaml: decode.go, parser.fail).
const PARSER_PROBLEMS: &[&str] = &[
    "did not find expected ',' or ']'",
    "did not find expected ',' or '}'",
    "did not find expected '-' indicator",
    "did not find expected key",
    "did not find expected node content",
    "did not find expected <document start>",
];

fn describe(document: &Document, problem: &Problem) -> YamlError {
    match (
        problem.kind,
        document.text(problem.span).to_lowercase().as_str(),
    ) {
        (ProblemKind::InvalidScalar, ".inf" | "+.inf") => {
            return YamlError("json: unsupported value: +Inf".to_owned());
        }
        (ProblemKind::InvalidScalar, "-.inf") => {
            return YamlError("json: unsupported value: -Inf".to_owned());
        }
        (ProblemKind::InvalidScalar, ".nan") => {
            return YamlError("json: unsupported value: NaN".to_owned());
        }
        (ProblemKind::Syntax, _) => {}
        (ProblemKind::InvalidMerge, _) => {
            return YamlError(
                "yaml: map merge requires map or sequence of maps as the value".to_owned(),
            );
        }
        _ => return YamlError(format!("yaml: {}", problem.message)),
    }
    let message = go_words(&problem.message);
    if message == "found unknown anchor" {
        let anchor = document
            .source()
            .get(problem.span.start..)
            .unwrap_or_default()
            .trim_start_matches('*');
        let end = anchor
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
            .unwrap_or(anchor.len());
        return YamlError(format!(
            "yaml: unknown anchor '{}' referenced",
            anchor.get(..end).unwrap_or_default()
        ));
    }
    // goyaml is at the end of the text when it misses a quote, and not at the quote that is open.
    let offset = if message == "found unexpected end of stream" {
        document.source().len()
    } else {
        problem.span.start
    };
    let line = document.position(offset).line;
    let line = if PARSER_PROBLEMS.contains(&message) {
        line.saturating_sub(1)
    } else {
        line
    };
    // goyaml names no line for what is wrong in the first one.
    if line == 0 || (line == 1 && !PARSER_PROBLEMS.contains(&message)) {
        YamlError(format!("yaml: {message}"))
    } else {
        YamlError(format!("yaml: line {line}: {message}"))
    }
}

/// Both parsers descend from libyaml: most messages are the same after the context in front of them.
fn go_words(message: &str) -> &str {
    let message = match message.split_once(", ") {
        Some((context, problem)) if context.starts_with("while ") => problem,
        _ => message,
    };
    match message {
        "expected ',' or ']'" => "did not find expected ',' or ']'",
        "simple key expected" | "simple key expect ':'" => "could not find expected ':'",
        "misplaced bracket" => "did not find expected node content",
        "invalid trailing content after double-quoted scalar" => "did not find expected key",
        "did not find expected hexadecimal number" => "did not find expected hexdecimal number",
        "tab cannot be used as indentation" | "found a tab" => {
            "found a tab character that violates indentation"
        }
        m if m.starts_with("tabs disallowed") => "found character that cannot start any token",
        m if m.starts_with("unexpected character") => "found character that cannot start any token",
        m => m,
    }
}
