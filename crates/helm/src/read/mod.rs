//! Reading one YAML document into plain data, with the text that Helm's YAML library has for what it refuses.

mod go_syntax;

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
    let document = Document::parse_text(text);
    accept(&document).map(|()| document)
}

/// Whether Helm accepts a text that was parsed.
pub(crate) fn accept(document: &Document) -> Result<(), YamlError> {
    match refusal(document) {
        Some(problem) => Err(describe(document, problem)),
        None => Ok(()),
    }
}

/// What is refused first: goyaml reads all of a document before it converts any of it.
pub(crate) fn refusal(document: &Document) -> Option<&Problem> {
    let refused = document
        .errors()
        .iter()
        .filter(|problem| problem.is_refused());
    refused.min_by_key(|problem| problem.kind != ProblemKind::Syntax)
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

/// A mistake in goyaml's words, which quote a key that is a list or a map. Only for texts that a template made: of a values
/// file that Helm refuses nobody knows what is secret in it.
pub(crate) fn describe_with_key(document: &Document, problem: &Problem) -> YamlError {
    let key = match problem.kind {
        ProblemKind::InvalidKey => {
            let indent = document.position(problem.span.start).column - 1;
            go_syntax::of_text(document.text(problem.span), indent)
        }
        _ => None,
    };
    match key {
        Some(key) if key.contains('{') => YamlError(format!("yaml: invalid map key: {key}")),
        _ => describe(document, problem),
    }
}

/// A mistake in goyaml's words.
pub(crate) fn describe(document: &Document, problem: &Problem) -> YamlError {
    if has_control_characters(document.source()) {
        return YamlError("yaml: control characters are not allowed".to_owned());
    }
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
        ProblemKind::InvalidAlias => {
            let said = alias_mistake(written, &problem.message);
            return YamlError(format!("yaml: {said}"));
        }
        _ => return YamlError(format!("yaml: {}", problem.message)),
    }
    // goyaml names what it was doing only in a trace.
    let message = match problem.message.split_once(", ") {
        Some((context, message)) if context.starts_with("while ") => message,
        _ => &problem.message,
    };
    YamlError(match problem.line {
        Some(line) => format!("yaml: line {line}: {message}"),
        None => format!("yaml: {message}"),
    })
}

/// What goyaml says of an alias (goyaml: decode.go, `parser.alias`, `decoder.alias`).
fn alias_mistake(written: &str, message: &str) -> String {
    match written.strip_prefix('*') {
        Some(name) if message.contains("inside the value") => {
            format!("anchor '{name}' value contains itself")
        }
        Some(name) if message.contains("anchor") => format!("unknown anchor '{name}' referenced"),
        _ => message.to_owned(),
    }
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
