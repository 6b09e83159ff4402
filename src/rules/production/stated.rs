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
