//! Reading one YAML document into plain data, with the text that Helm's YAML library has for what it refuses.

use envlint_yaml::{Document, Problem, ProblemKind, Value};

/// Why a text is no YAML, as `go.yaml.in/yaml` says it: `yaml: line 2: mapping values are not allowed in this context`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct YamlError(String);

/// The first YAML document of `data`; null when there is none.
pub(crate) fn document(data: &[u8]) -> Result<Value, YamlError> {
    text_document(text(data)?)
}

/// The text of bytes that should be UTF-8.
pub(crate) fn text(data: &[u8]) -> Result<&str, YamlError> {
    std::str::from_utf8(data).map_err(|error| {
        let rest = data.get(error.valid_up_to()..).unwrap_or_default();
        YamlError(format!("yaml: {}", encoding_mistake(rest)))
    })
}

/// What goyaml says of the bytes where a text stops being UTF-8 (goyaml: readerc.go, yaml_parser_update_buffer).
fn encoding_mistake(rest: &[u8]) -> &'static str {
    let (width, head) = match rest.first() {
        Some(byte) if byte & 0xe0 == 0xc0 => (2, byte & 0x1f),
        Some(byte) if byte & 0xf0 == 0xe0 => (3, byte & 0x0f),
        Some(byte) if byte & 0xf8 == 0xf0 => (4, byte & 0x07),
        _ => return "invalid leading UTF-8 octet",
    };
    let Some(trail) = rest.get(1..width) else {
        return "incomplete UTF-8 octet sequence";
    };
    if trail.iter().any(|byte| byte & 0xc0 != 0x80) {
        return "invalid trailing UTF-8 octet";
    }
    let join = |code: u32, byte: &u8| code << 6 | u32::from(byte & 0x3f);
    let code = trail.iter().fold(u32::from(head), join);
    let is_longer_than_needed = match width {
        2 => code < 0x80,
        3 => code < 0x800,
        _ => code < 0x1_0000,
    };
    if is_longer_than_needed {
        "invalid length of a UTF-8 sequence"
    } else {
        "invalid Unicode character"
    }
}

/// As [`document`], for text.
pub(crate) fn text_document(text: &str) -> Result<Value, YamlError> {
    parse(text).map(|document| document.root().map_or(Value::Null, |root| root.to_value()))
}

/// The tree of a text, when Helm accepts it.
pub(crate) fn parse(text: &str) -> Result<Document, YamlError> {
    let document = Document::parse(text);
    accept(&document).map(|()| document)
}

/// Whether Helm accepts a text that was parsed.
pub(crate) fn accept(document: &Document) -> Result<(), YamlError> {
    if has_control_characters(document.source()) {
        return Err(YamlError(
            "yaml: control characters are not allowed".to_owned(),
        ));
    }
    match refusal(document) {
        Some(problem) => Err(describe(document, problem)),
        None => Ok(()),
    }
}

fn refusal(document: &Document) -> Option<&Problem> {
    document
        .errors()
        .iter()
        .find(|problem| problem.is_refused())
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

/// A mistake in goyaml's words, as far as the parsers share them; both descend from libyaml.
pub(crate) fn describe(document: &Document, problem: &Problem) -> YamlError {
    let written = document.text(problem.span);
    match problem.kind {
        ProblemKind::Syntax => {}
        ProblemKind::InvalidScalar => {
            let known = special_number(written);
            return YamlError(known.unwrap_or_else(|| format!("yaml: {}", problem.message)));
        }
        ProblemKind::InvalidMerge => {
            return YamlError(
                "yaml: map merge requires map or sequence of maps as the value".to_owned(),
            );
        }
        _ => return YamlError(format!("yaml: {}", problem.message)),
    }
    if let Some(message) = directive_mistake(document.source()) {
        return YamlError(format!("yaml: {message}"));
    }
    let rest = document.source().get(problem.span.start..);
    if problem.message.contains("unknown anchor") {
        let name = rest.unwrap_or_default().trim_start_matches('*');
        let name = name.split([' ', '\n', ',', ']', '}']).next();
        let name = name.unwrap_or_default();
        return YamlError(format!("yaml: unknown anchor '{name}' referenced"));
    }
    let message = goyaml_words(&problem.message);
    // goyaml is at the end of the text when it misses a quote, and not at the quote that is open.
    let unclosed = message == "found unexpected end of stream";
    let end = document.source().len();
    let offset = if unclosed { end } else { problem.span.start };
    // goyaml counts from 0 and adds one for its scanner's mistakes, and at the end of the text, which it takes for one
    // more line; it names no first line.
    let at_end = offset >= document.source().trim_end().len();
    let scanner = at_end || !message.starts_with("did not find expected");
    YamlError(match document.position(offset).line {
        1 if unclosed || !at_end || !message.contains("or '") => format!("yaml: {message}"),
        line if scanner => format!("yaml: line {line}: {message}"),
        line => format!("yaml: line {}: {message}", line - 1),
    })
}

/// What goyaml says of a text that begins with something like a directive (goyaml: yaml_parser_scan_directive).
fn directive_mistake(source: &str) -> Option<&'static str> {
    let rest = source.strip_prefix('%')?;
    let name_end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    let (name, after) = rest.split_at(name_end.unwrap_or(rest.len()));
    if name.is_empty() {
        return Some("could not find expected directive name");
    }
    if !(after.is_empty() || after.starts_with([' ', '\t', '\r', '\n'])) {
        return Some("found unexpected non-alphabetical character");
    }
    (!matches!(name, "YAML" | "TAG")).then_some("found unknown directive name")
}

/// Numbers that YAML has and JSON has not.
fn special_number(written: &str) -> Option<String> {
    let name = match written
        .trim_start_matches(['+', '-'])
        .to_lowercase()
        .as_str()
    {
        ".inf" if written.starts_with('-') => "-Inf",
        ".inf" => "+Inf",
        ".nan" => "NaN",
        _ => return None,
    };
    Some(format!("json: unsupported value: {name}"))
}

fn goyaml_words(message: &str) -> &str {
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
        m if m.starts_with("tabs disallowed") || m.starts_with("a tab") => {
            "found character that cannot start any token"
        }
        m if m.starts_with("unexpected character") => "found character that cannot start any token",
        m => m,
    }
}
