//! `yaml/ambiguous-scalar`.

use std::sync::Arc;

use envlint_yaml::{Edit, Items, Kind, Node, Origin, Path, Scalar, Step, Style, Value};

use crate::masking::{Name, Said, Text, text};
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::rules::{Finding, Fix};
use crate::source::Source;
use crate::source::{Location, Severity};
use crate::values::{printed, words_of};

rule! {
    /// Helm does not read an unquoted value as what it looks like.
    ///
    /// ## What it does
    ///
    /// Reports values and keys, in values files and in the chart's own `values.yaml`, that Helm reads or prints as
    /// something else:
    ///
    /// - words that are booleans: `yes`, `no`, `on`, `off`, `y`, `n` (so the country code `NO` is false)
    /// - versions that lose a digit: `tag: 1.10` is the number 1.1; that is an error under a key that names a version
    ///   or a tag, while `cpu: 0.50` is fine
    /// - octal numbers, `0644` is 420, and numbers that lose a leading zero, `08` is 8. A file `mode` is meant to be
    ///   octal, so it is an info there
    /// - integers that print with an exponent: `{{ .Values.x }}` and `quote` print 1234567 as `1.234567e+06`; only `toYaml`,
    ///   `toJson` and `int` keep it
    /// - integers that are too large for a float64, and lose their last digits everywhere
    ///
    /// Helm reads values by YAML 1.1 and keeps every number as a float64. What is in quotes is text and is never reported.
    ///
    /// ## Why it matters
    ///
    /// The image that is deployed is 1.1 and not 1.10, the feature that was set to `on` compares unequal to "on", and
    /// the account number reads 1.23456789012e+11. Nothing fails; the deployment is wrong.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// image:
    ///   tag: 1.10
    /// country: NO
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// image:
    ///   tag: "1.10"
    /// country: "NO"
    /// ```
    ///
    /// ## References
    ///
    /// - [YAML 1.1: bool](https://yaml.org/type/bool.html), [int](https://yaml.org/type/int.html)
    /// - [Helm: quote strings, not integers](https://helm.sh/docs/howto/charts_tips_and_tricks/#quote-strings-dont-quote-integers)
    "yaml/ambiguous-scalar", Error, Check::Source(check)
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    for root in cx.source.document.documents() {
        Walk {
            source: cx.source,
            steps: Vec::new(),
            out,
        }
        .visit(root);
    }
}

struct Walk<'a, 'o, 'r> {
    source: &'a Arc<Source>,
    steps: Vec<Step<'a>>,
    out: &'o mut Reporter<'r>,
}

impl<'a> Walk<'a, '_, '_> {
    fn visit(&mut self, node: &'a Node) {
        match node.kind() {
            Kind::Scalar(scalar) => self.scalar(node, scalar),
            Kind::Sequence(items) => {
                for (step, item) in Items::of(items).iter().filter(|(_, item)| is_written(item)) {
                    self.steps.push(step);
                    self.visit(item);
                    self.steps.pop();
                }
            }
            Kind::Mapping(mapping) => {
                for (key, value) in mapping
                    .iter()
                    .filter(|(_, value)| value.origin() != Origin::Merge)
                {
                    self.steps.push(Step::Key(key.text()));
                    self.key(key);
                    if is_written(value) {
                        self.visit(value);
                    }
                    self.steps.pop();
                }
            }
        }
    }

    fn path(&self) -> Path {
        self.steps.iter().copied().collect()
    }

    /// The last key on the way: items of a list belong to the key of the list.
    fn last_key(&self) -> &'a str {
        let keys = self.steps.iter().rev().filter_map(|step| match step {
            Step::Key(key) => Some(*key),
            Step::Item { .. } => None,
        });
        keys.take(1).last().unwrap_or_default()
    }

    /// A key that reads as a boolean or a number is renamed by it: `on: 1` is the key `true`.
    fn key(&mut self, key: &envlint_yaml::Key) {
        let span = key.span();
        let written = self.source.document.text(span);
        if written == key.text()
            || !written.starts_with(|first: char| first.is_ascii_alphanumeric())
        {
            return;
        }
        let message = text!(
            "Helm reads the key `{}` as `{}`, because it has no quotes",
            Said(&written),
            Name(&key.text())
        );
        let finding = self
            .out
            .lowered(Severity::Warning, Location::new(self.source, span), message)
            .at(self.path())
            .help(text!("write `\"{}\"` if you mean the text", Said(&written)))
            .fix(quote(span, written, false));
        self.out.push(finding);
    }

    fn scalar(&mut self, node: &'a Node, scalar: &'a Scalar) {
        let text = scalar.text();
        let may_be = |first: char| {
            first.is_ascii_digit()
                || matches!(first, 'y' | 'Y' | 'n' | 'N' | 'o' | 'O' | '+' | '-' | '.')
        };
        if scalar.style() != Style::Plain || scalar.is_tagged() || !text.starts_with(may_be) {
            return;
        }
        let found = match scalar.value() {
            Value::Bool(value) => word(text, value),
            Value::Int(number) => self.number(text, number as f64, Some(i128::from(number))),
            Value::UInt(number) => self.number(text, number as f64, Some(i128::from(number))),
            Value::Float(number) => self.number(text, number, None),
            _ => None,
        };
        if let Some(found) = found {
            let secrets = self.source.sensitive_text();
            let at = secrets.partition_point(|span| span.end <= node.span().start);
            let is_secret = secrets
                .get(at)
                .is_some_and(|span| span.contains(node.span()));
            let finding = if is_secret {
                self.about_secret(node, found.severity)
            } else {
                self.finding(node, text, found)
            };
            self.out.push(finding);
        }
    }

    /// The finding about a secret: it does not even show what Helm would print.
    fn about_secret(&self, node: &Node, severity: Severity) -> Finding {
        let place = Location::new(self.source, node.span());
        let message = "Helm reads this secret as a number or a boolean, and may print another text";
        self.out
            .lowered(severity, place, message)
            .at(self.path())
            .help("put it in quotes")
    }

    fn finding(&self, node: &Node, text: &str, found: Ambiguity) -> Finding {
        let place = Location::new(self.source, node.span());
        let (help, fix) = match found.instead {
            Some(instead) => {
                let fix = Fix {
                    title: text!("write `{}`", Said(&instead)),
                    safe: true,
                    edits: vec![Edit::new(node.span(), instead.clone())],
                };
                (
                    text!(
                        "write `{}`, or `\"{}\"` if you mean the text",
                        Said(&instead),
                        Said(text)
                    ),
                    fix,
                )
            }
            None => (
                text!("write `\"{}\"`", Said(text)),
                quote(node.span(), text, false),
            ),
        };
        self.out
            .lowered(found.severity, place, found.message)
            .at(self.path())
            .help(help)
            .fix(fix)
    }

    fn number(&self, text: &str, number: f64, whole: Option<i128>) -> Option<Ambiguity> {
        let key = self.last_key();
        if names_version(key) {
            return version(text, number);
        }
        if let Some(found) = leading_zero(text, number, key) {
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
        (is_decimal && whole.abs() >= 1_000_000).then(|| {
            let severity = if self.is_passed_through() {
                Severity::Info
            } else {
                Severity::Warning
            };
            Ambiguity::new(
                severity,
                text!(
                    "a template prints `{}` as {}, unless it uses `toYaml`, `toJson` or `int`",
                    Said(&text),
                    Said(printed(number))
                ),
            )
        })
    }

    /// Whether the value stands in a block that charts usually copy with `toYaml`, where integers stay what they are.
    fn is_passed_through(&self) -> bool {
        let words = words_of(self.last_key());
        if words
            .last()
            .is_some_and(|word| matches!(word.as_str(), "id" | "number" | "account"))
        {
            return false;
        }
        self.steps.iter().any(|step| match step {
            Step::Key(key) => {
                let words = words_of(key);
                matches!(
                    words.last().map(String::as_str),
                    Some(
                        "context"
                            | "probe"
                            | "resources"
                            | "requests"
                            | "limits"
                            | "config"
                            | "configuration"
                            | "settings"
                    )
                ) || matches!(
                    *key,
                    "runAsUser"
                        | "runAsGroup"
                        | "fsGroup"
                        | "tolerations"
                        | "affinity"
                        | "strategy"
                )
            }
            Step::Item { .. } => false,
        })
    }
}

/// What an alias or a merge brings is looked at where it is written.
fn is_written(node: &Node) -> bool {
    node.origin() == Origin::Written
}

struct Ambiguity {
    severity: Severity,
    message: Text,
    /// What means the same and looks like it; none where only quotes help.
    instead: Option<String>,
}

impl Ambiguity {
    fn new(severity: Severity, message: Text) -> Self {
        Ambiguity {
            severity,
            message,
            instead: None,
        }
    }
}

fn quote(span: envlint_yaml::Span, text: &str, safe: bool) -> Fix {
    Fix {
        title: "quote it".into(),
        safe,
        edits: vec![Edit::new(span, format!("\"{text}\""))],
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
    })
}

/// Whether a key names a version: its value is text that happens to look like a number.
fn names_version(key: &str) -> bool {
    let words = words_of(key);
    let last = words.last().map_or("", String::as_str);
    matches!(
        last,
        "tag" | "version" | "revision" | "release" | "commit" | "sha" | "digest" | "build"
    ) || last.ends_with("version")
        || last == "imagetag"
}

fn version(text: &str, number: f64) -> Option<Ambiguity> {
    let shown = printed(number);
    (shown != text).then(|| {
        Ambiguity::new(
            Severity::Error,
            text!(
                "Helm reads `{}` as a number and prints it as {}, which is another version",
                Said(&text),
                Said(&shown)
            ),
        )
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
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<(String, Severity)> {
        let source = Arc::new(Source::new("values.yaml", text));
        let workspace_config = crate::workspace::Config::default();
        let mut findings = Vec::new();
        let mut out =
            Reporter::new(&RULE, &workspace_config, None, &mut findings).expect("the rule is on");
        for root in source.document.documents() {
            Walk {
                source: &source,
                steps: Vec::new(),
                out: &mut out,
            }
            .visit(root);
        }
        findings
            .into_iter()
            .map(|finding| (finding.message.show().into_string(), finding.severity))
            .collect()
    }

    #[test]
    fn what_is_what_it_looks_like_is_left_alone() {
        for text in [
            "a: true",
            "a: False",
            "a: \"yes\"",
            "a: 'no'",
            "a: 1.5",
            "cpu: 0.50",
            "ratio: 1.0",
            "a: 0",
            "a: 0x1F",
            "a: 0o17",
            "port: 8080",
            "a: 999999",
            "a: 12:30:45",
            "a: 2024-01-01",
            "tag: 1.1",
            "tag: 1.24.3",
            "tag: v1.10",
            "version: 8",
            "a: !!str 1.10",
            "a: -5",
            "a: 1e3",
            "size: 10Gi",
            "a: nope",
            "a: yesterday",
            "a: ~",
            "a: null",
            "a: .5",
            "a: |\n  1.10",
            "revisionHistoryLimit: 10",
            "a: 10.0.0.1",
            "maxSurge: 25%",
            "a: -",
            "apiVersion: v1",
        ] {
            assert_eq!(findings(text), [], "{text}");
        }
    }

    #[test]
    fn what_is_something_else_is_said_with_its_weight() {
        for (text, expected, severity) in [
            ("a: yes", "the boolean true", Severity::Warning),
            ("country: NO", "the boolean false", Severity::Warning),
            ("a: [y]", "the boolean true", Severity::Warning),
            ("tag: 1.10", "prints it as 1.1", Severity::Error),
            ("imageTag: 1.0", "prints it as 1", Severity::Error),
            ("appVersion: 3.20", "prints it as 3.2", Severity::Error),
            (
                "tag: 20240101",
                "prints it as 2.0240101e+07",
                Severity::Error,
            ),
            ("tag: 12e3", "prints it as 12000", Severity::Error),
            (
                "commit: 1234567",
                "prints it as 1.234567e+06",
                Severity::Error,
            ),
            ("tag: 007", "prints it as 7", Severity::Error),
            ("zip: 01234", "octal, the number 668", Severity::Warning),
            ("zip: 08012", "leading zero is lost", Severity::Warning),
            ("defaultMode: 0644", "octal, the number 420", Severity::Info),
            ("a: 1000000", "1e+06", Severity::Warning),
            (
                "accountId: 123456789012",
                "1.23456789012e+11",
                Severity::Warning,
            ),
            (
                "securityContext: {runAsUser: 1000650000}",
                "1.00065e+09",
                Severity::Info,
            ),
            (
                "id: 9007199254740993",
                "more digits than Helm keeps",
                Severity::Error,
            ),
            ("on: 1", "the key `on` as `true`", Severity::Warning),
            ("1.10: a", "the key `1.10` as `1.1`", Severity::Warning),
        ] {
            let found = findings(text);
            assert!(
                found.len() == 1 && found[0].0.contains(expected) && found[0].1 == severity,
                "{text}: {found:?}"
            );
        }
    }
}
