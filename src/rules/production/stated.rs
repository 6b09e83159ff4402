//! What values state: the environment that they say it is, and the parts of them that may name one.

use super::hosts::domain_of_mail;
use crate::naming::{Tier, mentions};

/// The environment that a setting says it is, where its key promises one.
pub(super) fn said_environment<'t>(
    text: &'t str,
    is_item: bool,
    words: &[String],
) -> Option<&'t str> {
    let option = "profiles.active=";
    let given = text.find(option).and_then(|at| {
        let rest = text.get(at + option.len()..)?;
        rest.split([' ', '"', '\'', ';']).next()
    });
    let said = match given {
        Some(given) => given,
        None if promises_environment(words) && !is_item => text,
        None => return None,
    };
    said.split(',').map(str::trim).find(|said| {
        let whole = mentions(said).next();
        whole.is_some_and(|mention| {
            mention.word.len() == said.len()
                && matches!(mention.tier, Tier::Development | Tier::Staging)
        })
    })
}

/// Whether a key is one of those that say which environment it is.
fn promises_environment(words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_environment = |word: &str| {
        matches!(
            word,
            "env" | "environment" | "stage" | "profile" | "profiles"
        )
    };
    match words.as_slice() {
        [.., "profiles", "active"] | [.., "active", "profile" | "profiles"] => true,
        [.., before, "name" | "type"] => matches!(*before, "env" | "environment" | "stage"),
        [.., last] => is_environment(last),
        [] => false,
    }
}

/// A line of a text that says which environment it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stated<'t> {
    /// The environment.
    pub(super) word: &'t str,
    /// The line as it is written, without what stands around it.
    pub(super) line: &'t str,
    /// Whether its name promises an environment; else it is that of a cluster.
    pub(super) says_environment: bool,
}

/// The line of a text that says which environment it is: `environment: dev`, `cluster = "dev"`. None where lines of such a name
/// say several: the text is about all of them.
pub(super) fn stated_in(text: &str) -> Option<Stated<'_>> {
    let mut found: Option<Stated<'_>> = None;
    for (name, value, line) in text.lines().filter_map(assignment) {
        let says_environment = matches!(
            name,
            "env" | "environment" | "deployment_environment" | "stage"
        );
        if !says_environment && name != "cluster" {
            continue;
        }
        let mention = mentions(value).next();
        let mention = mention.filter(|mention| mention.word.len() == value.len())?;
        if !matches!(mention.tier, Tier::Development | Tier::Staging)
            || found.as_ref().is_some_and(|known| known.word != value)
        {
            return None;
        }
        found.get_or_insert(Stated {
            word: value,
            line,
            says_environment,
        });
    }
    found
}

/// The name, the value and the whole of a line that gives a name one word: `name = "value"`, `name: value`.
fn assignment(line: &str) -> Option<(&str, &str, &str)> {
    let line = line.trim().trim_end_matches([',', ';']);
    let (name, value) = line.split_once(['=', ':'])?;
    let quotes = |char: char| matches!(char, '"' | '\'');
    let name = name
        .trim()
        .trim_start_matches("export ")
        .trim_matches(quotes);
    let value = value.trim().trim_matches(quotes);
    let is_word = |text: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !text.is_empty() && text.bytes().all(is_part)
    };
    (is_word(name) && is_word(value)).then_some((name, value, line))
}

/// The part of a value that may name an environment: a host, or the whole where it is one word.
pub(super) fn candidate<'t>(text: &'t str, words: &[String]) -> Option<&'t str> {
    let is_path = text.starts_with(['/', '.']) || text.contains("/dev/");
    let is_word = text.bytes().all(|byte| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'-' | b'_'
                    | b'.'
                    | b':'
                    | b'/'
                    | b'@'
                    | b','
                    | b'?'
                    | b'='
                    | b'&'
                    | b'%'
                    | b'+'
                    | b'~'
            )
    });
    let of_image = words
        .iter()
        .any(|word| matches!(word.as_str(), "image" | "repository" | "registry"));
    if !is_word || is_path || of_image {
        return None;
    }
    match text.split_once("://") {
        Some((_, rest)) => {
            let host = rest.split(['/', '?', ':']).next().unwrap_or(rest);
            Some(host.rsplit('@').next().unwrap_or(host))
        }
        None => Some(domain_of_mail(text).unwrap_or(text)),
    }
}

/// The database in an address: `postgresql://db.example.com/orders_dev`.
pub(super) fn database_of(text: &str) -> Option<&str> {
    const SCHEMES: [&str; 8] = [
        "mariadb",
        "mongodb",
        "mongodb+srv",
        "mysql",
        "postgres",
        "postgresql",
        "sqlserver",
        "jdbc",
    ];
    let (scheme, rest) = text.split_once("://")?;
    let driver = scheme.split(['+', ':']).next().unwrap_or(scheme);
    if !SCHEMES.contains(&driver) {
        return None;
    }
    let (_, path) = rest.split_once('/')?;
    path.split(['?', ';', '/'])
        .next()
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::stated_in;

    #[test]
    fn lines_of_texts_say_which_environment_it_is() {
        for (text, expected) in [
            (
                "discovery \"x\" {\n  cluster = \"dev\"\n}",
                Some(("cluster = \"dev\"", false)),
            ),
            (
                "a: 1\nenvironment: staging,\nb: 2",
                Some(("environment: staging", true)),
            ),
            ("env: dev\nenv: dev", Some(("env: dev", true))),
            ("env: dev\n---\nenv: prod", None),
            ("route: {env: dev}", None),
            ("# environment: dev", None),
            ("environment: ${ENV}\n", None),
            ("profile: dev", None),
            ("cluster: mine", None),
        ] {
            let stated = stated_in(text);
            let stated = stated.map(|stated| (stated.line, stated.says_environment));
            assert_eq!(stated, expected, "{text}");
        }
    }
}
