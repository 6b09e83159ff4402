//! Looks for secrets in one text, knowing what its key promises.

use std::ops::Range;

use super::Reason;
use super::assignments::{Assignment, assignments};
use super::connection::logins;
use super::defaults::is_default;
use super::encoded::decode_text;
use super::names::{Promise, hints_at_secret};
use super::shapes;
use super::value::{is_placeholder, is_reference, is_secret};

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    /// Where it is in the text.
    pub range: Range<usize>,
    /// Why it is one.
    pub reason: Reason,
    /// What it says when it is base64.
    pub decoded: Option<String>,
}

fn hit(range: Range<usize>, reason: Reason) -> Hit {
    Hit {
        range,
        reason,
        decoded: None,
    }
}

/// The secrets of a text: the whole of it when its key promises one, otherwise the parts that are.
pub(super) fn examine(text: &str, promise: Promise) -> Vec<Hit> {
    let parts = parts(text);
    if promise != Promise::Nothing
        && let Some(found) = whole(text, promise, &parts)
    {
        return vec![found];
    }
    if !parts.is_empty() {
        return parts;
    }
    encoded(text).into_iter().collect()
}

/// The same for an entry under `data` of a Secret, which is base64.
pub(super) fn examine_data(text: &str, promise: Promise) -> Vec<Hit> {
    match decode_text(text) {
        Some(decoded) => {
            let inner = examine(&decoded, promise);
            let reason = match inner
                .iter()
                .map(|hit| hit.reason)
                .find(|reason| *reason != Reason::Named)
            {
                Some(Reason::Default) => Reason::Default,
                Some(_) => Reason::Encoded,
                None if is_reference(&decoded) || decoded.is_empty() => return Vec::new(),
                None => Reason::Named,
            };
            vec![Hit {
                range: 0..text.len(),
                reason,
                decoded: Some(decoded),
            }]
        }
        None => examine(text, promise),
    }
}

/// The whole text as a secret, when its key promises one.
fn whole(text: &str, promise: Promise, parts: &[Hit]) -> Option<Hit> {
    let all = 0..text.len();
    if let Some(part) = parts.first() {
        // An address keeps its host readable; of anything else nothing needs to be seen.
        return (part.reason != Reason::Connection && part.reason != Reason::Default)
            .then(|| hit(all, part.reason));
    }
    let trimmed = text.trim();
    if is_default(trimmed, promise) {
        return Some(hit(all, Reason::Default));
    }
    if is_secret(trimmed, promise) {
        return Some(Hit {
            range: all,
            reason: Reason::Random,
            decoded: decode_text(trimmed),
        });
    }
    if let Some(found) = encoded(text) {
        return Some(found);
    }
    let is_masked = promise != Promise::SecretName
        && !trimmed.is_empty()
        && !is_reference(trimmed)
        && !is_marker(trimmed);
    is_masked.then(|| hit(all, Reason::Named))
}

/// `<password>` and `***` say nothing worth hiding, and a person who reads a report is better off seeing them.
fn is_marker(text: &str) -> bool {
    (text.starts_with('<') && text.ends_with('>')) || !text.chars().any(char::is_alphanumeric)
}

/// The secrets that stand in a text by themselves, whatever its key.
pub(super) fn parts(text: &str) -> Vec<Hit> {
    let mut found = shaped(text);
    found.extend(settings(text));
    without_overlaps(found)
}

/// The secrets of a text that are known by their own shape, or by that of the address around them.
pub(super) fn shaped(text: &str) -> Vec<Hit> {
    let mut found: Vec<Hit> = Vec::new();
    found.extend(
        shapes::private_keys(text)
            .into_iter()
            .map(|range| hit(range, Reason::PrivateKey)),
    );
    for token in shapes::tokens(text)
        .into_iter()
        .chain(shapes::json_web_tokens(text))
    {
        found.push(hit(token.range, Reason::Token(token.what)));
    }
    found.extend(vault_token(text));
    found.extend(password_hashes(text));
    found.extend(shared_access_signature(text));
    found.extend(connections(text));
    without_overlaps(found)
}

fn without_overlaps(mut found: Vec<Hit>) -> Vec<Hit> {
    found.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end)));
    let mut end = 0;
    found.retain(|hit| {
        let fresh = hit.range.start >= end;
        end = end.max(hit.range.end);
        fresh
    });
    found
}

/// Vault's tokens of before 1.10: too short a shape to be looked for inside of a text.
fn vault_token(text: &str) -> Option<Hit> {
    let body = text
        .strip_prefix("s.")
        .or_else(|| text.strip_prefix("b."))?;
    let drawn = body.len() == 24
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && super::words::sorts(body) == 3;
    drawn.then(|| hit(0..text.len(), Reason::Token("a Vault token")))
}

fn password_hashes(text: &str) -> Vec<Hit> {
    let mut found = Vec::new();
    if !text.contains(['$', '{']) {
        return found;
    }
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if shapes::is_password_hash(trimmed) {
            let start = offset + (line.len() - line.trim_start().len());
            found.push(hit(start..start + trimmed.len(), Reason::PasswordHash));
        }
        offset += line.len();
    }
    found
}

/// `?sv=…&sig=…` of Azure storage.
fn shared_access_signature(text: &str) -> Option<Hit> {
    let at = text.find("&sig=").or_else(|| text.find("?sig="))?;
    let start = at + "&sig=".len();
    let rest = text.get(start..)?;
    let length = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"%+/=".contains(byte))
        .count();
    (length >= 40).then(|| {
        hit(
            start..start + length,
            Reason::Token("an Azure shared access signature"),
        )
    })
}

fn connections(text: &str) -> Vec<Hit> {
    let mut found = Vec::new();
    for login in logins(text) {
        let Some(part) = text.get(login.range.clone()) else {
            continue;
        };
        if is_reference(part) || is_placeholder(part) {
            continue;
        }
        if !login.has_user {
            if is_secret(part, Promise::Token) {
                found.push(hit(login.range, Reason::Connection));
            }
        } else if is_default(part, Promise::Password) {
            found.push(hit(login.range, Reason::Default));
        } else {
            found.push(hit(login.range, Reason::Connection));
        }
    }
    found
}

fn settings(text: &str) -> Vec<Hit> {
    if !text.contains(['=', ':', ' ']) || !hints_at_secret(text) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for assignment in assignments(text) {
        let Some(value) = text.get(assignment.value.clone()) else {
            continue;
        };
        if let Some(reason) = setting(value, &assignment) {
            found.push(hit(assignment.value, reason));
        }
    }
    found
}

fn setting(value: &str, assignment: &Assignment) -> Option<Reason> {
    // In prose ("password: admin or guest") a word is a word.
    let is_setting = assignment.separator == '=' || assignment.quoted;
    if is_default(value, assignment.promise) {
        return is_setting.then_some(Reason::Default);
    }
    // Code that fetches a secret: `os.environ["TOKEN2"]`, `get_secret(x)`, `"${TOKEN:-$(cat "$FILE")}"`, cut at a quote.
    let is_code = !assignment.quoted && value.contains(['(', '[', '{']);
    if is_code || ["${", "$(", "{{"].iter().any(|open| value.contains(open)) {
        return None;
    }
    let is_login = || decode_text(value).is_some_and(|text| text.contains(':') && value.len() >= 8);
    if assignment.promise == Promise::Unclear && assignment.quoted && is_login() {
        return Some(Reason::Connection);
    }
    is_secret(value, assignment.promise).then_some(Reason::Connection)
}

/// Base64 of a text that has a secret in it.
fn encoded(text: &str) -> Option<Hit> {
    if text.len() < 24 {
        return None;
    }
    let decoded = decode_text(text)?;
    let has_secret = parts(&decoded)
        .iter()
        .any(|hit| hit.reason != Reason::Default);
    has_secret.then_some(Hit {
        range: 0..text.len(),
        reason: Reason::Encoded,
        decoded: Some(decoded),
    })
}
