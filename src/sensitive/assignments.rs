//! Settings inside of a text: `password=…` in a connection string, a command line or a configuration file that is a
//! block of text; also how a file that is no YAML is read.

use std::ops::Range;

use super::below::{self, Open};
use super::names::{Promise, hints_at_secret, promise};

/// One setting whose name promises a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assignment {
    /// Where the value is, without quotes.
    pub value: Range<usize>,
    /// What its name promises.
    pub promise: Promise,
    /// The character between name and value: `=`, `:`, or a blank after `--name`.
    pub separator: char,
    /// Whether the value stands in quotes.
    pub quoted: bool,
    /// Whether nothing else is said: the setting is a line of its own, or the form leaves no doubt. A word is a value then.
    pub alone: bool,
}

/// The settings of a text whose names promise a secret, from left to right.
pub(super) fn assignments(text: &str) -> Vec<Assignment> {
    let mut found = Vec::new();
    let mut offset = 0;
    // `note: the password: guess` is one line of prose; a block of lines is a file in a file.
    let is_block = text.trim_end().contains('\n');
    // How the value of the last name goes on below its line.
    let mut open: Option<Open<'_>> = None;
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty()
            && let Some(of_name) = open.take()
        {
            open = of_name.line(line, offset, &mut found);
        }
        if open.is_none() && hints_at_secret(line) {
            in_line(line, offset, is_block, &mut found);
            open = below::opened(line).filter(|_| is_block);
        }
        offset += line.len();
    }
    found
}

fn in_line(line: &str, offset: usize, is_block: bool, found: &mut Vec<Assignment>) {
    let mut after = 0;
    // What ends the parts of `s|PASSWORD=.*$|PASSWORD=$PASSWORD|g`, once its pattern was seen.
    let mut delimiter = None;
    for (at, char) in line.char_indices() {
        if at < after || !matches!(char, '=' | ':' | ' ') {
            continue;
        }
        let before = line.get(..at).unwrap_or_default();
        let rest = line.get(at + 1..).unwrap_or_default();
        let Some(name) = name_before(before, char) else {
            continue;
        };
        let promise = promise(name);
        let is_none = promise == Promise::Nothing || is_verdict(before, name);
        if is_none || (name == "salt" && is_of_hash(line)) {
            continue;
        }
        let attached = || attached_value(before, name, rest).filter(|_| char == ':');
        let Some((value, quoted)) = value_after(rest, char).or_else(attached) else {
            continue;
        };
        let text = rest.get(value.clone()).unwrap_or_default();
        if is_pattern(text) {
            delimiter = before
                .strip_suffix(name)
                .and_then(|lead| lead.chars().last());
            continue;
        }
        let length = delimiter.and_then(|delimiter: char| text.find(delimiter));
        let value = value.start..length.map_or(value.end, |length| value.start + length);
        if value.is_empty() {
            continue;
        }
        let is_attached = char == ':' && value.start == 0 && !quoted;
        let value = at + 1 + value.start..at + 1 + value.end;
        after = value.end;
        let rest = line.get(value.end..).unwrap_or_default();
        let alone = is_block && !is_attached && is_first(before, name) && ends(rest, char);
        found.push(Assignment {
            value: offset + value.start..offset + value.end,
            promise,
            separator: char,
            quoted,
            alone,
        });
    }
}

/// Whether a value is a regular expression that stands for any: what sed looks for is none.
fn is_pattern(text: &str) -> bool {
    [".*", ".+", "[^", "\\(.*"]
        .iter()
        .any(|start| text.starts_with(start))
}

/// The value of `password:x` without a blank, as files of properties have it, where the line is nothing else.
fn attached_value(before: &str, name: &str, rest: &str) -> Option<(Range<usize>, bool)> {
    if before.trim() != name {
        return None;
    }
    let value = rest.split_once(" #").map_or(rest, |(value, _)| value);
    let value = value.trim_end();
    let is_value = !value.is_empty()
        && !value.starts_with([':', '=', '/', '\\', '"', '\''])
        && !value.contains(char::is_whitespace);
    is_value.then_some((0..value.len(), false))
}

/// Whether a script says that a test has passed: `echo "PASS: $name"`.
fn is_verdict(before: &str, name: &str) -> bool {
    const SAYING: [&str; 4] = ["echo ", "printf ", "print(", "log "];
    name == "PASS" && SAYING.iter().any(|command| before.contains(command))
}

/// Whether a line holds the hash of a password, whose salt lets nobody in: `"hash": …, "salt": …`, or what Keycloak exports.
/// <https://www.keycloak.org/docs/latest/server_admin/#_importing-a-realm-from-exported-json-file>
fn is_of_hash(line: &str) -> bool {
    const SIGNS: [&str; 4] = [
        "secretData",
        "hashedSaltedValue",
        "hashIterations",
        "\"hash\"",
    ];
    SIGNS.iter().any(|sign| line.contains(sign))
}

/// Whether a name begins its line, a dash, quotes or `export` aside.
fn is_first(before: &str, name: &str) -> bool {
    let before = before.trim_end().trim_end_matches(['"', '\'', '\\']);
    let lead = before.strip_suffix(name).unwrap_or(before).trim();
    matches!(
        lead,
        "" | "-" | "\"" | "'" | "\\\"" | "export" | "ENV" | "set" | "- \"" | "- '"
    )
}

/// Whether nothing but punctuation or a comment follows a value.
fn ends(rest: &str, separator: char) -> bool {
    let rest = rest.trim_start_matches(['"', '\'', '\\', ',', ';']).trim();
    rest.is_empty() || (separator == ':' && rest.starts_with('#'))
}

/// The name that ends just before a separator, quotes around it taken off.
pub(super) fn name_before(before: &str, separator: char) -> Option<&str> {
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
    let trimmed = if separator == ' ' {
        before
    } else {
        let before = before.trim_end();
        // `os.environ["DB_PASSWORD"] = "x"`
        let key = before
            .strip_suffix(']')
            .filter(|key| key.ends_with(['"', '\'']));
        key.unwrap_or(before).trim_end_matches(['"', '\'', '\\'])
    };
    let start = trimmed
        .char_indices()
        .rev()
        .take_while(|(_, char)| is_name(*char))
        .last()
        .map(|(at, _)| at)?;
    let name = trimmed.get(start..)?;
    // A blank separates only an option from its value.
    let is_option =
        name.starts_with("--") && name.len() > 2 || name.starts_with('-') && name.len() > 4;
    (separator != ' ' || is_option).then_some(name)
}

/// The value of `password => "x"` of Logstash, Ruby and PHP, and of `password := "x"` of Go: code, so only a text in quotes is one.
fn assigned(rest: &str, separator: char) -> Option<(Range<usize>, bool)> {
    let value = match separator {
        '=' => rest.strip_prefix('>'),
        ':' => rest.strip_prefix('='),
        _ => None,
    }?;
    if !value.trim_start().starts_with(['"', '\'']) {
        return None;
    }
    let (range, quoted) = value_after(value, ' ')?;
    Some((range.start + 1..range.end + 1, quoted))
}

/// The value that begins just after a separator, and whether it is quoted.
pub(super) fn value_after(rest: &str, separator: char) -> Option<(Range<usize>, bool)> {
    let line = rest.trim_end_matches(['\n', '\r']);
    if let Some(found) = assigned(line, separator) {
        return Some(found);
    }
    // `::` and `==` are no assignments, and `name:value` without a blank is none in YAML.
    let value = line.trim_start_matches([' ', '\t']);
    let start = line.len() - value.len();
    if separator == ':' && start == 0 && !value.starts_with(['"', '\'', '\\']) {
        return None;
    }
    // What goes on below its line begins there.
    if value == "\\" || value.starts_with("<<") {
        return None;
    }
    // A flag such as `--no-password` has no value: the next option is none.
    if value.starts_with(['=', ':']) || (separator == ' ' && value.starts_with("--")) {
        return None;
    }
    let escaped = value
        .strip_prefix('\\')
        .filter(|value| value.starts_with('"'));
    let (value, start) = match escaped {
        Some(value) => (value, start + 1),
        None => (value, start),
    };
    for quotes in TRIPLE {
        if let Some(inner) = value.strip_prefix(quotes) {
            let length = inner.find(quotes).filter(|length| *length > 0)?;
            return Some((start + quotes.len()..start + quotes.len() + length, true));
        }
    }
    if let Some(quote) = value
        .chars()
        .next()
        .filter(|char| matches!(char, '"' | '\''))
    {
        let inner = value.get(1..)?;
        let end = inner.find(quote).unwrap_or(inner.len());
        let inner = inner.get(..end)?.trim_end_matches('\\');
        return (!inner.is_empty()).then_some((start + 1..start + 1 + inner.len(), true));
    }
    let ends = |char: char| char.is_whitespace() || ";&\"',)]}".contains(char);
    let end = value.find(ends).unwrap_or(value.len());
    (end > 0).then_some((start..start + end, false))
}

/// The quotes of texts of several lines, in TOML and Python.
pub(super) const TRIPLE: [&str; 2] = ["\"\"\"", "'''"];

#[cfg(test)]
mod tests {
    use super::assignments;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = assignments(text)
            .into_iter()
            .map(|assignment| &text[assignment.value])
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn reads_settings_of_many_forms() {
        check(
            "Server=db;User Id=app;Password=hunter2;Encrypt=true",
            &["hunter2"],
        );
        check(
            "jdbc:mysql://db/shop?user=app&password=hunter2&ssl=true",
            &["hunter2"],
        );
        check(
            "AccountName=shop;AccountKey=abc+/==;EndpointSuffix=x",
            &["abc+/=="],
        );
        check(
            "required username=\"app\" password=\"hun ter2\";",
            &["hun ter2"],
        );
        check("serve --db-password hunter2 --verbose", &["hunter2"]);
        check("serve --db-password=hunter2", &["hunter2"]);
        check("keytool -storepass hunter2 -alias x", &["hunter2"]);
        check(
            "{\"user\": \"app\", \"password\": \"hunter2\"}",
            &["hunter2"],
        );
        check(
            "a: 1\n  password: hunter2\r\nsecretName: db\n",
            &["hunter2"],
        );
        check("{\\\"password\\\": \\\"hunter2\\\"}", &["hunter2"]);
        check(
            "\"secretData\": \"{\\\"value\\\":\\\"9R9a8Onha7JcZt59\\\",\\\"salt\\\":\\\"R/OTBeSXHzsKtJOV\\\"}\"",
            &["{"],
        );
        check("{\"salt\": \"R/OTBeSXHzsKtJOV\"}", &["R/OTBeSXHzsKtJOV"]);
        check("-Djavax.net.ssl.trustStorePassword=changeit", &["changeit"]);
        check("pg_dumpall --no-password --file=\"x/y.dump\"", &[]);
        check("  password:hunter2\nport:1\n", &["hunter2"]);
        check("  password:hunter2 # of the test\n", &["hunter2"]);
        check("use password:hunter2 there", &[]);
        check("password => \"hunter2\"", &["hunter2"]);
        check("'password' => 'hunter2',", &["hunter2"]);
        check("password := \"hunter2\"", &["hunter2"]);
        check("password := load()", &[]);
        check("password=\\\n  hunter2\nport=1\n", &["hunter2"]);
        check("serve --password \\\n  hunter2 --port 1\n", &["hunter2"]);
        check("password = \"\"\"\nhunter2\"\"\"\nport = 1\n", &["hunter2"]);
        check("password = \"\"\"hunter2\"\"\"", &["hunter2"]);
        check(
            "password = <<-EOT\n  hunter2\n  EOT\nport = 1\n",
            &["hunter2"],
        );
        check("{\"password\":\n  \"hunter2\"}", &["hunter2"]);
        check("os.environ[\"DB_PASSWORD\"] = \"hunter2\"", &["hunter2"]);
        check("password:", &[]);
        check("the password is unknown", &[]);
        check("std::token::Token", &[]);
    }
}
