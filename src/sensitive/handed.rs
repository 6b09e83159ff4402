//! What Secrets hand out as it is, the entries under `stringData`: nobody writes the name of a secret there, so a word is the
//! secret.

use envlint_yaml::{Mapping, Node};

use super::Reason;
use super::assignments::assignments;
use super::defaults::is_default;
use super::examine::{Hit, examine, hit, without_overlaps};
use super::names::{Promise, promise};
use super::value::{is_handed_out, is_word};

/// The fewest characters of a key that somebody made of words.
const LONG: usize = 24;

/// The secrets of an entry of a Secret: the whole of it, or what a text with settings sets.
pub(super) fn examine_entry(text: &str, promise: Promise) -> Vec<Hit> {
    let known = examine(text, promise);
    if let Some(reason) = reason_of(text, promise)
        && known.iter().all(|hit| hit.reason == Reason::Named)
    {
        return vec![hit(0..text.len(), reason)];
    }
    let set = assignments(text).into_iter().filter_map(|assignment| {
        let value = text.get(assignment.value.clone())?;
        let is_certain = assignment.promise >= Promise::Token
            && (assignment.alone || assignment.quoted)
            && is_word(value);
        is_certain.then(|| hit(assignment.value, Reason::Chosen))
    });
    // What is known better comes first.
    let is_whole = |hit: &Hit| hit.reason == Reason::Named && hit.range.len() == text.len();
    let set: Vec<Hit> = set.collect();
    let mut hits = known;
    if !set.is_empty() {
        hits.retain(|hit| !is_whole(hit));
    }
    let is_new = |other: &Hit| {
        let mut hits = hits.iter();
        !hits.any(|hit| hit.range.start < other.range.end && other.range.start < hit.range.end)
    };
    let set: Vec<Hit> = set.into_iter().filter(is_new).collect();
    hits.extend(set);
    without_overlaps(hits)
}

/// Why a whole entry is a secret that somebody thought of.
fn reason_of(text: &str, promise: Promise) -> Option<Reason> {
    let text = text.trim();
    if text.contains('\n') {
        return None;
    }
    // `secretKey: admin` names the key of a Secret elsewhere; here it is the key.
    if promise == Promise::Token && is_default(text, Promise::Password) {
        return Some(Reason::Default);
    }
    let is_long = promise == Promise::Token && text.len() >= LONG && is_word(text);
    (is_long || is_handed_out(text, promise)).then_some(Reason::Chosen)
}

/// What the name of a Secret promises of an entry that is called `key` or `value`.
pub(super) fn promise_of_secret(secret: &Mapping) -> Promise {
    let name = secret
        .get("metadata")
        .and_then(Node::as_mapping)
        .and_then(|metadata| metadata.get("name"))
        .and_then(Node::as_str);
    let promised = name.map_or(Promise::Nothing, promise);
    if promised >= Promise::Token {
        promised
    } else {
        Promise::Nothing
    }
}

/// The column of a key that opens a map, where a line has nothing else; an item of a list may begin with it.
pub(super) fn column_of(key: &str, line: &str, indent: usize) -> Option<usize> {
    const ITEM: &str = "- ";
    match line.strip_prefix(ITEM) {
        Some(inner) => (inner == key).then_some(indent + ITEM.len()),
        None => (line == key).then_some(indent),
    }
}

/// The entries under `stringData` of a Secret in a text that is no YAML yet.
pub(super) fn stated(document: &str) -> Vec<Hit> {
    let mut found = Vec::new();
    let mut offset = 0;
    // The column of `stringData:`, and that of its entries.
    let mut section: Option<(usize, Option<usize>)> = None;
    for line in document.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let indent = line.len() - line.trim_start().len();
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with("{{") {
            continue;
        }
        let Some((_, entries)) = section.filter(|(column, _)| indent > *column) else {
            section = column_of("stringData:", trimmed, indent).map(|column| (column, None));
            continue;
        };
        let column = entries.unwrap_or(indent);
        section = section.map(|(above, _)| (above, Some(column)));
        // What is further in is a text of several lines, in which settings are found as in any other.
        let Some((key, value)) = trimmed.split_once(": ").filter(|_| indent == column) else {
            continue;
        };
        let value = value.trim();
        let value = match value.strip_prefix(['"', '\'']) {
            Some(inner) => inner.split(['"', '\'']).next().unwrap_or_default(),
            None => value.split(" #").next().unwrap_or_default().trim_end(),
        };
        if value.is_empty() || value.contains("{{") || value.starts_with(['|', '>']) {
            continue;
        }
        let promise = promise(key.trim_matches(['"', '\'']));
        let at = start + line.rfind(value).unwrap_or(indent);
        let hits = examine_entry(value, promise).into_iter();
        let hits = hits.filter(|hit| !matches!(hit.reason, Reason::Named | Reason::PasswordHash));
        found.extend(hits.map(|hit| Hit {
            range: at + hit.range.start..at + hit.range.end,
            ..hit
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Promise, Reason, examine_entry, stated};

    #[track_caller]
    fn check(text: &str, promise: Promise, expected: &[&str]) {
        let hits = examine_entry(text, promise).into_iter();
        let reported = hits.filter(|hit| hit.reason != Reason::Named);
        let found: Vec<&str> = reported.map(|hit| &text[hit.range]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn what_a_secret_hands_out_is_the_secret() {
        let long = "signing-of-our-tokens-in-the-shop";
        check(long, Promise::Token, &[long]);
        check("admin", Promise::Token, &["admin"]);
        check("shop-password", Promise::Password, &["shop-password"]);
        check("your-signing-key-of-24-chars", Promise::Token, &[]);
        check("ENC[AES256_GCM,data:x]", Promise::Token, &[]);
        check("shop", Promise::Token, &[]);
        check("shop", Promise::Unclear, &[]);
        check(
            "clientId=shop\nclientSecret=shop-client\n",
            Promise::Unclear,
            &["shop-client"],
        );
        check(
            "required clientId='shop' clientSecret='shop-client' scope='all';",
            Promise::Unclear,
            &["shop-client"],
        );
        check(
            "clientId=shop\nclientSecret=${SECRET}\n",
            Promise::Unclear,
            &[],
        );
    }

    #[test]
    fn entries_of_templates_are_those_of_secrets() {
        let template = "kind: Secret\nstringData:\n  jwt-secret: \"signing-of-our-tokens-in-the-shop\"\n  user: app\n  {{- if .x }}\n  db-password: {{ .y }}\n  mail-password: sunflower # fixed\n  {{- end }}\n  note: |\n    password: is elsewhere\ndata:\n  api-key: signing-of-our-tokens-in-the-shop\n";
        let found: Vec<&str> = stated(template)
            .into_iter()
            .map(|hit| &template[hit.range])
            .collect();
        assert_eq!(found, ["signing-of-our-tokens-in-the-shop", "sunflower"]);
    }

    #[test]
    fn an_item_of_a_list_may_begin_with_the_entries() {
        let template = "items:\n- stringData:\n    password: k29vQ7mLpX\n{{ end }}\n";
        let found: Vec<&str> = stated(template)
            .into_iter()
            .map(|hit| &template[hit.range])
            .collect();
        assert_eq!(found, ["k29vQ7mLpX"]);
    }
}
