//! The hosts of a preview: which one takes the place of which, and whether all of them are its own.

use std::collections::{BTreeMap, HashSet};

use envlint_budget::Budget;

use super::plan::Request;
use crate::manifests::{RenderedObject, hosts};
use crate::masking::{Name, ObjectName, Text, text};
use crate::source::Problem;
use crate::workspace::PreviewNames;

/// The new host for each of the source's.
pub(super) type Hosts = BTreeMap<String, String>;

/// The most hosts of an app: each of them is looked for in all values.
const MOST: usize = 200;

/// The hosts of a preview, for those that the source environment has.
///
/// # Errors
/// When two of them would be one, or DNS takes one of them not.
pub(super) fn replaced(
    request: &Request<'_>,
    names: &PreviewNames<'_>,
    objects: &[RenderedObject],
) -> Result<Hosts, Problem> {
    if objects.iter().flat_map(hosts).count() > MOST {
        let message = text!("{} has more than {} hosts", Name(&names.app), MOST);
        return Err(Problem::without_place(message).help("leave it out of `preview.apps`"));
    }
    let Some(pattern) = &request.config.hosts else {
        return Ok(Hosts::new());
    };
    let mut found = Hosts::new();
    for host in objects.iter().flat_map(hosts) {
        let (wildcard, plain) = match host.strip_prefix("*.") {
            Some(plain) => ("*.", plain),
            None => ("", host),
        };
        let names = PreviewNames {
            name: plain.split('.').next().unwrap_or(plain).into(),
            ..names.clone()
        };
        let new = format!("{wildcard}{}", names.fill(pattern.value.as_str()));
        if let Some(reason) = no_host(&new) {
            let message = text!("the host `{}` of a preview {}", ObjectName(&new), reason);
            return Err(request.located(Some(pattern.span), message).help(
                "correct `preview: {hosts: \"{name}-{pr}.pr.example.com\"}` in envlint.yaml",
            ));
        }
        let same = found
            .iter()
            .find(|(old, known)| **known == new && *old != host);
        if let Some((other, _)) = same {
            let message = text!(
                "two hosts of {} become `{}`: `{}` and `{}`",
                Name(&names.app),
                ObjectName(&new),
                ObjectName(other),
                ObjectName(host)
            );
            return Err(request
                .located(Some(pattern.span), message)
                .help("tell them apart with `{name}`, the first part of the host: `{name}-{pr}.pr.example.com`"));
        }
        found.insert(host.to_owned(), new);
    }
    Ok(found)
}

/// Hosts of a preview's objects that are the source's own, or are the same for every pull request.
pub(super) fn strange(
    request: &Request<'_>,
    source: &[RenderedObject],
    objects: &[&RenderedObject],
) -> Vec<Problem> {
    let number = request.number.to_string();
    let old: HashSet<&str> = source.iter().flat_map(hosts).collect();
    let mut problems = Vec::new();
    for object in objects {
        for host in hosts(object) {
            let digits = |char: char| !char.is_ascii_digit();
            let reason = if old.contains(host) {
                text!(
                    "is that of {}, which would lose its visitors to the preview",
                    Name(&request.from.name)
                )
            } else if !host.split(digits).any(|part| part == number) {
                text!("does not have the number of the pull request in it")
            } else {
                continue;
            };
            let message = text!(
                "the host `{}` of {} {}",
                ObjectName(host),
                object.called(),
                reason
            );
            let help = "write `preview: {hosts: \"{app}-{pr}.pr.example.com\"}` into envlint.yaml, or the path that makes the host under `preview.set`";
            problems.push(request.located(None, message).help(help));
        }
    }
    problems
}

/// Why a text is no host (RFC 1123).
fn no_host(host: &str) -> Option<Text> {
    let plain = host.strip_prefix("*.").unwrap_or(host);
    if plain.len() > 253 {
        return Some(text!("has {} characters, and DNS takes 253", plain.len()));
    }
    let mut labels = plain.split('.');
    labels.find_map(no_label)
}

/// Why a text is no label of DNS.
pub fn no_label(label: &str) -> Option<Text> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if label.len() > 63 {
        return Some(text!(
            "has a part with {} characters, and DNS takes 63: `{}`",
            label.len(),
            ObjectName(label)
        ));
    }
    let is_label = !label.is_empty()
        && label.bytes().all(is_letter)
        && !label.starts_with('-')
        && !label.ends_with('-');
    (!is_label).then(|| "is no name of DNS: small letters, digits, and `-` in between".into())
}

/// A text with hosts in the place of others, wherever a whole host stands in it; none where there is none. It is cut off where
/// it becomes longer than there is room for.
pub(super) fn rewritten(text: &str, replaced: &Hosts, room: &Budget) -> Option<String> {
    let is_of_host = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.' | '_');
    let mut made = String::new();
    let mut copied = 0;
    let mut rest = 0;
    while let Some(found) = text.get(rest..).and_then(|text| text.find(is_of_host)) {
        let mut start = rest + found;
        let length = text[start..].find(|char| !is_of_host(char));
        let end = length.map_or(text.len(), |length| start + length);
        rest = end;
        match text[..start].chars().next_back() {
            Some('@') => continue,
            // `*.st.example.com` is a host of its own.
            Some('*') => start -= 1,
            _ => {}
        }
        if let Some(host) = replaced.get(&text[start..end]) {
            if !room.spend((start - copied + host.len()) as u64) {
                break;
            }
            made += &text[copied..start];
            made += host;
            copied = end;
        }
    }
    (copied > 0).then(|| made + &text[copied..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_hosts_are_replaced() {
        let hosts = [
            ("shop.st.example.com", "107.pr.example.com"),
            ("*.st.example.com", "*.107.pr.example.com"),
        ];
        let hosts: Hosts = hosts
            .into_iter()
            .map(|(old, new)| (old.to_owned(), new.to_owned()))
            .collect();
        for (text, expected) in [
            ("shop.st.example.com", Some("107.pr.example.com")),
            (
                "https://shop.st.example.com/a",
                Some("https://107.pr.example.com/a"),
            ),
            ("a.shop.st.example.com", None),
            ("shop.st.example.com.au", None),
            ("me@shop.st.example.com", None),
            ("*.shop.st.example.com", None),
            ("*.st.example.com", Some("*.107.pr.example.com")),
            ("ä shop.st.example.com ä", Some("ä 107.pr.example.com ä")),
            (
                "x shop.st.example.com,shop.st.example.com:80",
                Some("x 107.pr.example.com,107.pr.example.com:80"),
            ),
        ] {
            let made = rewritten(text, &hosts, &Budget::new(1000));
            assert_eq!(made.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_dns_takes_not_is_no_host() {
        for (host, is_host) in [
            ("107.pr.example.com", true),
            ("*.pr.example.com", true),
            ("-a.example.com", false),
            ("A.example.com", false),
            ("a..b", false),
        ] {
            assert_eq!(no_host(host).is_none(), is_host, "{host}");
        }
        assert!(no_host(&"a".repeat(64)).is_some());
        assert!(no_host(&"a.".repeat(140)).is_some());
    }
}
