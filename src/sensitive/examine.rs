//! Looks for secrets in one text, knowing what its key promises.

use std::ops::Range;

use super::Reason;
use super::assignments::{Assignment, assignments, value_after};
use super::connection::logins;
use super::defaults::is_default;
use super::encoded::decode_text;
use super::forms::forms;
use super::harmless::{is_example, is_placeholder};
use super::names::{Promise, hints_at_secret};
use super::references::is_reference;
use super::shapes;
use super::value::{is_chosen, is_handed_out, is_secret};

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    /// Where it is in the text.
    pub range: Range<usize>,
    /// Why it is one.
    pub reason: Reason,
    /// What it says when it is base64.
    pub decoded: Option<String>,
    /// Whether it equals the user that is written with it.
    pub is_user: bool,
}

/// A hit that is no base64.
pub(super) fn hit(range: Range<usize>, reason: Reason) -> Hit {
    Hit {
        range,
        reason,
        decoded: None,
        is_user: false,
    }
}

/// The secrets of a text: the whole of it when its key promises one, otherwise the parts that are.
pub(super) fn examine(text: &str, promise: Promise) -> Vec<Hit> {
    let parts = without_commented(text, parts(text));
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

/// Hits of a text of several lines, where what stands in a comment is only masked: it is not in use, and documentation is
/// full of examples. Tokens and keys are secrets in comments as well.
fn without_commented(text: &str, mut hits: Vec<Hit>) -> Vec<Hit> {
    if !text.contains('\n') {
        return hits;
    }
    for hit in &mut hits {
        let before = text.get(..hit.range.start).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
        let is_commented = ["#", "//", ";", "--", "<!--"]
            .iter()
            .any(|start| line.starts_with(start));
        if is_commented && matches!(hit.reason, Reason::Default | Reason::Connection) {
            hit.reason = Reason::Named;
        }
    }
    hits
}

/// The same for an entry under `data` of a Secret, which is base64.
pub(super) fn examine_data(text: &str, promise: Promise) -> Vec<Hit> {
    match decode_text(text) {
        Some(decoded) => {
            let inner = examine(&decoded, promise);
            let is_said = |reason: &Reason| !matches!(reason, Reason::Named | Reason::PasswordHash);
            let reason = match inner.iter().map(|hit| hit.reason).find(is_said) {
                Some(reason @ (Reason::Default | Reason::KeyId(_))) => reason,
                Some(_) => Reason::Encoded,
                None if is_reference(&decoded) || decoded.is_empty() => return Vec::new(),
                None if is_handed_out(&decoded, promise) => Reason::Encoded,
                None => Reason::Named,
            };
            vec![Hit {
                decoded: Some(decoded),
                ..hit(0..text.len(), reason)
            }]
        }
        None => examine(text, promise),
    }
}

/// The whole text as a secret, when its key promises one.
fn whole(text: &str, promise: Promise, parts: &[Hit]) -> Option<Hit> {
    let all = 0..text.len();
    // An address keeps its host readable; of anything else nothing needs to be seen.
    let is_said = |hit: &&Hit| hit.reason != Reason::Named;
    if let Some(part) = parts.iter().find(is_said) {
        let is_part = matches!(part.reason, Reason::Connection | Reason::Default);
        return (!is_part).then(|| hit(all, part.reason));
    }
    let trimmed = text.trim();
    if is_default(trimmed, promise) {
        return Some(hit(all, Reason::Default));
    }
    if let Some(range) = fallback(text)
        && is_default(text.get(range.clone()).unwrap_or_default(), promise)
    {
        return Some(hit(range, Reason::Default));
    }
    if encodes_hash(trimmed) {
        return Some(hit(all, Reason::PasswordHash));
    }
    if is_secret(trimmed, promise) {
        return Some(Hit {
            decoded: decode_text(trimmed),
            ..hit(all, Reason::Random)
        });
    }
    if let Some(found) = encoded(text) {
        return Some(found);
    }
    if is_chosen(trimmed, promise) {
        return Some(hit(all, Reason::Chosen));
    }
    let is_masked = promise != Promise::SecretName
        && !trimmed.is_empty()
        && !is_reference(trimmed)
        && !is_example(trimmed)
        && !is_marker(trimmed);
    is_masked.then(|| hit(all, Reason::Named))
}

/// What stands for a variable that is not set: `${NAME:x}` of Spring, `${NAME:-x}` of shells.
fn fallback(text: &str) -> Option<Range<usize>> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    let (name, rest) = inner.split_once(':')?;
    let value = rest.strip_prefix('-').unwrap_or(rest);
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    let is_plain =
        !name.is_empty() && name.bytes().all(is_part) && !value.contains(['$', '{', ':']);
    let start = text.len() - 1 - value.len();
    (is_plain && !value.is_empty()).then_some(start..text.len() - 1)
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
        let reason = match token.is_id {
            true => Reason::KeyId(token.what),
            false => Reason::Token(token.what),
        };
        found.push(hit(token.range, reason));
    }
    found.extend(vault_token(text));
    found.extend(password_hashes(text));
    found.extend(shared_access_signature(text));
    found.extend(connections(text));
    without_overlaps(found)
}

/// Hits in the order of the text, the first and longest of those that overlap.
pub(super) fn without_overlaps(mut found: Vec<Hit>) -> Vec<Hit> {
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
        if is_reference(part) || is_placeholder(part) || is_form_of_address(text, &login.range) {
            continue;
        }
        if !login.has_user {
            if is_secret(part, Promise::Token) && !is_ingestion_address(text, &login.range) {
                found.push(hit(login.range, Reason::Connection));
            }
        } else {
            let reason = match is_default(part, Promise::Password) {
                true => Reason::Default,
                false => Reason::Connection,
            };
            let user = user_before(text, &login.range);
            let is_user = user.as_ref().and_then(|user| text.get(user.clone())) == Some(part);
            // A message says that both are the same, so the user tells the password.
            found.extend(
                user.filter(|_| is_user)
                    .map(|user| hit(user, Reason::Named)),
            );
            found.push(Hit {
                is_user,
                ..hit(login.range, reason)
            });
        }
    }
    found
}

/// Whether an address only shows its form: `postgresql://user:pass@host/db`.
fn is_form_of_address(text: &str, password: &Range<usize>) -> bool {
    let user = user_before(text, password).and_then(|user| text.get(user));
    let behind = text
        .get(password.end..)
        .and_then(|rest| rest.strip_prefix('@'));
    let host = behind.map(|rest| {
        let end =
            rest.find(|char: char| !(char.is_ascii_alphanumeric() || char == '-' || char == '_'));
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    });
    let is = |word: Option<&str>, known: &[&str]| {
        word.is_some_and(|word| known.iter().any(|other| word.eq_ignore_ascii_case(other)))
    };
    is(user, &["user", "username", "login"])
        && is(
            text.get(password.clone()),
            &["pass", "password", "passwd", "pwd", "secret"],
        )
        && is(
            host,
            &[
                "host",
                "hostname",
                "server",
                "address",
                "db_host",
                "db-host",
                "your-host",
            ],
        )
}

/// The user before the password of an address.
fn user_before(text: &str, password: &Range<usize>) -> Option<Range<usize>> {
    let end = password.start.checked_sub(1)?;
    let before = text.get(..end)?;
    let start = before.rfind("://")? + "://".len();
    Some(start..end)
}

/// Whether it is the key of a Sentry DSN, `https://KEY@host/PROJECT`: browsers send it, so that it is public.
/// <https://docs.sentry.io/concepts/key-terms/dsn-explainer/>
fn is_ingestion_address(text: &str, key: &Range<usize>) -> bool {
    let is_key = text
        .get(key.clone())
        .is_some_and(|key| key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if !is_key {
        return false;
    }
    /// No such address is longer.
    const LONGEST: usize = 1_000;
    let rest = text.get(key.end..super::floor(text, key.end + LONGEST));
    let rest = rest.unwrap_or_default();
    let end = rest
        .find(|char: char| char.is_whitespace() || "\"'`,<>".contains(char))
        .unwrap_or(rest.len());
    let last = rest.get(..end).and_then(|rest| rest.rsplit('/').next());
    // What else somebody typed behind the number makes the address wrong, and its key no secret.
    let is_project = |last: &str| {
        let number = last.split('?').next().unwrap_or(last);
        let mut letters = number.bytes().filter(u8::is_ascii_alphanumeric).peekable();
        letters.peek().is_some() && letters.all(|byte| byte.is_ascii_digit())
    };
    last.is_some_and(is_project)
}

fn settings(text: &str) -> Vec<Hit> {
    if !text.contains(['=', ':', ' ', '>']) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut all = forms(text);
    if hints_at_secret(text) {
        all.extend(assignments(text));
    }
    for assignment in all {
        let Some(value) = text.get(assignment.value.clone()) else {
            continue;
        };
        if !is_argument_of_code(text, &assignment)
            && let Some(reason) = setting(value, &assignment)
        {
            found.push(hit(assignment.value, reason));
        } else if is_made_of_id(text, &assignment) {
            found.push(hit(assignment.value, Reason::Chosen));
        }
    }
    found
}

/// Whether a secret of a client is made of the ID that is written before it: `clientId='shop' clientSecret='shop-secret'`.
fn is_made_of_id(text: &str, assignment: &Assignment) -> bool {
    /// How far before it the ID is looked for.
    const NEAR: usize = 200;
    let value = text.get(assignment.value.clone()).unwrap_or_default();
    let is_sure = assignment.quoted || assignment.separator == '=';
    if assignment.promise != Promise::Token || !is_sure || value.len() > NEAR {
        return false;
    }
    let start = assignment.value.start;
    let near = text.get(super::floor(text, start.saturating_sub(NEAR))..start);
    let near = near.unwrap_or_default();
    let small = near.to_ascii_lowercase();
    let mut names = ["clientid", "client_id", "client-id", "client.id"].iter();
    let id = names.find_map(|name| {
        let rest = near.get(small.rfind(name)? + name.len()..)?;
        let sign = rest.trim_start_matches(['"', '\'', '\\', ' ']);
        let sign = sign
            .chars()
            .next()
            .filter(|sign| matches!(sign, '=' | ':'))?;
        let rest = rest.split_once(sign)?.1.lines().next()?;
        let (range, _) = value_after(rest, sign)?;
        rest.get(range).filter(|id| id.len() >= 2)
    });
    let of_id = id.and_then(|id| value.strip_prefix(id));
    let word = of_id.map(|rest| rest.trim_start_matches(['-', '_', '.']));
    matches!(word, Some("secret" | "password" | "pass" | "pw" | "key"))
}

/// Whether a value is a variable that code hands on: `password=_redis_password,`.
fn is_argument_of_code(text: &str, assignment: &Assignment) -> bool {
    let value = text.get(assignment.value.clone()).unwrap_or_default();
    let rest = text.get(assignment.value.end..).unwrap_or_default();
    let is_of_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    assignment.separator == '='
        && !assignment.quoted
        && value.contains('_')
        && value.bytes().all(is_of_name)
        && rest.starts_with([',', ')'])
}

/// Why the value of a setting is a secret, if it is one.
pub(super) fn setting(value: &str, assignment: &Assignment) -> Option<Reason> {
    if encodes_hash(value) {
        return None;
    }
    // In prose ("password: admin or guest") a word is a word.
    let is_setting = assignment.separator == '=' || assignment.quoted || assignment.alone;
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
    let is_word = || assignment.alone && is_chosen(value, assignment.promise);
    (is_secret(value, assignment.promise) || is_word()).then_some(Reason::Connection)
}

/// Whether a text is base64 of an htpasswd file: of hashes, and of no password.
fn encodes_hash(text: &str) -> bool {
    if text.len() < 24 {
        return false;
    }
    decode_text(text).is_some_and(|decoded| {
        let mut lines = decoded.lines().filter(|line| !line.trim().is_empty());
        !decoded.trim().is_empty() && lines.all(|line| shapes::is_password_hash(line.trim()))
    })
}

/// Base64 of a text that has a secret in it.
fn encoded(text: &str) -> Option<Hit> {
    if text.len() < 24 {
        return None;
    }
    let decoded = decode_text(text)?;
    let has_secret = parts(&decoded).iter().any(|hit| {
        matches!(
            hit.reason,
            Reason::Token(_) | Reason::PrivateKey | Reason::Connection
        )
    });
    has_secret.then(|| Hit {
        decoded: Some(decoded),
        ..hit(0..text.len(), Reason::Encoded)
    })
}
