//! What Helm reads as something else: words that are booleans, versions that are numbers, numbers that lose digits.

use envlint_yaml::{Scalar, Style, Value};

use crate::masking::{Said, Text, text};
use crate::source::Severity;
use crate::values::{printed, words_of};

/// What a plain scalar is read as.
pub(super) struct Ambiguity {
    /// How bad it is.
    pub(super) severity: Severity,
    /// What Helm makes of it.
    pub(super) message: Text,
    /// What means the same and looks like it; none where only quotes help.
    pub(super) instead: Option<String>,
    /// How a template prints it, where it is only then another text.
    pub(super) printed: Option<String>,
}

impl Ambiguity {
    fn new(severity: Severity, message: Text) -> Self {
        Ambiguity {
            severity,
            message,
            instead: None,
            printed: None,
        }
    }
}

/// What Helm reads a plain scalar as, where that is not what it looks like. It goes by `name`.
pub(super) fn ambiguity(scalar: &Scalar, name: &str) -> Option<Ambiguity> {
    let text = scalar.text();
    let may_be = |first: char| {
        first.is_ascii_digit()
            || matches!(first, 'y' | 'Y' | 'n' | 'N' | 'o' | 'O' | '+' | '-' | '.')
    };
    if scalar.style() != Style::Plain || scalar.is_tagged() || !text.starts_with(may_be) {
        return None;
    }
    let whole = |number: i128| self::number(text, number as f64, Some(number), name);
    match scalar.value() {
        Value::Bool(value) => word(text, value),
        Value::Int(number) => whole(i128::from(number)),
        Value::UInt(number) => whole(i128::from(number)),
        Value::Float(number) => self::number(text, number, None, name),
        _ => None,
    }
}

fn word(text: &str, value: bool) -> Option<Ambiguity> {
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        return None;
    }
    // `NO`, `ON` and single letters are as likely to be codes (countries, provinces, sizes) as booleans.
    let is_code =
        text.len() == 1 || (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()));
    Some(Ambiguity {
        severity: Severity::Warning,
        message: text!(
            "Helm reads `{}` as the boolean {}, not as a word",
            Said(&text),
            Said(&value)
        ),
        instead: (!is_code).then(|| value.to_string()),
        printed: None,
    })
}

/// Whether a key is plainly that of a switch: `enabled`, `useTls`, `allow_root`.
pub(super) fn names_switch(key: &str) -> bool {
    let is_switch = |word: Option<&String>| {
        word.is_some_and(|word| {
            matches!(
                word.as_str(),
                "active"
                    | "allow"
                    | "allowed"
                    | "create"
                    | "disable"
                    | "disabled"
                    | "enable"
                    | "enabled"
                    | "has"
                    | "is"
                    | "required"
                    | "use"
            )
        })
    };
    let words = words_of(key);
    is_switch(words.first()) || is_switch(words.last())
}

/// Whether a key names a version: its value is text that happens to look like a number.
fn names_version(key: &str) -> bool {
    let words = words_of(key);
    let last = words.last().map_or("", String::as_str);
    matches!(
        last,
        "tag"
            | "version"
            | "ver"
            | "semver"
            | "revision"
            | "release"
            | "commit"
            | "sha"
            | "digest"
            | "build"
    ) || last.ends_with("version")
        || last == "imagetag"
}

fn version(text: &str, number: f64) -> Option<Ambiguity> {
    let shown = printed(number);
    (shown != text).then(|| {
        let message = text!(
            "Helm reads `{}` as a number and prints it as {}, which is another version",
            Said(&text),
            Said(&shown)
        );
        Ambiguity {
            // `int64` keeps what has only lost its look.
            printed: shown.contains("e+").then_some(shown),
            ..Ambiguity::new(Severity::Error, message)
        }
    })
}

/// `0644` and `08`; but `0`, `0.5`, `0x1F`, `0o17` and `0b1` say what they are.
fn leading_zero(text: &str, number: f64, key: &str) -> Option<Ambiguity> {
    let digits = text.trim_start_matches(['+', '-']);
    let is_all_digits = digits.len() > 1 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !(is_all_digits && digits.starts_with('0')) {
        return None;
    }
    if digits.contains(['8', '9']) || digits.bytes().all(|byte| byte == b'0') {
        let message = text!(
            "Helm reads `{}` as the number {}, so the leading zero is lost",
            Said(&text),
            Said(printed(number))
        );
        return Some(Ambiguity::new(Severity::Warning, message));
    }
    let octal = format!("0o{}", digits.trim_start_matches('0'));
    let is_mode = words_of(key)
        .last()
        .is_some_and(|word| matches!(word.as_str(), "mode" | "umask" | "permissions" | "chmod"));
    Some(Ambiguity {
        severity: if is_mode {
            Severity::Info
        } else {
            Severity::Warning
        },
        message: text!(
            "Helm reads `{}` as octal, the number {}",
            Said(&text),
            Said(printed(number))
        ),
        instead: (is_mode && digits.len() == text.len()).then_some(octal),
        printed: None,
    })
}

fn number(text: &str, number: f64, whole: Option<i128>, name: &str) -> Option<Ambiguity> {
    if names_version(name) {
        return version(text, number);
    }
    if let Some(found) = leading_zero(text, number, name) {
        return Some(found);
    }
    let whole = whole?;
    if number as i128 != whole {
        return Some(Ambiguity::new(
            Severity::Error,
            text!(
                "`{}` has more digits than Helm keeps: it becomes {}",
                Said(&text),
                number as i128
            ),
        ));
    }
    let is_decimal = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'_'));
    (is_decimal && whole.abs() >= 1_000_000).then(|| Ambiguity {
        severity: Severity::Warning,
        message: text!(
            "a template prints `{}` as {}, unless it uses `toYaml`, `toJson`, `int` or `int64`",
            Said(&text),
            Said(printed(number))
        ),
        instead: None,
        printed: Some(printed(number)),
    })
}
