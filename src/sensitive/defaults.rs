//! Passwords that everybody knows.

use super::names::{Promise, promise};

/// Passwords that products are delivered with, or that people type until they think of a better one.
const KNOWN: &[&str] = &[
    "abc",
    "admin",
    "administrator",
    "adminadmin",
    "airflow",
    "alpine",
    "asdf",
    "asdfgh",
    "bitnami",
    "cassandra",
    "changeit",
    "changeme",
    "changemeplease",
    "changemenow",
    "changethis",
    "clickhouse",
    "couchbase",
    "default",
    "defaultpassword",
    "demo",
    "elastic",
    "foobar",
    "gitlab",
    "grafana",
    "guest",
    "hadoop",
    "harbor",
    "hive",
    "iloveyou",
    "influxdb",
    "insecure",
    "jenkins",
    "kafka",
    "keycloak",
    "kibana",
    "letmein",
    "mariadb",
    "master",
    "minio",
    "minioadmin",
    "mongo",
    "mongodb",
    "mypass",
    "mypassword",
    "mysecret",
    "mysecretpassword",
    "mysql",
    "neo4j",
    "neo",
    "nexus",
    "notsecure",
    "opensearch",
    "oracle",
    "pass",
    "passwd",
    "password",
    "postgres",
    "postgresql",
    "promoperator",
    "pwd",
    "qwerty",
    "qwertyuiop",
    "rabbitmq",
    "rancher",
    "redis",
    "root",
    "rootpassword",
    "rootroot",
    "sa",
    "secret",
    "secretpassword",
    "sonar",
    "spark",
    "superset",
    "supersecret",
    "sysadmin",
    "system",
    "temp",
    "test",
    "testing",
    "testpassword",
    "tomcat",
    "toor",
    "topsecret",
    "trino",
    "trustno",
    "unsafe",
    "user",
    "vagrant",
    "vault",
    "welcome",
    "adminpassword",
    "adminpass",
    "dbpassword",
    "userpassword",
    "postgrespassword",
    "mysqlpassword",
    "redispassword",
    "rootpass",
    "testpass",
    "devpassword",
    "verysecret",
];

/// Of those, the ones that are nothing but a bad password: no product, account or key of a Secret is called so.
const PLAIN: &[&str] = &[
    "changeit",
    "changeme",
    "changemeplease",
    "changemenow",
    "changethis",
    "defaultpassword",
    "letmein",
    "minioadmin",
    "mysecretpassword",
    "qwerty",
    "secretpassword",
    "supersecret",
    "topsecret",
    "insecure",
    "notsecure",
    "iloveyou",
    "rootroot",
    "adminadmin",
    "qwertyuiop",
    "verysecret",
];

/// Keys that a chart or a program is delivered with: the one of the community's chart of Airflow, for what it encrypts.
const DELIVERED: &[&str] = &["7T512UXSSmBOkpWimFHIVb8jK6lfmSAvx4mO6Arehnc="];

/// Whether a value under a key with this promise is a password that everybody knows.
pub(super) fn is_default(text: &str, promise: Promise) -> bool {
    if text.is_empty() || text.len() > LONGEST {
        return false;
    }
    if promise >= Promise::Unclear && DELIVERED.contains(&text) {
        return true;
    }
    if is_told_to_be_changed(text, promise) {
        return true;
    }
    if is_variable(text) {
        return false;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return promise == Promise::Password && is_row_of_digits(text);
    }
    if text.len() > 40 {
        return false;
    }
    let word = bare(text);
    let with_number = text.bytes().any(|byte| byte.is_ascii_digit());
    let small = text.to_ascii_lowercase();
    let known = |list: &[&str]| list.contains(&word.as_str()) || list.contains(&small.as_str());
    match promise {
        Promise::Nothing => false,
        Promise::Password => known(KNOWN),
        // `secretKey: password` names the key of a Secret; `secretKey: admin123` does not.
        Promise::Token => known(PLAIN) || (known(KNOWN) && with_number) || word == "root",
        Promise::SecretName | Promise::Unclear => known(PLAIN) || (word == "admin" && with_number),
    }
}

/// Longer texts are none that people type until they think of a better one.
const LONGEST: usize = 100;

/// Whether a text only holds the place of a secret: `CHANGE_ME_AWS_KEY`. `changeme` alone is a password that people use.
pub(super) fn holds_the_place(text: &str) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    text.len() <= LONGEST
        && letters > "pleasechange".len()
        && is_told_to_be_changed(text, Promise::Token)
}

/// `CHANGE_ME_SECURE_JWT_SECRET_MIN_64_CHARS`, `relay-secret-change-me`, `you-must-replace-this`: nobody did.
fn is_told_to_be_changed(text: &str, promise: Promise) -> bool {
    const STARTS: [&str; 5] = [
        "changeme",
        "changethis",
        "changeit",
        "pleasechange",
        "pleasereplace",
    ];
    const ENDS: [&str; 4] = ["changeme", "changethis", "mustchange", "replacethis"];
    // `jwt-secret-key-change-in-production`
    const WHEN: [&str; 4] = [
        "changebeforeprod",
        "changeforprod",
        "changeinprod",
        "changeonprod",
    ];
    if promise < Promise::Unclear || text.contains(char::is_whitespace) {
        return false;
    }
    let letters = text.chars().filter(char::is_ascii_alphabetic);
    let letters: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    STARTS.iter().any(|word| letters.starts_with(word))
        || ENDS.iter().any(|word| letters.ends_with(word))
        || WHEN.iter().any(|words| letters.contains(words))
}

/// `POSTGRES_PASSWORD`: the name of a variable.
fn is_variable(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    text.contains('_') && text.bytes().all(is_part) && promise(text) != Promise::Nothing
}

/// `1234`, `12345678`, `0000`, `111111`: every digit is the same as, or one more than, the one before.
fn is_row_of_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let step = |pair: &[u8]| match pair {
        [first, second] => i16::from(*second) - i16::from(*first),
        _ => 0,
    };
    let steps: Vec<i16> = bytes.windows(2).map(step).collect();
    bytes.len() >= 3
        && (steps.iter().all(|step| *step == 0) || steps.iter().all(|step| matches!(step, 1 | -9)))
}

/// The word behind a password: small letters, `@` and `0` as the letters they stand for, no separators, no number and
/// no exclamation mark at the end.
fn bare(text: &str) -> String {
    let stem =
        text.trim_end_matches(|char: char| char.is_ascii_digit() || "!?.#@$*_-".contains(char));
    let stem = if stem.is_empty() { text } else { stem };
    stem.chars()
        .filter(|char| !matches!(char, '-' | '_' | '.' | ' '))
        .map(|char| match char {
            '@' | '4' => 'a',
            '0' => 'o',
            '$' | '5' => 's',
            '3' => 'e',
            '1' => 'i',
            char => char.to_ascii_lowercase(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Promise, is_default};

    #[test]
    fn knows_default_passwords_in_their_disguises() {
        for password in [
            "minioadmin",
            "changeme",
            "CHANGE_ME",
            "change-me",
            "ChangeMe123!",
            "postgres",
            "admin123",
            "password",
            "P@ssw0rd",
            "Passw0rd!",
            "root",
            "guest",
            "secret",
            "123456",
            "1234",
            "000000",
            "admin",
            "changeit",
            "prom-operator",
            "Harbor12345",
            "welcome1",
            "redis",
        ] {
            assert!(is_default(password, Promise::Password), "{password}");
        }
        for other in [
            "",
            "x8Kd92mZ",
            "required",
            "metastore-credentials",
            "4821",
            "true",
        ] {
            assert!(!is_default(other, Promise::Password), "{other}");
        }
        for (password, expected) in [
            ("minioadmin", true),
            ("changeme", true),
            ("password", false),
            ("admin123", true),
            ("postgres", false),
        ] {
            assert_eq!(is_default(password, Promise::Token), expected, "{password}");
        }
    }
}
