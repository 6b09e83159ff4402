//! `production/debug-enabled`.

use super::counts;
use super::given::{GivenValue, Verdict, check_given};
use crate::masking::{Name, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::{Confidence, Severity};
use crate::values::{Located, Section, Tree, TreeKind, words_of};

rule! {
    /// Debugging is turned on in production.
    ///
    /// ## What it does
    ///
    /// In the environments of the production tier, looks for switches that name debugging and are on (`debug: true`,
    /// `debug.enabled: true`, `image.debug: true`, `diagnosticMode.enabled: true`), for log levels of `debug` or
    /// `trace` (`logLevel: debug`, `logging.level: debug`), for the same as environment variables (`DEBUG`,
    /// `LOG_LEVEL`, `RUST_LOG`, `LOGGING_LEVEL_ROOT`) in maps, in lists of `name` and `value`, and in lists of texts
    /// (`LOG_LEVEL=debug`), for arguments (`--debug`, `--log-level=debug`), and for what the place that deploys the app gives it
    /// (`--set debug=true`). A name that goes on with what is debugged
    /// (`DEBUG_PLUGINS`) is no debug mode. Sections that are turned off
    /// (`enabled: false`), labels and annotations, and values that no template of the chart reads are ignored.
    ///
    /// ## Why it matters
    ///
    /// Debug modes expose internals (consoles, stack traces, profilers), slow programs down, and log customer data.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// logLevel: debug
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// logLevel: info
    /// ```
    ///
    /// ## References
    ///
    /// - [CWE-489: active debug code](https://cwe.mitre.org/data/definitions/489.html)
    "production/debug-enabled", Warning, Check::App(check)
}

/// Words that turn the meaning of a switch around: `disableDebug: true`.
const NEGATIONS: [&str; 8] = [
    "disable", "disabled", "no", "not", "without", "hide", "skip", "suppress",
];

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    check_given(cx, out, &judge_given);
    for (values, _) in cx.production() {
        for section in values
            .sections
            .iter()
            .filter(|section| !is_metadata(section))
        {
            check_variable(cx, values, &section, out);
            for (key, tree) in section.entries() {
                check_entry(cx, values, &section, key, tree, out);
            }
        }
    }
}

/// Switches and levels that the place gives which deploys to production.
fn judge_given(given: &GivenValue<'_>) -> Option<Verdict> {
    let words = words_of(given.name);
    let wrong = if names_debugging(&words) && says_on(&words, given.text) {
        "turns debugging on"
    } else if names_level(&words) && says_verbose(given.text) {
        "turns debug logs on"
    } else {
        return None;
    };
    Some(Verdict {
        wrong: wrong.into(),
        rest: Text::new(),
        help: ADVICE.into(),
        severity: Severity::Warning,
        confidence: Confidence::Medium,
    })
}

const ADVICE: &str = "turn it off: debug modes expose internals and log customer data";

fn is_metadata(section: &Section<'_, '_>) -> bool {
    let is_name = |key: &str| {
        let key = key.to_ascii_lowercase();
        key.ends_with("labels") || key.ends_with("annotations")
    };
    section
        .outwards()
        .any(|section| section.key().is_some_and(is_name))
}

fn check_entry(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    section: &Section<'_, '_>,
    key: &str,
    tree: &Tree<'_>,
    out: &mut Reporter<'_>,
) {
    match tree.kind() {
        TreeKind::Mapping(_) => {}
        TreeKind::Sequence(items) => {
            let is_found = |item: &Tree<'_>| {
                item.as_str()
                    .is_some_and(|text| is_debug_argument(text) || is_debug_variable(text))
            };
            let found = items.iter().enumerate().filter(|(_, item)| is_found(item));
            let located = section.located(key);
            for item in found.filter_map(|(at, _)| located.as_ref()?.item(at)) {
                let message = text!(
                    "`{}` turns debugging on in {}",
                    item.path(),
                    Name(values.name())
                );
                push(cx, values, &item, message, out);
            }
        }
        TreeKind::Scalar(_) => {
            let words = words_of(key);
            let is_switch = names_debugging(&words)
                || (key == "enabled"
                    && section
                        .key()
                        .is_some_and(|key| names_debugging(&words_of(key))));
            let found = if is_switch && is_on(&words, tree) {
                "turns debugging on"
            } else if is_verbose(tree) && (names_level(&words) || is_below_logging(section)) {
                "turns debug logs on"
            } else {
                return;
            };
            if let Some(value) = section.located(key) {
                let message = text!("`{}` {} in {}", value.path(), found, Name(values.name()));
                push(cx, values, &value, message, out);
            }
        }
    }
}

/// An item of a list of environment variables: `{name: DEBUG, value: "true"}`.
fn check_variable(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    section: &Section<'_, '_>,
    out: &mut Reporter<'_>,
) {
    let (Some(name), Some(value)) = (
        section.get("name").and_then(|name| name.as_str()),
        section.get("value"),
    ) else {
        return;
    };
    let words = words_of(name);
    let found = if names_debugging(&words) && is_on(&words, value) {
        "turns debugging on"
    } else if names_level(&words) && is_verbose(value) {
        "turns debug logs on"
    } else {
        return;
    };
    if let Some(value) = section.located("value") {
        let message = text!(
            "the variable `{}` {} in {}",
            Name(&name),
            found,
            Name(values.name())
        );
        push(cx, values, &value, message, out);
    }
}

fn push(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    value: &Located<'_>,
    message: Text,
    out: &mut Reporter<'_>,
) {
    if !counts(cx, values, value.path(), value.tree()) {
        return;
    }
    let finding = out.value(values, value, message).help(ADVICE);
    // What a chart does with the setting is known only where it is here.
    out.push(match cx.chart {
        Some(_) => finding,
        None => finding.confidence(Confidence::Medium),
    });
}

/// Whether a name is that of a switch of debugging. What follows the word may say that it is a switch, or where debugging
/// shows; anything else says what is debugged: `DEBUG_PLUGINS` makes one part of a program talk, and no debug mode.
fn names_debugging(words: &[String]) -> bool {
    const AFTER: [&str; 18] = [
        "active",
        "console",
        "enable",
        "enabled",
        "endpoint",
        "endpoints",
        "flag",
        "log",
        "logger",
        "logging",
        "logs",
        "mode",
        "on",
        "option",
        "output",
        "server",
        "toolbar",
        "true",
    ];
    let is_debug =
        |word: &String| matches!(word.as_str(), "debug" | "debugging" | "debugger" | "xdebug");
    let is_negated = || words.iter().any(|word| NEGATIONS.contains(&word.as_str()));
    let says = |word: &str| words.iter().any(|known| known == word);
    let is_switch = match words.iter().rposition(is_debug) {
        Some(at) => words
            .iter()
            .skip(at + 1)
            .all(|word| AFTER.contains(&word.as_str())),
        None => says("diagnostic") && says("mode"),
    };
    is_switch && !is_negated()
}

/// Whether a switch is on. `DEBUG=1` and `DEBUG=*` are only taken as such where the name ends in "debug".
fn is_on(words: &[String], tree: &Tree<'_>) -> bool {
    tree.as_bool() == Some(true) || says_on(words, tree.as_str().unwrap_or_default())
}

fn says_on(words: &[String], text: &str) -> bool {
    let ends_in_debug = words.last().is_some_and(|word| word == "debug");
    ["true", "yes", "on"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
        || (ends_in_debug && (text == "1" || text.contains('*')))
}

/// Whether a name is that of a level of logs. What follows `log level` says of which logs: `LOGGING_LEVEL_ROOT`.
fn names_level(words: &[String]) -> bool {
    let is_log = |word: &str| matches!(word, "log" | "logs" | "logging" | "logger" | "loggers");
    let mut pairs = words.windows(2);
    if pairs.any(|pair| matches!(pair, [log, level] if is_log(log) && level == "level")) {
        return true;
    }
    match words {
        [.., before, last] if before == "rust" && last == "log" => true,
        [.., last]
            if matches!(
                last.as_str(),
                "loglevel" | "loglvl" | "logginglevel" | "verbosity"
            ) =>
        {
            true
        }
        [.., before, last] => is_log(before) && matches!(last.as_str(), "lvl" | "verbosity"),
        _ => false,
    }
}

/// `logging: {level: debug}`, and one level further in: `logging: {level: {root: debug}}`.
fn is_below_logging(section: &Section<'_, '_>) -> bool {
    section.outwards().take(2).any(|section| {
        section.key().is_some_and(|key| {
            matches!(
                key.to_ascii_lowercase().as_str(),
                "log" | "logs" | "logging" | "logger" | "loggers" | "loglevel" | "loglevels"
            )
        })
    })
}

fn is_verbose(tree: &Tree<'_>) -> bool {
    says_verbose(tree.as_str().unwrap_or_default())
}

fn says_verbose(text: &str) -> bool {
    ["debug", "trace"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

/// `LOG_LEVEL=debug`, `DEBUG=true`.
fn is_debug_variable(text: &str) -> bool {
    let Some((name, value)) = text.split_once('=') else {
        return false;
    };
    let is_name = |name: &str| {
        name.bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let words = words_of(name);
    let is = |known: &[&str]| known.iter().any(|word| value.eq_ignore_ascii_case(word));
    is_name(name)
        && ((names_debugging(&words) && is(&["true", "1", "yes", "on"]))
            || (names_level(&words) && is(&["debug", "trace"])))
}

/// `--debug`, `--debug=true`, `--log-level=debug`, `--zap-log-level=trace`.
fn is_debug_argument(text: &str) -> bool {
    let Some(flag) = text.strip_prefix("--") else {
        return false;
    };
    let (name, value) = flag.split_once('=').unwrap_or((flag, "true"));
    let words = words_of(name);
    let is = |word: &str| value.eq_ignore_ascii_case(word);
    (*words == ["debug"] && (is("true") || is("1")))
        || (names_level(&words) && (is("debug") || is("trace")))
}
