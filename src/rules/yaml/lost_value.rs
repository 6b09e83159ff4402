//! `yaml/lost-value`.

use envlint_yaml::{Kind, Mapping, Node, Origin, Span};

use crate::masking::{Name, is_secret_key, text};
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::source::{Confidence, Location};
use crate::values::words_of;

rule! {
    /// A value that begins with `#` is a comment, so that its key has no value.
    ///
    /// ## What it does
    ///
    /// Reports keys whose value is missing where one word with a `#` before it stands on the line: the `value:` of a variable
    /// (`{name: CHANNEL, value: #alerts}`), and keys that name what is written so: colours, channels, hashtags. A `#` with a blank
    /// behind it is a comment, and so is a text of several words.
    ///
    /// ## Why it matters
    ///
    /// YAML takes a `#` behind a blank for the start of a comment, wherever it stands. The key is null, Helm takes the chart's
    /// default away by it, or the variable is empty.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// env:
    ///   - name: SLACK_CHANNEL
    ///     value: #alerts
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// env:
    ///   - name: SLACK_CHANNEL
    ///     value: "#alerts"
    /// ```
    ///
    /// ## References
    ///
    /// - [YAML 1.2: comments](https://yaml.org/spec/1.2.2/#66-comments)
    "yaml/lost-value", Warning, Check::Source(check)
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    let mut found = Vec::new();
    for root in cx.source.document.documents() {
        collect(root, cx.source.text(), &mut found);
    }
    for (name, span) in found {
        let place = Location::new(cx.source, span);
        let message = text!("`{}` has no value", Name(name));
        let finding = out.finding(place, message);
        out.push(
            finding
                .help("put the value in quotes; if it is a comment, write a blank behind the `#`")
                .confidence(Confidence::Medium)
                .once_of(cx.source.path.as_str(), "lost", text!("`{}`", Name(name)))
                .ending(", because YAML takes what follows for a comment"),
        );
    }
}

/// The names of values that are lost, with the places of their keys.
fn collect<'a>(node: &'a Node, text: &str, found: &mut Vec<(&'a str, Span)>) {
    if node.origin() != Origin::Written {
        return;
    }
    match node.kind() {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => items.iter().for_each(|item| collect(item, text, found)),
        Kind::Mapping(mapping) => {
            for (key, value) in mapping {
                let name = name_of(mapping, key.text());
                if let Some(name) = name
                    && value.is_null()
                    && !is_secret_key(name)
                    && is_lost(text, key.span())
                {
                    found.push((name, key.span()));
                }
                collect(value, text, found);
            }
        }
    }
}

/// What a value goes by that may well begin with `#`.
fn name_of<'a>(mapping: &'a Mapping, key: &'a str) -> Option<&'a str> {
    const SO_WRITTEN: [&str; 6] = ["channel", "channels", "color", "colour", "hashtag", "hex"];
    if key == "value" {
        return mapping.get("name").and_then(Node::as_str);
    }
    let words = words_of(key);
    let last = words.last().map_or("", String::as_str);
    SO_WRITTEN.contains(&last).then_some(key)
}

/// Whether the line of a key goes on with one word that begins with `#`.
fn is_lost(text: &str, key: Span) -> bool {
    let rest = text.get(key.end..).and_then(|rest| rest.lines().next());
    let rest = rest.map(|rest| rest.trim_start_matches(['"', '\'', ' ']));
    let value = rest.and_then(|rest| rest.strip_prefix(':')).map(str::trim);
    let word = value.and_then(|value| value.strip_prefix('#'));
    word.is_some_and(|word| {
        word.starts_with(char::is_alphanumeric) && !word.contains(char::is_whitespace)
    })
}
