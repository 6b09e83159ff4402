//! Texts that stand for a secret which is kept elsewhere: references to it, and expressions that something fills in.

use super::names::{Promise, promise};

/// Beginnings of references to a secret that is kept elsewhere. Compared in small letters.
const REFERENCES: &[&str] = &[
    "ref+",
    "secretref+",
    "enc[",
    // Jasypt: <https://github.com/ulisesbocchio/jasypt-spring-boot#how-everything-works>
    "enc(",
    "!vault",
    // Home Assistant: <https://www.home-assistant.io/docs/configuration/secrets/>
    "!env",
    "!secret",
    "aws::",
    "arn:",
    "op://",
    "vault://",
    "vault+",
    "awssm://",
    "ssm://",
    "gcpsm://",
    "sops://",
    "env://",
    "env:",
    "file://",
    "k8s://",
    "keyvault://",
    "azurekeyvault://",
    "@microsoft.keyvault(",
    "secretsmanager:",
    "aws:secretsmanager:",
    "aws-secretsmanager:",
    "secretref:",
    "awsssm:",
    "gcp:secretmanager",
    "sm://",
    "doppler://",
    "bws://",
    "{{resolve:",
    "$ansible_vault;",
    "age1",
    "sha256:",
    "sha1:",
    "sha512:",
    "sha384:",
    "secret://",
    "secrets://",
    "berglas://",
    "chamber:",
    "kms:",
    "kv://",
    "infisical://",
    "conjur:",
    "passwordstore:",
];

/// Whether the text as a whole, or what it is made of, is a reference or an expression that something fills in later.
pub fn is_reference(text: &str) -> bool {
    let text = text.trim();
    let small = text
        .get(..text.len().min(40))
        .unwrap_or(text)
        .to_ascii_lowercase();
    if REFERENCES.iter().any(|start| small.starts_with(start)) {
        return true;
    }
    if small.starts_with("projects/") && text.contains("/secrets/") {
        return true;
    }
    // `vault:secret/data/app#password`
    if small.starts_with("vault:") && text.contains(['/', '#']) {
        return true;
    }
    is_variable(text) || has_expression(text) || is_key_of_secret(text) || is_of_werf(text)
}

/// What werf encrypts: `1000`, and AES in CBC mode with its first block, all in hexadecimal digits.
/// <https://werf.io/docs/v2/usage/deploy/values.html#secret-parameters-werf-only>
fn is_of_werf(text: &str) -> bool {
    const BLOCK: usize = 32;
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    text.strip_prefix("1000").is_some_and(|rest| {
        rest.len() >= 2 * BLOCK && rest.len().is_multiple_of(BLOCK) && rest.bytes().all(is_digit)
    })
}

/// `$ldap.bindpw`, `$argocd-oidc:oidc.clientSecret`: a key of a Secret, in the configuration of Argo CD.
/// <https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/#sensitive-data-and-sso-client-secrets>
fn is_key_of_secret(text: &str) -> bool {
    text.strip_prefix('$').is_some_and(|name| {
        name.contains(['.', ':'])
            && name
                .split(['.', ':', '-', '_'])
                .all(|word| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
    })
}

/// `$DB_PASSWORD`, `%DB_PASSWORD%`, `__DB_PASSWORD__`; in small letters, one that is called as what it holds: `$password`.
fn is_variable(text: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let called = text.strip_prefix('$');
    let called = called.filter(|name| name.bytes().all(is_name));
    if called.is_some_and(|name| promise(name) != Promise::Nothing) {
        return true;
    }
    let name = text
        .strip_prefix('$')
        .or_else(|| text.strip_prefix('%')?.strip_suffix('%'))
        .or_else(|| text.strip_prefix("__")?.strip_suffix("__"))
        .or_else(|| text.strip_prefix('@')?.strip_suffix('@'))
        .or_else(|| {
            text.strip_prefix("#{")?
                .strip_suffix('#')?
                .strip_suffix('}')
        });
    name.is_some_and(|name| {
        name.starts_with(|char: char| char.is_ascii_uppercase() || char == '_')
            && name.bytes().all(|byte| {
                byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_.-".contains(&byte)
            })
    })
}

/// `${VAR}`, `$(VAR)`, `{{ .Values.x }}`, `<%= x %>` anywhere in the text. A default in it (`${VAR:-hunter2}`) stays a value.
fn has_expression(text: &str) -> bool {
    [
        ("{{", "}}"),
        ("${", "}"),
        ("$(", ")"),
        ("<%", "%>"),
        ("((", "))"),
        ("[[", "]]"),
        // Logstash, log4j and Spring: `%{DB_PASSWORD}`, `#{vault.password}`.
        ("%{", "}"),
        ("#{", "}"),
        ("%%", "%%"),
        // Grafana: <https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/#variable-expansion>
        ("$__file{", "}"),
        ("$__env{", "}"),
        ("$__vault{", "}"),
    ]
    .iter()
    .any(|(open, close)| {
        text.split_once(open)
            .is_some_and(|(_, rest)| rest.contains(close))
    }) || has_variable(text)
}

/// `%DB_PASSWORD%` inside of a text: a password may have two of these signs, and no name of a variable between them.
fn has_variable(text: &str) -> bool {
    let mut signs = text.match_indices('%').map(|(at, _)| at);
    let mut open = signs.next();
    signs.any(|close| {
        let name = open
            .replace(close)
            .and_then(|open| text.get(open + 1..close));
        name.is_some_and(is_name_of_variable)
    })
}

fn is_name_of_variable(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.contains('_')
        && name.bytes().all(is_part)
        && name.bytes().any(|byte| byte.is_ascii_uppercase())
}
