//! What makes a secret less bad than where it stands.

use envlint_yaml::Segment;

use super::beside::{
    has_secret, is_for_emulator, is_said_to_be_none, is_said_to_be_public, name_before,
};
use super::branch::is_without_secret;
use super::reference::is_name_in_reference;
use crate::masking::{Text, text};
use crate::rules::{Exposure, Reporter, Role, SourceContext};
use crate::sensitive::{GOOGLE, Reason, Sensitive};
use crate::source::Severity;
use crate::values::{plain_key, words_of};

/// Why a secret is less bad than where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excuse {
    /// It is a private key, and a passphrase opens it.
    Encrypted,
    /// It opens a truststore, which holds certificates: these are public.
    Truststore,
    /// Templates take it for the name of a Secret, or of a key of one.
    Reference,
    /// A script of a template replaces it: it is what a product is delivered with.
    Replaced,
    /// It is what an emulator takes: a program that stands in for the service, on a machine.
    Emulated,
    /// It is a token that was valid for some hours.
    ShortLived,
    /// It is a token that pages hand to every visitor.
    OfAnybody,
    /// It is the key of a page's maps, which every visitor gets.
    OfMaps,
    /// A comment calls it public, and the same stands under a key that promises no secret.
    SaidToBePublic,
    /// A comment says that it is made up, or that somebody sets another one.
    SaidToBeNone,
    /// It says of itself that it is made up for tests.
    OfTests,
    /// It is what a program takes where a variable is not set: `${DB_PASSWORD:changeme}`.
    Fallback,
    /// It is what a template takes where values name no Secret.
    Insecure,
    /// Values name a Secret that has it.
    SecretNamed,
}

impl Excuse {
    /// That of a secret. What stands around it is searched again for each secret of a file, as far as the rule may.
    pub(super) fn of(
        cx: &SourceContext<'_>,
        sensitive: &Sensitive,
        out: &Reporter<'_>,
    ) -> Option<Excuse> {
        let is_password = !is_issued(sensitive.reason) && sensitive.reason != Reason::PrivateKey;
        let is_in_production =
            || cx.role == Role::Deployed && cx.exposure_of(sensitive) == Exposure::Production;
        if sensitive.is_encrypted_key() {
            Some(Excuse::Encrypted)
        } else if is_password && out.may_do(1) && is_name_in_reference(cx, sensitive) {
            Some(Excuse::Reference)
        } else if is_password && opens_truststore(cx, sensitive) {
            Some(Excuse::Truststore)
        } else if is_password && is_factory_setting(cx, sensitive) {
            Some(Excuse::Replaced)
        } else if sensitive.is_short_lived() {
            Some(Excuse::ShortLived)
        } else if sensitive.is_of_anybody() {
            Some(Excuse::OfAnybody)
        } else if sensitive.reason == Reason::Token(GOOGLE) && is_called(cx, sensitive, is_of_maps)
        {
            Some(Excuse::OfMaps)
        } else if !is_issued(sensitive.reason) && is_said_to_be_public(cx, sensitive, out) {
            Some(Excuse::SaidToBePublic)
        } else if sensitive.reason == Reason::Default && is_fallback(cx, sensitive) {
            Some(Excuse::Fallback)
        } else if is_made_up(sensitive.reason) && is_insecure(cx, sensitive, out) {
            Some(Excuse::Insecure)
        } else if is_made_up(sensitive.reason)
            && !sensitive.in_manifest
            && has_secret(cx, sensitive)
        {
            Some(Excuse::SecretNamed)
        } else if is_in_production() {
            None
        } else if is_for_emulator(cx, sensitive, out) {
            Some(Excuse::Emulated)
        // `test` is one of those that attackers try.
        } else if sensitive.reason != Reason::Default && sensitive.is_of_tests() {
            Some(Excuse::OfTests)
        } else if !is_issued(sensitive.reason) && is_said_to_be_none(cx, sensitive, out) {
            Some(Excuse::SaidToBeNone)
        } else {
            None
        }
    }

    /// What is said of the secret at a place, and what to do, where it is not what the rule says of others.
    pub(super) fn words(self, place: &Text) -> Option<(Text, &'static str)> {
        let (rest, help) = match self {
            Excuse::Encrypted => (
                "holds a private key that a passphrase protects; anyone who can read this repository can try to guess it",
                "keep the key outside of the repository, as its passphrase",
            ),
            Excuse::Truststore => (
                "holds the password of a truststore; what it opens, certificates, is public",
                "check that no keystore has the same password",
            ),
            Excuse::Reference => (
                "looks like a secret, but templates take it for the name of a Secret or of a key of one",
                "give the value a key that says so, for example with `Key` or `SecretName` at its end, so that envlint shows it",
            ),
            Excuse::Replaced => (
                "names the password that a product is delivered with",
                "check that the script replaces it before anybody else can reach the product",
            ),
            Excuse::Emulated => (
                "holds a password for an emulator, which stands in for the real service",
                "check that the real service has another one",
            ),
            Excuse::ShortLived => (
                "holds a JSON Web Token that was valid for less than a day",
                "remove it, so that nobody has to find out whether it still is",
            ),
            Excuse::OfAnybody => (
                "holds a JSON Web Token for visitors who have not signed in (`role: anon`), which pages hand out",
                "check that policies of the database protect what such visitors must not read",
            ),
            Excuse::OfMaps => (
                "holds a key of Google Maps, which pages hand to their visitors",
                "check that the key is restricted to your pages and to the map APIs: who copies it uses your quota",
            ),
            Excuse::SaidToBePublic => (
                "holds what a comment calls public, and what stands in the file under another key, too",
                "check that nothing trusts whoever knows it",
            ),
            Excuse::Fallback => (
                "falls back to a well-known password where its variable is not set",
                "leave the fallback out, so that the program stops where the variable is missing",
            ),
            Excuse::Insecure => (
                "holds the password that is taken where values name no Secret",
                "let the chart fail there (`required`), so that nobody deploys it by mistake",
            ),
            Excuse::SecretNamed => (
                "holds a password, though values next to it name the Secret that has it",
                "remove it, so that nobody takes it for the one in use",
            ),
            Excuse::SaidToBeNone | Excuse::OfTests => return None,
        };
        Some((text!("{} {}", place, rest), help))
    }

    /// How bad it is at the most.
    pub(super) fn severity(self, role: Role) -> Severity {
        match self {
            // An environment runs with it.
            Excuse::OfTests if role == Role::Deployed => Severity::Warning,
            // Whoever deploys it most often sets the variable.
            Excuse::Fallback if role != Role::Local => Severity::Warning,
            // Nothing here tells whether the key is restricted.
            Excuse::OfMaps if role == Role::Deployed => Severity::Warning,
            _ => Severity::Info,
        }
    }
}

/// Whether a person may have thought of it for a cluster that is thrown away.
fn is_made_up(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Default | Reason::Chosen | Reason::Connection
    )
}

/// Whether a template has it for those who name no Secret, and no environment is known to take that branch.
fn is_insecure(cx: &SourceContext<'_>, sensitive: &Sensitive, out: &Reporter<'_>) -> bool {
    let is_taken = cx.role == Role::Deployed && cx.exposure_of(sensitive) >= Exposure::Development;
    let at = sensitive
        .parts
        .first()
        .map_or(sensitive.span.start, |part| part.start);
    cx.is_of_template() && !is_taken && out.may_do(at) && is_without_secret(cx.source.text(), at)
}

/// Whether an issuer gave it out, so that nobody made it up.
fn is_issued(reason: Reason) -> bool {
    matches!(reason, Reason::Token(_) | Reason::KeyId(_))
}

/// Whether it is the password of a truststore: `ssl.truststore.password`, `trustCertificateKeyStorePassword` of MySQL's driver.
fn opens_truststore(cx: &SourceContext<'_>, sensitive: &Sensitive) -> bool {
    let is_named = is_called(cx, sensitive, |name| {
        let name = plain_key(name);
        name.contains("truststore") || (name.contains("trustcert") && name.contains("store"))
    });
    is_named || imports_certificates(cx, sensitive)
}

/// Whether a script puts certificates into a truststore with it: `keytool -importcert -trustcacerts -storepass changeit`.
fn imports_certificates(cx: &SourceContext<'_>, sensitive: &Sensitive) -> bool {
    /// How many bytes of a command are on either side of it at the most.
    const NEAR: usize = 400;
    let [part] = sensitive.parts.as_slice() else {
        return false;
    };
    let text = cx.source.text().as_bytes();
    let before = text.get(part.start.saturating_sub(NEAR)..part.start);
    let behind = text.get(part.end..(part.end + NEAR).min(text.len()));
    let words = |bytes: Option<&'_ [u8]>, end: &str| {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._/".contains(byte);
        let mut words = bytes.unwrap_or_default().split(|byte| !is_part(byte));
        words.any(|word| word.ends_with(end.as_bytes()))
    };
    words(before, "keytool")
        && [before, behind]
            .into_iter()
            .any(|near| words(near, "cacerts"))
}

/// Whether a key is for maps: `GOOGLE_MAPS_API_KEY`. <https://developers.google.com/maps/api-security-best-practices>
fn is_of_maps(name: &str) -> bool {
    words_of(name).iter().any(|word| word == "maps")
}

/// Whether it is called so, by the words before it or by one of its two keys.
fn is_called(cx: &SourceContext<'_>, sensitive: &Sensitive, is_so: impl Fn(&str) -> bool) -> bool {
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

/// Whether a text has it as what stands for a variable that is not set: `${NAME:x}` of Spring, `${NAME:-x}` of shells.
fn is_fallback(cx: &SourceContext<'_>, sensitive: &Sensitive) -> bool {
    let [part] = sensitive.parts.as_slice() else {
        return false;
    };
    let text = cx.source.text();
    let is_name = |name: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        !name.is_empty() && name.bytes().all(is_part)
    };
    let whole = text.get(part.range()).unwrap_or_default();
    let of_whole = whole.strip_prefix("${").filter(|rest| rest.ends_with('}'));
    if let Some((name, _)) = of_whole.and_then(|rest| rest.split_once(':')) {
        return is_name(name);
    }
    let before = text.get(..part.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let name = line.strip_suffix(":-").or(line.strip_suffix(':'));
    let name = name.and_then(|line| line.rsplit_once("${"));
    name.is_some_and(|(_, name)| is_name(name))
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
