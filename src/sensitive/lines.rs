//! Texts that are no YAML yet, line by line: templates of charts, and files that are broken. Only what is written out is a
//! secret there, and a literal that an action (`{{ … }}`) prints, not what it makes of values.

use std::cell::LazyCell;
use std::ops::Range;

use envlint_yaml::{Path, Span};

use super::actions::{given, literals};
use super::examine::{Hit, examine_data, hit, parts, shaped, without_overlaps};
use super::handed::{column_of, stated};
use super::names::{Promise, promise};
use super::users::Written;
use super::{Reason, Secret, Sensitive};

/// The secrets of a text, in its order.
pub(super) fn detect(text: &str) -> Vec<Sensitive> {
    let written = without_actions(text);
    let manifests = manifests(&written);
    let in_manifest = |range: &Range<usize>| {
        manifests
            .iter()
            .any(|manifest| manifest.contains(&range.start))
    };
    let mut hits = parts(&written);
    // Tokens and keys are secrets in comments and in actions as well.
    hits.extend(shaped(text).into_iter().filter(|hit| {
        matches!(
            hit.reason,
            Reason::Token(_) | Reason::PrivateKey | Reason::KeyId(_)
        )
    }));
    hits.extend(literals(text));
    hits.extend(given(text));
    for manifest in &manifests {
        let document = written.get(manifest.clone()).unwrap_or_default();
        hits.extend(
            data(document)
                .into_iter()
                .chain(stated(document))
                .map(|hit| Hit {
                    range: manifest.start + hit.range.start..manifest.start + hit.range.end,
                    ..hit
                }),
        );
    }
    let found = without_overlaps(hits).into_iter();
    let names = names_of_keys(&written);
    let is_name = |hit: &Hit| {
        let at = names.partition_point(|name| name.end <= hit.range.start);
        names
            .get(at)
            .is_some_and(|name| name.start <= hit.range.start)
    };
    let users = LazyCell::new(|| Written::in_text(&written));
    let mut all = Vec::new();
    for mut found_hit in found.filter(|hit| !is_name(hit)) {
        let secret = text.get(found_hit.range.clone()).unwrap_or_default();
        let is_word = matches!(found_hit.reason, Reason::Connection | Reason::Chosen);
        if is_word && let Some(user) = users.same(secret, found_hit.range.start) {
            // It is the first password that anybody tries. A message says that both are the same, so the user tells it.
            found_hit.is_user = true;
            found_hit.reason = Reason::Default;
            all.extend(sensitive(text, &hit(user, Reason::Named)));
        }
        all.extend(sensitive(text, &found_hit).map(|sensitive| Sensitive {
            in_manifest: in_manifest(&found_hit.range),
            ..sensitive
        }));
    }
    all.sort_by_key(|sensitive| sensitive.span.start);
    all
}

/// The text with blanks for what actions and comments say: every byte that is left stays in its place. The brackets stay,
/// so that what an action makes is seen to be made.
fn without_actions(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut blank = |range: Range<usize>| {
        for byte in bytes.get_mut(range).into_iter().flatten() {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    };
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| rest.find("{{")) {
        let start = from + open + 2;
        let rest = text.get(start..).unwrap_or_default();
        let end = start + rest.find("}}").unwrap_or(rest.len());
        blank(start..end);
        from = end;
    }
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('#') {
            blank(offset..offset + line.len());
        }
        offset += line.len();
    }
    // Blanks for whole characters: it is UTF-8 as before.
    String::from_utf8(bytes).unwrap_or_default()
}

/// How manifests of Secrets say what they are.
const KINDS: [&str; 2] = ["kind: Secret", "kind: SecretList"];

/// The documents that are Secrets.
fn manifests(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut offset = 0;
    for document in text.split_inclusive("\n---") {
        let is_secret = document
            .lines()
            .any(|line| KINDS.contains(&line.trim_end().trim_matches('"')));
        if is_secret {
            found.push(offset..offset + document.len());
        }
        offset += document.len();
    }
    found
}

/// What stands with the names of keys that an object of the External Secrets Operator fills.
const REFERENCES: [&str; 3] = ["remoteRef:", "sourceRef:", "match:"];

/// The lines with names of keys, in documents that say where each of them is read from: `secretKey: AMQP_URL`.
fn names_of_keys(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut offset = 0;
    for document in text.split_inclusive("\n---") {
        let start = offset;
        offset += document.len();
        if !document.contains("secretKey:") {
            continue;
        }
        let entries = || {
            document
                .lines()
                .map(|line| line.trim().trim_start_matches("- "))
        };
        let mut named = REFERENCES.iter();
        if !named.any(|key| entries().any(|entry| entry.starts_with(key))) {
            continue;
        }
        let mut at = start;
        for line in document.split_inclusive('\n') {
            let entry = line.trim().trim_start_matches("- ");
            if entry.starts_with("secretKey:") {
                found.push(at..at + line.len());
            }
            at += line.len();
        }
    }
    found
}

/// The entries under `data` of a Secret, which are base64.
fn data(document: &str) -> Vec<Hit> {
    let mut found = Vec::new();
    let mut offset = 0;
    // The column of `data:`, below which the entries stand.
    let mut section: Option<usize> = None;
    for line in document.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let indent = line.len() - line.trim_start().len();
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with("{{") {
            continue;
        }
        if section.is_none_or(|column| indent <= column) {
            section = column_of("data:", trimmed, indent);
            continue;
        }
        let Some((key, value)) = trimmed.split_once(": ") else {
            continue;
        };
        let value = value.trim().trim_matches(['"', '\'']);
        if value.is_empty() || value.contains(['{', ' ']) {
            continue;
        }
        let promise = promise(key).max(Promise::Unclear);
        let at = start + line.rfind(value).unwrap_or(indent);
        found.extend(
            examine_data(value, promise)
                .into_iter()
                .filter(|hit| hit.reason != Reason::Named)
                .map(|hit| Hit {
                    range: at + hit.range.start..at + hit.range.end,
                    ..hit
                }),
        );
    }
    found
}

/// A hit of a text that has no paths.
pub(super) fn sensitive(source: &str, hit: &Hit) -> Option<Sensitive> {
    let text = source.get(hit.range.clone())?;
    let span = Span::new(hit.range.start, hit.range.end);
    Some(Sensitive {
        span,
        path: Path::root(),
        reason: hit.reason,
        parts: super::written::lines(source, span),
        secret: Secret::new(text),
        decoded: hit.decoded.as_deref().map(Secret::new),
        is_user: hit.is_user,
        in_manifest: false,
    })
}

#[cfg(test)]
mod tests {
    use super::detect;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = detect(text)
            .into_iter()
            .filter(|sensitive| sensitive.is_reported())
            .map(|sensitive| text[sensitive.span.range()].to_owned())
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn templates_hold_what_is_written_out() {
        for made in [
            "kind: X\npassword: {{ .Values.password }}\n",
            "kind: X\npassword: {{ .Values.password | default \"hunter22\" | quote }}\n",
            "kind: X\npassword: \"{{ .Values.password }}\"\n",
            "kind: X\npassword: \"{{ .Values.prefix }}-hunter22\"\n",
            "kind: X\nurl: postgres://app:{{ .Values.password }}@db/shop\n",
            "kind: X\n{{- $password := \"hunter22\" }}\n",
            "kind: X\n{{- if .Values.auth.password }}\nx: 1\n{{- end }}\n",
            "kind: X\n# password: hunter22\nb: 1\n",
            "kind: X\n{{/*\n  password: \"hunter22\"\n*/}}\nb: 1\n",
            "kind: Secret\ndata:\n  password: {{ .Values.password | b64enc }}\n",
            "kind: X\nenv:\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: db\n",
            "kind: X\nargs: [\"--password={{ .Values.password }}\", --token=$(TOKEN)]\n",
        ] {
            check(made, &[]);
        }
        check("kind: X\npassword: hunter22\n", &["hunter22"]);
        check(
            "kind: X\n  password: sunshine # fixed\nname: {{ .x }}\n",
            &["sunshine"],
        );
        check(
            "env:\n  - name: DB_PASSWORD\n    value: \"hunter22\"\n{{- end }}\n",
            &["hunter22"],
        );
        check(
            "env:\n  - name: NEO4J_AUTH\n    value: \"neo4j/password\"\n{{- end }}\n",
            &["password"],
        );
        check(
            "env:\n  - name: MYSQL_USER\n    value: \"TAP_SCHEMA\"\n  - name: MYSQL_PASSWORD\n    value: \"TAP_SCHEMA\"\n{{- end }}\n",
            &["TAP_SCHEMA"],
        );
        check(
            "kind: Secret\ntype: Opaque\ndata:\n  {{- if .x }}\n  password: aHVudGVyMjI=\n  {{- end }}\n  user: YXBw\n",
            &["aHVudGVyMjI="],
        );
        check(
            "kind: ConfigMap\ndata:\n  mode: aHVudGVyMjI=\n{{ x }}\n",
            &[],
        );
        check(
            "url: postgres://app:hunter22@{{ .Values.host }}/shop\nb: 1\n",
            &["hunter22"],
        );
    }
}
