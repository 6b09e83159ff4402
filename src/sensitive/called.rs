//! What a value says together with its own name, beyond what the name promises.

use std::ops::Range;

use envlint_yaml::{Node, Scalar};

use super::defaults::is_default;
use super::names::{Promise, promise, words};

/// What a name promises of this value. `secretKey: password` names the key of a Secret; a variable of a container is the value
/// itself, so that `SECRET_KEY: password` is a bad secret.
pub(super) fn promise_of(name: &str, text: &str, promise: Promise) -> Promise {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let is_variable = name.contains('_') && name.bytes().all(is_part);
    let small = text.to_ascii_lowercase();
    let mut words = ["secret", "token", "key", "auth"].iter();
    // `SECRET_KEY: secret-key`, in a map of variables and the keys of a Secret that fill them.
    let is_name = words.any(|word| small.contains(word));
    match promise {
        Promise::Token if is_variable && !is_name && is_default(text, Promise::Password) => {
            Promise::Password
        }
        promise => promise,
    }
}

/// Keys whose value is what the name next to them, or the key above, promises.
pub(super) const HOLDERS: &[&str] = &[
    "value",
    "defaultValue",
    "plain",
    "plaintext",
    "literal",
    "val",
];

/// What the key of an entry promises; for the entry `value`, what the name beside it or the key above does.
pub(super) fn promised(key: &str, variable: Option<&str>, above: Promise) -> Promise {
    match key {
        key if HOLDERS.contains(&key) => variable.map_or(Promise::Nothing, promise).max(above),
        // `authSecret: {key: …}` names a key, unless it holds a draw.
        "key" if above != Promise::Nothing => Promise::SecretName,
        key => promise(key),
    }
}

/// Whether a key says that Secrets are below it.
pub(super) fn is_secrets(key: &str) -> bool {
    let small = key.to_ascii_lowercase();
    small.ends_with("secret") || small.ends_with("secrets")
}

/// Whether a value is its own name once more: `dbpassword: dbpassword` names the key of a Secret.
pub(super) fn repeats_name(name: &str, text: &str) -> bool {
    let letters = |text: &str| -> String {
        let kept = text.chars().filter(char::is_ascii_alphanumeric);
        kept.map(|letter| letter.to_ascii_lowercase()).collect()
    };
    !text.is_empty() && text.len() <= 200 && letters(name) == letters(text)
}

/// Where the password stands of a variable that holds the user, too, as Neo4j's does: `NEO4J_AUTH: neo4j/neo4j`. Of others that are
/// called so nobody knows whether a slash parts the two, so it is one that everybody knows, or the user's name.
pub(super) fn password_of_pair(name: &str, text: &str) -> Option<Range<usize>> {
    let (user, password) = text.split_once('/').filter(|_| name.ends_with("_AUTH"))?;
    let is_name = |part: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        !part.is_empty() && part.bytes().all(is_part)
    };
    let is_known = password == user || is_default(password, Promise::Password);
    (is_name(user) && is_name(password) && is_known).then(|| user.len() + 1..text.len())
}

/// How many names a map has before it is one of names.
const FEW: usize = 3;

/// Whether the entries of a map of secrets are names of what lies elsewhere: `envSecret: {DB_PASSWORD: shop-db-password, …}`, where
/// all are in small letters with dashes.
pub(super) fn holds_dashed_names(key: &str, value: &Node) -> bool {
    let words = words(key);
    let is_of_secrets = matches!(words.last().map(String::as_str), Some("secret" | "secrets"));
    let is_name = |text: &str| {
        let parts = || text.split('-');
        let is_part = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        parts().nth(1).is_some() && parts().all(is_part) && text.starts_with(char::is_alphabetic)
    };
    let mapping = value.as_mapping().filter(|_| is_of_secrets);
    mapping.is_some_and(|mapping| {
        let mut texts = mapping
            .iter()
            .map(|(_, value)| value.as_scalar().map(Scalar::text));
        mapping.iter().nth(FEW - 1).is_some() && texts.all(|text| text.is_some_and(is_name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_hold_what_they_promise() {
        for (name, text, expected) in [
            ("SECRET_KEY", "password", Promise::Password),
            ("SECRET_KEY", "secret-key", Promise::Token),
            ("SECRET_KEY", "shop-django", Promise::Token),
            ("secretKey", "password", Promise::Token),
        ] {
            assert_eq!(
                promise_of(name, text, Promise::Token),
                expected,
                "{name}: {text}"
            );
        }
    }

    #[test]
    fn a_map_of_dashed_names_holds_no_secrets() {
        let names = "{A_PASSWORD: shop-db-password, B_TOKEN: shop-token, C: host-1a}";
        for (key, text, expected) in [
            ("envSecret", names, true),
            ("env", names, false),
            (
                "envSecret",
                "{A: shop-db-password, B: Xk29-vQ7m, C: a-b}",
                false,
            ),
            ("envSecret", "{A: shop-db-password, B: a-b}", false),
        ] {
            let document = envlint_yaml::Document::parse(text);
            let root = document.root().expect("a map");
            assert_eq!(holds_dashed_names(key, root), expected, "{key}: {text}");
        }
    }

    #[test]
    fn a_variable_may_hold_the_user_and_the_password() {
        for (name, text, expected) in [
            ("NEO4J_AUTH", "neo4j/neo4j", Some("neo4j")),
            ("NEO4J_AUTH", "neo4j/password", Some("password")),
            ("PROXY_AUTH", "basic/oidc", None),
            ("NEO4J_AUTH", "none", None),
            ("AUTH_PATH", "auth/auth", None),
        ] {
            let found = password_of_pair(name, text).and_then(|range| text.get(range));
            assert_eq!(found, expected, "{name}: {text}");
        }
    }

    #[test]
    fn a_value_repeats_its_name_however_it_is_written() {
        assert!(repeats_name("postgresqlpassword", "postgresqlpassword"));
        assert!(repeats_name("dbPassword", "db-password"));
        assert!(!repeats_name("password", "password1"));
    }
}
