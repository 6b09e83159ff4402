//! Whether a text under a secret-like key is a secret: not a reference to one, not a placeholder, not a name.

use super::encoded::decode_text;
use super::harmless::{is_harmless, is_placeholder, is_uuid};
use super::names::{Promise, hints_at_secret};
use super::references::is_reference;
use super::shapes::private_keys;
use super::vocabulary::{ENVIRONMENTS, NOT_CHOSEN};
use super::words::{entropy, reads_like_words, sorts};

/// Whether a literal text under a key with this promise is a secret that somebody wrote there.
pub(super) fn is_secret(text: &str, promise: Promise) -> bool {
    let text = text
        .strip_prefix("Bearer ")
        .or_else(|| text.strip_prefix("Basic "))
        .unwrap_or(text)
        .trim();
    if is_reference(text) || is_placeholder(text) || is_harmless(text) {
        return false;
    }
    if text.contains(char::is_whitespace) {
        return promise == Promise::Password && is_app_password(text);
    }
    // `ZXhhbXBsZS1hcHAtc2VjcmV0`, the secret of Dex's documentation, says `example-app-secret`.
    let stands_for_one = |decoded: &str| {
        let is_pem = decoded.starts_with("-----BEGIN ");
        is_placeholder(decoded) || is_pem && private_keys(decoded).is_empty()
    };
    if decode_text(text).is_some_and(|decoded| decoded.len() >= 8 && stands_for_one(&decoded)) {
        return false;
    }
    // Many issuers hand out UUIDs as keys; under a key that may as well name something it is an identifier.
    if is_uuid(text) {
        return promise >= Promise::Token;
    }
    match promise {
        Promise::Nothing => false,
        Promise::Password => is_password(text),
        Promise::Token => is_drawn(text, 8, 2.7),
        Promise::Unclear | Promise::SecretName => is_drawn(text, 16, 3.2),
    }
}

/// A password of one application, as Google shows it: four groups of four small letters.
/// <https://support.google.com/accounts/answer/185833>
fn is_app_password(text: &str) -> bool {
    let groups: Vec<&str> = text.split(' ').collect();
    let is_group =
        |group: &&str| group.len() == 4 && group.bytes().all(|byte| byte.is_ascii_lowercase());
    groups.len() == 4
        && groups.iter().all(is_group)
        && groups.iter().any(|group| !group.contains(VOWELS))
}

/// No English word of four letters is without one of these.
const VOWELS: [char; 6] = ['a', 'e', 'i', 'o', 'u', 'y'];

/// Whether a text that is the whole value of a password is one that somebody chose: a word. Not what stands for one: its
/// name, its type, how it is kept.
pub(super) fn is_chosen(text: &str, promise: Promise) -> bool {
    let text = text.trim();
    promise == Promise::Password && is_word(text) && !names_secret(text)
}

/// Whether a text that somebody encoded for a Secret is what its key promises. Nobody encodes the name of a secret, so what
/// is read there is handed out as it is: a password of words, a key that is long enough for a signature.
pub(super) fn is_handed_out(text: &str, promise: Promise) -> bool {
    /// A key of 192 bits, the shortest that is called strong.
    const LONG: usize = 24;
    let text = text.trim();
    let words = text.split_whitespace().count();
    match promise {
        Promise::Password if words == 1 => is_word(text),
        // What asks for a password says so.
        Promise::Password => {
            words >= 3
                && text.lines().count() == 1
                && !is_placeholder(text)
                && !hints_at_secret(text)
                && !text.split(' ').any(|word| word == "your")
                && is_word(&text.replace(' ', ""))
        }
        Promise::Token => {
            text.len() >= LONG && text.bytes().any(|byte| byte.is_ascii_digit()) && is_word(text)
        }
        Promise::Nothing | Promise::SecretName | Promise::Unclear => false,
    }
}

/// Whether a text is one word, and says nothing else than itself.
pub(super) fn is_word(text: &str) -> bool {
    if text.chars().count() < 4
        || text.starts_with(['-', '.', '$', '%', '&', '*', '#', '@', '!', ':', ','])
        || text.contains(char::is_whitespace)
        || text.contains(['(', '{', '[', '<', '='])
        || !text.chars().any(char::is_alphanumeric)
        || is_uuid(text)
        || is_reference(text)
        || is_placeholder(text)
        || is_harmless(text)
    {
        return false;
    }
    !stands_for_none(text)
}

/// Whether one of its words says that it is no password: `empty`, `string`.
pub(super) fn stands_for_none(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    let mut words = small.split(|char: char| !char.is_alphanumeric());
    words.any(|word| NOT_CHOSEN.contains(&word))
}

/// Whether a text is one that a machine drew, whatever its key.
pub(super) fn is_surely_drawn(text: &str) -> bool {
    is_drawn(text, 20, 3.3) && is_secret(text, Promise::Token)
}

/// `redis-password`, `dbPassword`, `POSTGRES_PASSWORD`: the key of a Secret, or a variable. One word may be a password:
/// `mysecret`.
fn names_secret(text: &str) -> bool {
    let is_compound = text.contains(['-', '_', '.', '/'])
        || text
            .as_bytes()
            .windows(2)
            .any(|pair| matches!(pair, [first, second] if first.is_ascii_lowercase() && second.is_ascii_uppercase()));
    is_compound && !is_password_of_environment(text) && !is_praised(text) && {
        let small = text.to_ascii_lowercase();
        [
            "pass", "secret", "cred", "token", "key", "auth", "pwd", "cert", "user", "vault",
        ]
        .iter()
        .any(|word| small.contains(word))
    }
}

/// `prod-password`, `live_password`: no Secret has a key for one environment, so somebody chose it.
fn is_password_of_environment(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    match small.split(['-', '_', '.']).collect::<Vec<_>>().as_slice() {
        [environment, word] => ENVIRONMENTS.contains(environment) && PASSWORDS.contains(word),
        _ => false,
    }
}

/// `payment_secure_pass`, `my-strong-password`: no key of a Secret praises what lies under it, so somebody chose it.
fn is_praised(text: &str) -> bool {
    const PRAISE: [&str; 5] = ["complex", "safe", "secure", "strong", "super"];
    let small = text.to_ascii_lowercase();
    let mut words = small.rsplit(['-', '_', '.']);
    let is_password = words.next().is_some_and(|word| PASSWORDS.contains(&word));
    is_password && words.next().is_some_and(|word| PRAISE.contains(&word))
}

/// Last words of texts that are passwords, or names of such.
const PASSWORDS: [&str; 5] = ["password", "passwd", "pass", "pwd", "pw"];

/// Words that say what a user is for, and not who it is.
const GENERIC: [&str; 24] = [
    "admin",
    "api",
    "app",
    "auth",
    "basic",
    "client",
    "database",
    "db",
    "ldap",
    "mail",
    "mongo",
    "mongodb",
    "mssql",
    "mysql",
    "postgres",
    "postgresql",
    "rabbitmq",
    "rds",
    "redis",
    "root",
    "service",
    "smtp",
    "sql",
    "user",
];

/// Whether a password repeats the name of the user next to it: `shop_user` and `shop_password`. That of a user with several
/// words may have more words.
pub(super) fn repeats_user(password: &str, user: &str) -> bool {
    let stem = |text: &str, ends: &[&str]| {
        let small = text.to_ascii_lowercase();
        let mut ends = ends.iter();
        let stem = ends.find_map(|end| small.strip_suffix(end).map(str::to_owned))?;
        let stem = stem.trim_end_matches(['-', '_', '.']);
        (stem.len() >= 2).then(|| stem.to_owned())
    };
    // `SPRING_PASSWORD: database_password` next to `SPRING_USERNAME: database_username`, `LDAP_PASSWORD`: keys of a Secret.
    let is_key = |stem: &String| GENERIC.contains(&stem.as_str());
    let of_password = stem(password, &PASSWORDS);
    let of_password = of_password.filter(|stem| !is_key(stem));
    if !password.contains(|char: char| char.is_ascii_lowercase()) {
        return false;
    }
    let of_user = stem(user, &["username", "user", "usr", "admin", "login"])
        .or_else(|| Some(user.to_ascii_lowercase()).filter(|user| user.len() >= 2));
    let Some((of_password, of_user)) = of_password.zip(of_user) else {
        return false;
    };
    // `prod_payment_user` and `prod_payment_first_pass`
    let rest = of_password.strip_prefix(&of_user);
    let goes_on = rest.is_some_and(|rest| rest.starts_with(['-', '_', '.']));
    of_password == of_user || goes_on && of_user.contains(['-', '_', '.'])
}

/// A password is what no name would be: letters and digits in one word, or a character that names do not have.
fn is_password(text: &str) -> bool {
    if text.chars().count() < 6 {
        return false;
    }
    if !reads_like_words(text) || sorts(text) == 4 {
        return true;
    }
    let is_symbol = |char: char| !char.is_alphanumeric() && !"-_./:,".contains(char);
    if text.chars().any(is_symbol) {
        return true;
    }
    let has_digits = text.bytes().any(|byte| byte.is_ascii_digit());
    has_digits && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A text that a machine drew: long enough, of several sorts of characters, and not made of words.
fn is_drawn(text: &str, least: usize, bits: f64) -> bool {
    text.len() >= least
        && entropy(text) >= bits
        && !reads_like_words(text)
        && (sorts(text) >= 2 || text.len() >= 12)
}

#[cfg(test)]
mod tests {
    use super::{Promise, is_secret};

    #[test]
    fn secrets_are_told_from_what_stands_for_them() {
        for (text, promise) in [
            ("hunter2", Promise::Password),
            ("S3cure!Pass", Promise::Password),
            ("Tr0ub4dor&3", Promise::Password),
            ("qzxvkjwqpfhgtd", Promise::Password),
            ("x8Kd92mZpQ4r", Promise::Token),
            ("5f4dcc3b5aa765d61d8327deb882cf99", Promise::Token),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzZZ99qqLL", Promise::Token),
            ("7c9e6679-7425-40de-944b-e07fc1f90ae7", Promise::Token),
            ("Bearer x8Kd92mZpQ4rTy7wLm3N", Promise::Unclear),
            ("dGhpcyBpcyBhIHNlY3JldCB2YWx1ZQ==", Promise::Token),
        ] {
            assert!(is_secret(text, promise), "{text}");
        }
        for text in [
            "",
            "${DB_PASSWORD}",
            "%{DB_PASSWORD}",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "$2y$10$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC",
            "$(DB_PASSWORD)",
            "$DB_PASSWORD",
            "{{ .Values.password }}",
            "ref+vault://kv/app#pw",
            "ENC[AES256_GCM,data:x8Kd92mZpQ4r,iv:x,tag:y,type:str]",
            "1000a898dd1a23ddcf9aec5618281af4ba6594d9ba8aa739df481dc550fe103cc0e5",
            "vault:secret/data/app#password",
            "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-x8Kd92",
            "projects/p/secrets/s/versions/1",
            "<password>",
            "***",
            "xxxxxxxx",
            "YOUR_API_KEY_HERE123",
            "550e8400-e29b-41d4-a716-446655440000",
            "/var/run/secrets/token",
            "metastore-credentials",
            "https://login.example.com/token",
            "app@example.com",
            "3600s",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIx8Kd92mZpQ4r",
            "REPLACE_ME_x8Kd92",
            "db.prod.internal:5432",
            "a value with blanks 123",
        ] {
            for promise in [Promise::Password, Promise::Token, Promise::Unclear] {
                assert!(!is_secret(text, promise), "{text}");
            }
        }
    }
}
