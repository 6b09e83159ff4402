//! Where a template writes a field of an object, as far as its lines tell: a template is no YAML until it is rendered.

use envlint_yaml::{Path, Segment, Span};

use crate::source::Location;

/// A line of a template that may write a key.
#[derive(Debug, Clone, Copy)]
struct Line<'t> {
    start: usize,
    text: &'t str,
    /// How far its key is indented, behind the marks of list items.
    indent: usize,
    /// Whether it is an item of a list.
    is_item: bool,
}

impl<'t> Line<'t> {
    fn of(start: usize, text: &'t str) -> Line<'t> {
        let rest = text.trim_start_matches([' ', '-']);
        Line {
            start,
            text,
            indent: text.len() - rest.len(),
            is_item: text.trim_start().starts_with("- "),
        }
    }

    fn writes(&self, key: &str) -> bool {
        let quotes = ['"', '\''];
        let line = self.text.get(self.indent..).unwrap_or_default();
        let rest = line.trim_start_matches(quotes).strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start_matches(quotes).starts_with(':'))
    }

    /// Whether this stands behind its key, by itself or as the only item.
    fn says(&self, value: &str) -> bool {
        let line = self
            .text
            .split_once(':')
            .map_or("", |(_, rest)| rest.trim());
        let marks = ['"', '\'', '[', ']'];
        line == value || line.trim_matches(marks) == value
    }

    /// Whether it is a line of YAML, and no comment or action of the template that may stand anywhere.
    fn is_yaml(&self) -> bool {
        let text = self.text.trim();
        !text.is_empty() && !text.starts_with("{{") && !text.starts_with('#')
    }

    fn location(&self, kind: &Location) -> Location {
        let start = self.start + (self.text.len() - self.text.trim_start().len());
        let end = self.start + self.text.trim_end().len();
        Location::new(&kind.source, Span::new(start, end))
    }
}

/// The line of a template that writes a field of the object whose `kind:` is at `kind`: the key in the block of the keys
/// above it, as far as the template writes them; or the only line of the object with that key. Where that is not to be
/// told, the line of the innermost key above it, else that of the kind. Of several lines, the one with the field's value.
pub(super) fn field_in_template(kind: Location, path: &Path, value: Option<&str>) -> Location {
    let lines = lines_of_object(&kind);
    let keys = path.segments().iter().filter_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        _ => None,
    });
    let keys: Vec<&str> = keys.collect();
    let Some(last) = keys.last() else {
        return kind;
    };
    let mut block = lines.as_slice();
    let mut innermost: Option<Line<'_>> = None;
    for (depth, key) in keys.iter().enumerate() {
        let Some(at) = only(block, key) else { break };
        let line = block[at];
        if depth + 1 == keys.len() {
            return line.location(&kind);
        }
        // What stands around a list of objects says little: the object's own line is the place to look at.
        innermost = Some(line).filter(|_| depth > 0);
        block = below(block, at);
    }
    let inside = match innermost {
        Some(_) => block,
        None => lines.as_slice(),
    };
    let writing = || inside.iter().filter(|line| line.writes(last));
    let with_value = || writing().filter(|line| value.is_some_and(|value| line.says(value)));
    match single(writing())
        .or_else(|| single(with_value()))
        .or(innermost.as_ref())
    {
        Some(line) => line.location(&kind),
        None => kind,
    }
}

/// The only one.
fn single<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    all.next().filter(|_| all.next().is_none())
}

/// The lines of the object's own document in its template.
fn lines_of_object(kind: &Location) -> Vec<Line<'_>> {
    let text = kind.source.text();
    // `apiVersion` is mostly written above the kind.
    let before = text.get(..kind.span.start).unwrap_or_default();
    let mut start = before.rfind("\n---").map_or(0, |at| at + 1);
    let rest = text.get(start..).unwrap_or_default();
    let mut lines = Vec::new();
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        if number > 0 && line.starts_with("---") {
            break;
        }
        lines.push(Line::of(start, line));
        start += line.len();
    }
    lines
}

/// The outermost line of a block that writes a key; none where several do.
fn only(block: &[Line<'_>], key: &str) -> Option<usize> {
    let writing = || {
        let lines = block.iter().enumerate();
        lines.filter(|(_, line)| line.writes(key))
    };
    let outermost = writing().map(|(_, line)| line.indent).min()?;
    let (at, _) = single(writing().filter(|(_, line)| line.indent == outermost))?;
    Some(at)
}

/// The lines below a key, as far as its value reaches.
fn below<'b, 't>(block: &'b [Line<'t>], at: usize) -> &'b [Line<'t>] {
    let rest = &block[at + 1..];
    let own = block[at].indent;
    let ends = |line: &Line<'_>| {
        let start = line.text.len() - line.text.trim_start().len();
        line.is_yaml() && (start < own || start == own && !line.is_item)
    };
    let end = rest.iter().position(ends).unwrap_or(rest.len());
    &rest[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use std::sync::Arc;

    fn found(text: &str, path: &str, value: Option<&str>) -> String {
        let source = Arc::new(Source::new("a.yaml", text));
        let start = text.find("kind: ").expect("a kind");
        let kind = Location::new(&source, Span::new(start, start + 6));
        let place = field_in_template(kind, &path.parse().expect("a path"), value);
        source.text()[place.span.range()].to_owned()
    }

    #[test]
    fn a_field_is_found_in_the_block_of_its_keys() {
        let text = "kind: Ingress\nmetadata:\n  name: one\nspec:\n  {{- if .Values.a }}\n  defaultBackend:\n    service:\n      name: two\n  {{- end }}\n  rules:\n  - host: a\n    http:\n      paths:\n      - backend:\n          service:\n            name: three\n---\nkind: Service\nmetadata:\n  name: four\n";
        for (path, expected) in [
            ("metadata.name", "name: one"),
            ("spec.defaultBackend.service.name", "name: two"),
            (
                "spec.rules[0].http.paths[0].backend.service.name",
                "name: three",
            ),
            (
                "spec.rules[0].http.paths[0].backend.service.port.number",
                "service:",
            ),
            ("spec.template.name", "kind: "),
            ("spec.other.host", "- host: a"),
        ] {
            assert_eq!(found(text, path, None), expected, "{path}");
        }
    }

    #[test]
    fn of_several_lines_the_one_with_the_value_is_found() {
        let text = "kind: Pod\nspec:\n  env:\n    - key: one\n    - key: \"two\"\n    - key: {{ .Values.key }}\n";
        assert_eq!(
            found(text, "spec.env[1].key", Some("two")),
            "- key: \"two\""
        );
        assert_eq!(found(text, "spec.env[2].key", Some("three")), "env:");
    }

    #[test]
    fn what_is_written_on_one_line_is_found_by_the_key_above() {
        let text =
            "kind: ScaledObject\nmetadata:\n  name: one\nspec:\n  scaleTargetRef: {name: two}\n";
        assert_eq!(
            found(text, "spec.scaleTargetRef.name", None),
            "scaleTargetRef: {name: two}"
        );
    }
}
