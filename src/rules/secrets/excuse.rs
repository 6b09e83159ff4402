//! What makes a secret less bad than where it stands.

use envlint_yaml::Segment;

use crate::rules::{Exposure, Role, SourceContext};
use crate::sensitive::{Reason, Sensitive};
use crate::source::Severity;
use crate::values::{plain_key, words_of};

/// Why a secret is less bad than where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excuse {
    /// It is a private key, and a passphrase opens it.
    Encrypted,
    /// It opens a truststore, which holds certificates: these are public.
    Truststore,
    /// A script of a template replaces it: it is what a product is delivered with.
    Replaced,
    /// It says of itself that it is made up for tests.
    OfTests,
}

impl Excuse {
    pub(super) fn of(cx: &SourceContext<'_>, sensitive: &Sensitive) -> Option<Excuse> {
        let is_password = !matches!(
            sensitive.reason,
            Reason::Token(_) | Reason::KeyId(_) | Reason::PrivateKey
        );
        let is_in_production =
            || cx.role == Role::Deployed && cx.exposure_of(sensitive) == Exposure::Production;
        if sensitive.is_encrypted_key() {
            Some(Excuse::Encrypted)
        } else if is_password && opens_truststore(cx, sensitive) {
            Some(Excuse::Truststore)
        } else if is_password && is_factory_setting(cx, sensitive) {
            Some(Excuse::Replaced)
        } else if sensitive.is_of_tests() && !is_in_production() {
            Some(Excuse::OfTests)
        } else {
            None
        }
    }

    /// How bad it is at the most.
    pub(super) fn severity(self, role: Role) -> Severity {
        match self {
            Excuse::OfTests if role != Role::Local => Severity::Warning,
            _ => Severity::Info,
        }
    }
}

/// What a secret is called where it stands in a text, with the sign that gives it the name: `=` or `:`.
fn name_before<'s>(cx: &SourceContext<'s>, sensitive: &Sensitive) -> Option<(&'s str, char)> {
    let [part] = sensitive.parts.as_slice() else {
        return None;
    };
    let before = cx.source.text().get(..part.start)?;
    let line = before.rsplit('\n').next()?;
    let line = line.trim_end_matches(['"', '\'', '\\', ' ']);
    let sign = line
        .chars()
        .next_back()
        .filter(|char| matches!(char, '=' | ':'))?;
    let name = line.trim_end_matches([sign, '"', '\'', ' ']);
    let is_of_name = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.');
    Some((name.rsplit(|char| !is_of_name(char)).next()?, sign))
}

/// Whether it is the password of a truststore: `ssl.truststore.password`, `trustCertificateKeyStorePassword` of MySQL's driver.
fn opens_truststore(cx: &SourceContext<'_>, sensitive: &Sensitive) -> bool {
    let is_so = |name: &str| {
        let name = plain_key(name);
        name.contains("truststore") || (name.contains("trustcert") && name.contains("store"))
    };
    if name_before(cx, sensitive).is_some_and(|(name, _)| is_so(name)) {
        return true;
    }
    // A part of a longer text has a name of its own.
    let mut keys = sensitive.path.segments().iter().rev().take(2);
    let is_whole = sensitive
        .parts
        .first()
        .is_some_and(|part| part.end - part.start + 2 >= sensitive.span.end - sensitive.span.start);
    is_whole && keys.any(|segment| matches!(segment, Segment::Key(key) if is_so(key)))
}

/// Whether a script of a template gives it a name that says what it is: what was there before it is changed.
fn is_factory_setting(cx: &SourceContext<'_>, sensitive: &Sensitive) -> bool {
    const WORDS: [&str; 5] = ["default", "factory", "initial", "old", "original"];
    let Some((name, '=')) = name_before(cx, sensitive) else {
        return false;
    };
    let is_variable = name
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let words = words_of(name);
    let is_old = words.iter().any(|word| WORDS.contains(&word.as_str()));
    cx.is_of_template() && is_variable && is_old
}
