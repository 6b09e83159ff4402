//! Which keys promise a secret by their name.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::vocabulary::{KEPT_KEYS, NAMED_SECRETS, NEUTRAL, TELLING};

/// What a key promises of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Promise {
    /// Nothing.
    Nothing,
    /// More likely the name of a Kubernetes Secret than a secret: `tlsSecret`, `pullSecret`.
    SecretName,
    /// A secret, or the name of one: `secret`, `credentials`, `auth`.
    Unclear,
    /// A token or a key, which machines draw: `apiKey`, `accessToken`, `clientSecret`.
    Token,
    /// A password, which a person may have chosen.
    Password,
}

/// Every key that promises anything has one of these in it: most keys are done with after this search.
static HINTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build([
            "pass",
            "pw",
            "psw",
            "secret",
            "token",
            "key",
            "cred",
            "auth",
            "salt",
            "pepper",
            "jwt",
            "cookie",
            "kennwort",
            "senha",
            "contrase",
            "пароль",
        ])
        .ok()
});

/// Whether a text has any word in it that a secret-like key has.
pub(super) fn hints_at_secret(text: &str) -> bool {
    HINTS.as_ref().is_none_or(|hints| hints.is_match(text))
}

/// Where these words are.
pub(super) fn hint_places(text: &str) -> impl Iterator<Item = usize> {
    let hints = HINTS.as_ref().into_iter();
    hints.flat_map(move |hints| hints.find_iter(text).map(|hit| hit.start()))
}

/// What a key promises of its value.
pub(super) fn promise(key: &str) -> Promise {
    if key.len() > 200 || !hints_at_secret(key) {
        return Promise::Nothing;
    }
    let all = words(key);
    let mut words: &[String] = &all;
    if words
        .first()
        .is_some_and(|word| TELLING.contains(&word.as_str()))
        && words.len() > 1
    {
        return Promise::Nothing;
    }
    while let [before @ .., last] = words
        && !before.is_empty()
        && (NEUTRAL.contains(&last.as_str()) || is_number(last))
    {
        words = before;
    }
    let Some((last, before)) = words.split_last() else {
        return Promise::Nothing;
    };
    if is_public(before) || is_of_pages(&all) {
        return Promise::Nothing;
    }
    // What Rails derives all other keys from (<https://guides.rubyonrails.org/security.html>).
    if words.ends_with(&["secret", "key", "base"].map(str::to_owned)) {
        return Promise::Token;
    }
    let previous = before.last().map(String::as_str);
    match singular(last) {
        "key" if before.iter().any(|word| word == "apikey") => Promise::Token,
        // `passwordSecretKey: root` is the key in a Secret under which the password lies.
        "key" if is_key_of_a_secret(before) => Promise::Nothing,
        // The secret key of an account of S3. Servers that speak its protocol take what a person chooses.
        "key" if before.ends_with(&["secret".to_owned(), "access".to_owned()]) => Promise::Password,
        "key" => key_promise(previous),
        "secret" if last == "secrets" => Promise::Nothing,
        "secret" => secret_promise(previous),
        "credential" if previous == Some("bind") => Promise::Password,
        // Who has the cookie of a node of Erlang runs code on all nodes of its cluster.
        "cookie" if previous.is_some_and(is_of_erlang) => Promise::Password,
        word => word_promise(word),
    }
}

/// Whether a word only counts: `password_2`, `signingKeyV2`.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('v').filter(|rest| !rest.is_empty());
    let digits = digits.unwrap_or(word);
    digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the words of a key say that everybody may see what it holds, or that it tells something about a secret.
pub(super) fn is_of_everybody(words: &[String]) -> bool {
    let first = words.first().map(String::as_str);
    first.is_some_and(|first| TELLING.contains(&first)) || is_public(words) || is_of_pages(words)
}

/// Whether a word before `cookie` says that it is the one that nodes of a cluster know each other by: RabbitMQ, CouchDB, EMQX,
/// releases of Elixir (<https://www.erlang.org/doc/system/distributed.html>).
fn is_of_erlang(word: &str) -> bool {
    matches!(word, "cluster" | "erl" | "erlang" | "node" | "release")
}

/// Whether the words before the last one say that every visitor of a page gets it: publishable keys, and the
/// `gtm_auth` of Google Tag Manager, which stands in the address of its script.
fn is_public(before: &[String]) -> bool {
    let has = |word: &str| before.iter().any(|known| known == word);
    has("publishable") || has("gtm") || (has("tag") && has("manager"))
}

/// First words of variables that are built into pages: Next.js, Nuxt, Expo, Vite, Create React App, Gatsby
/// (<https://nextjs.org/docs/app/guides/environment-variables#bundling-environment-variables-for-the-browser>).
const OF_PAGES: [&[&str]; 6] = [
    &["next", "public"],
    &["nuxt", "public"],
    &["expo", "public"],
    &["react", "app"],
    &["vite"],
    &["gatsby"],
];

/// Whether the words of a key say that a page has what it holds, so that every visitor gets it.
fn is_of_pages(words: &[String]) -> bool {
    OF_PAGES.iter().any(|start| {
        words.len() > start.len() && words.iter().zip(*start).all(|(word, known)| word == known)
    })
}

fn is_key_of_a_secret(before: &[String]) -> bool {
    matches!(before, [.., of, secret] if secret == "secret"
        && matches!(of.as_str(), "password" | "username" | "user" | "token" | "credentials"))
}

fn key_promise(previous: Option<&str>) -> Promise {
    match previous {
        Some(word) if KEPT_KEYS.contains(&word) => Promise::Token,
        _ => Promise::Nothing,
    }
}

fn secret_promise(previous: Option<&str>) -> Promise {
    match previous {
        None => Promise::Unclear,
        Some(word) if NAMED_SECRETS.contains(&word) => Promise::SecretName,
        Some(_) => Promise::Token,
    }
}

fn word_promise(word: &str) -> Promise {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    if ends(&[
        "password",
        "passwd",
        "passphrase",
        "passcode",
        "storepass",
        "passwort",
        "kennwort",
        "senha",
        "contraseña",
        "contrasena",
        "пароль",
    ]) || matches!(
        word,
        "pass"
            | "pwd"
            | "psw"
            | "passw"
            | "requirepass"
            | "masterauth"
            | "userpass"
            | "dbpass"
            | "rootpass"
            | "userpwd"
            | "dbpwd"
            | "pw"
            | "adminpw"
            | "bindpw"
            | "dbpw"
            | "rootpw"
            | "userpw"
            | "bindcredential"
            | "secretaccesskey"
    ) {
        return Promise::Password;
    }
    if ends(&[
        "token",
        "apikey",
        "secretkey",
        "accesskey",
        "privatekey",
        "clientsecret",
    ]) || matches!(
        word,
        "htpasswd" | "salt" | "pepper" | "authkey" | "appsecret" | "jwt"
    ) {
        return Promise::Token;
    }
    match word {
        "credential" | "cred" | "creds" | "auth" | "authorization" => Promise::Unclear,
        _ => Promise::Nothing,
    }
}

/// `passwords` promises what `password` does.
fn singular(word: &str) -> &str {
    word.strip_suffix('s')
        .filter(|rest| !rest.ends_with('s') && !matches!(word, "creds" | "pas"))
        .unwrap_or(word)
}

/// The words of a key in small letters: at every character that is no letter or digit, and at every hump of camelCase.
pub(super) fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = key.chars().collect();
    for (index, char) in chars.iter().copied().enumerate() {
        let before = index.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let after = chars.get(index + 1).copied();
        let hump = char.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
                || (before.is_some_and(char::is_uppercase)
                    && after.is_some_and(char::is_lowercase)));
        if (hump || !char.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if char.is_alphanumeric() {
            word.extend(char.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    for word in &mut words {
        // `password1`, `token2`
        let kept = word
            .trim_end_matches(|char: char| char.is_ascii_digit())
            .len();
        if kept > 3 {
            word.truncate(kept);
        }
    }
    words
}

/// The last words of keys of maps that hold names.
const HOLDERS_OF_NAMES: [&str; 10] = [
    "annotations",
    "generator",
    "generators",
    "keys",
    "labels",
    "mapping",
    "mappings",
    "ref",
    "refs",
    "selector",
];

/// Whether the entries of a map under this key name keys of a Secret instead of holding them: `secretKeys`, `existingSecret`.
pub(super) fn holds_names(key: &str) -> bool {
    let is_start = |start: &str| {
        let bare = key.trim_start_matches(|char: char| !char.is_alphanumeric());
        let head = bare.as_bytes().get(..start.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
    };
    // Most keys are done with after a look at their end.
    let end = key.trim_end_matches(|char: char| !char.is_alphabetic());
    let ends_with = |word: &&'static str| {
        let start = end.len().checked_sub(word.len());
        let tail = start.and_then(|start| end.as_bytes().get(start..));
        tail.is_some_and(|tail| tail.eq_ignore_ascii_case(word.as_bytes()))
    };
    if key.is_ascii() && !HOLDERS_OF_NAMES.iter().any(ends_with) && !is_start("existing") {
        return false;
    }
    let words = words(key);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [.., "secret", "keys"] | [.., "secret", "key", "ref"] | ["existing", ..] => true,
        [.., last] => HOLDERS_OF_NAMES.contains(last),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Promise::{self, Nothing, Password, SecretName, Token, Unclear};
    use super::promise;

    #[test]
    fn keys_promise_secrets_by_their_last_words() {
        let table: &[(Promise, &[&str])] = &[
            (
                Password,
                &[
                    "password",
                    "dbPassword",
                    "DB_PASSWORD",
                    "postgres-password",
                    "rootpassword",
                    "passwd",
                    "pwd",
                    "javax.jdo.option.ConnectionPassword",
                    "spark.ssl.keyPassword",
                    "passphrase",
                    "DB_PASS",
                    "passwords",
                    "password1",
                    "passwordValue",
                    "requirepass",
                    "bindPW",
                    "LDAP_BIND_PW",
                    "erlangCookie",
                    "RABBITMQ_ERLANG_COOKIE",
                    "RELEASE_COOKIE",
                    "bindCredential",
                    "secretAccessKey",
                    "AWS_SECRET_ACCESS_KEY",
                    "storepass",
                    "password_v2",
                    "dbPasswort",
                    "contraseña",
                    "пароль",
                    "aws_secret_access_key",
                ],
            ),
            (
                Token,
                &[
                    "apiKey",
                    "apikey",
                    "API_KEY",
                    "accessToken",
                    "token",
                    "githubToken",
                    "secretKey",
                    "spark.hadoop.fs.s3a.secret.key",
                    "accessKey",
                    "privateKey",
                    "clientSecret",
                    "clientsecret",
                    "jwtSecret",
                    "encryption-key",
                    "signingSecret",
                    "apiKeys",
                    "authTokens",
                    "SECRET_KEY_BASE",
                    "secretKeyBase",
                    "PRIVATE_KEY_PEM",
                    "jwtSigningKeyV2",
                ],
            ),
            (
                Unclear,
                &["secret", "credentials", "creds", "auth", "basicAuth"],
            ),
            (
                SecretName,
                &[
                    "tlsSecret",
                    "passwordSecret",
                    "imagePullSecret",
                    "privateKeySecret",
                ],
            ),
            (
                Nothing,
                &[
                    "existingSecret",
                    "secretName",
                    "secretKeyRef",
                    "passwordKey",
                    "tokenUrl",
                    "secretStore",
                    "tokenExpiry",
                    "tokenExpirySeconds",
                    "passwordFile",
                    "passwordPath",
                    "authEnabled",
                    "authType",
                    "imagePullSecrets",
                    "secrets",
                    "maxTokens",
                    "key",
                    "publicKey",
                    "keys",
                    "keyspace",
                    "monkey",
                    "compass",
                    "author",
                    "authority",
                    "passive",
                    "bypass",
                    "tokenizer",
                    "userPasswordKey",
                    "secretRef",
                    "usePassword",
                    "password_policy",
                    "secretNames",
                    "sslCert",
                    "passwordHash_algorithm",
                    "token_endpoint",
                    "kubernetes.io/authentication",
                    "partitionKey",
                    "existingSecretPasswordKey",
                    "store_password_secret_key",
                    "usernameSecretKey",
                    "GOOGLE_TAG_MANAGER_AUTH",
                    "NEXT_PUBLIC_API_KEY",
                    "VITE_API_KEY",
                    "REACT_APP_TOKEN",
                    "gtmAuth",
                    "stripePublishableKey",
                    "sessionCookie",
                    "cookie",
                ],
            ),
        ];
        for (expected, keys) in table {
            for key in *keys {
                assert_eq!(promise(key), *expected, "{key}");
            }
        }
    }
}
