//! Values that templates take for the name of a Secret, or of a key in it: they look like a secret and hold none.

use crate::manifests::place_of_read;
use crate::rules::SourceContext;
use crate::sensitive::Sensitive;

/// The fields that name a Secret or a ConfigMap, each with what in it is a name.
/// <https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/#secretkeyselector-v1-core>
const REFERENCES: [&str; 4] = [
    "secretKeyRef",
    "secretRef",
    "configMapKeyRef",
    "configMapRef",
];

/// The fields of those references.
const NAMES: [&str; 2] = ["key", "name"];

/// More places of one value are not looked at.
const MOST_PLACES: usize = 20;

/// Whether all that templates of the chart do with a value is to name a Secret by it, or a key of one:
/// `secretKeyRef: {name: db, key: {{ .Values.passwordKey }}}`.
pub(super) fn is_name_in_reference(cx: &SourceContext<'_>, sensitive: &Sensitive) -> bool {
    let Some(chart) = cx.chart.filter(|_| !cx.is_of_template()) else {
        return false;
    };
    let Some(reads) = chart.reads().filter(|_| !sensitive.path.is_root()) else {
        return false;
    };
    let places = reads.places(&sensitive.path);
    let names = |read| {
        let place = place_of_read(cx.workspace, chart, read);
        place.is_some_and(|place| is_in_reference(place.source.text(), place.span.start))
    };
    !places.is_empty() && places.len() <= MOST_PLACES && places.iter().all(names)
}

/// Whether an action at a place of a template writes a field of a reference.
fn is_in_reference(text: &str, at: usize) -> bool {
    let mut lines = text.get(..at).unwrap_or_default().rsplit('\n');
    let Some(before) = lines.next().and_then(|line| line.rsplit_once("{{")) else {
        return false;
    };
    // Of `secretKeyRef: {name: db, key: {{ … }}}`, the last field counts.
    let written = before.0.rsplit(['{', ',']).next().unwrap_or_default();
    let Some(field) = written.trim_end_matches(['"', '\'', ' ']).strip_suffix(':') else {
        return false;
    };
    if !NAMES.contains(&field.trim_start_matches([' ', '-']).trim()) {
        return false;
    }
    let is_reference = |line: &str| {
        let line = line.trim_end();
        let key = line.strip_suffix(':').unwrap_or_default();
        let key = key.rsplit([' ', '-', '{', ',']).next();
        key.is_some_and(|key| REFERENCES.contains(&key))
    };
    // In brackets, the innermost map is what the field belongs to.
    if let Some((outer, _)) = before.0.rsplit_once('{') {
        return is_reference(outer);
    }
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(before.0);
    let is_text = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && !line.starts_with("{{")
    };
    let above = lines.filter(is_text).find(|line| indent(line) < own);
    above.is_some_and(is_reference)
}

#[cfg(test)]
mod tests {
    use super::is_in_reference;

    #[test]
    fn names_stand_in_references() {
        for (text, expected) in [
            (
                "valueFrom:\n  secretKeyRef:\n    name: db\n    key: {{ ",
                true,
            ),
            (
                "valueFrom:\n  secretKeyRef:\n    name: db\n    key: \"{{ ",
                true,
            ),
            (
                "valueFrom:\n  secretKeyRef:\n    {{- if .a }}\n    # the key\n    key: {{ ",
                true,
            ),
            ("- secretRef:\n    name: {{ ", true),
            ("valueFrom: {secretKeyRef: {name: db, key: {{ ", true),
            ("valueFrom: {a: b}\nsecretKeyRef: {name: db, key: {{ ", true),
            (
                "valueFrom:\n  secretKeyRef:\n    name: db\n    optional: {{ ",
                false,
            ),
            ("env:\n  - name: {{ ", false),
            ("env:\n  - name: A\n    value: {{ ", false),
            ("stringData: {key: {{ ", false),
            ("data:\n  key: {{ ", false),
            ("key", false),
        ] {
            assert_eq!(is_in_reference(text, text.len()), expected, "{text}");
        }
    }
}
