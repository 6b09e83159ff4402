//! YAML as Go's `%#v` shows what goyaml decodes it to: `map[interface {}]interface {}{"a":1}`.

use envlint_gotemplate::fmt::quote;
use envlint_yaml::{Document, Kind, Node, Resolved};

/// A list or a map, written in a line or over several; none when it is no YAML by itself.
pub(super) fn of_text(written: &str, indent: usize) -> Option<String> {
    // The lines behind the first are indented as in the file that it was cut from.
    let document = Document::parse_text(format!("{}{written}", " ".repeat(indent)));
    document.root().map(|root| of_node(&document, root))
}

fn of_node(document: &Document, node: &Node) -> String {
    match node.kind() {
        Kind::Sequence(items) => {
            let items: Vec<String> = items.iter().map(|item| of_node(document, item)).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Kind::Mapping(mapping) => {
            let mut entries: Vec<((u8, String), String)> = mapping
                .iter()
                .map(|(key, value)| {
                    // What the tree has of a key is the text that JSON has.
                    let key = Document::parse_text(document.text(key.span()));
                    let key = key.root().map_or(String::new(), |root| of_node(&key, root));
                    let entry = format!("{key}:{}", of_node(document, value));
                    (order(key), entry)
                })
                .collect();
            entries.sort();
            let entries: Vec<String> = entries.into_iter().map(|(_, entry)| entry).collect();
            format!(
                "map[interface {{}}]interface {{}}{{{}}}",
                entries.join(", ")
            )
        }
        Kind::Scalar(scalar) => of_scalar(&scalar.resolved()),
    }
}

fn of_scalar(resolved: &Resolved<'_>) -> String {
    match resolved {
        Resolved::Null => "interface {}(nil)".to_owned(),
        Resolved::Bool(value) => value.to_string(),
        Resolved::Int(value) => value.to_string(),
        Resolved::UInt(value) => format!("{value:#x}"),
        Resolved::Float(value) => float(*value),
        Resolved::String(text) => quote(text.as_ref()),
    }
}

fn float(value: f64) -> String {
    let text = envlint_gotemplate::fmt::sprintf("%#v", &[value.into()]);
    String::from_utf8_lossy(&text.unwrap_or_default()).into_owned()
}

/// Go sorts the keys of a map that it prints: numbers by size, which is that of their digits, and texts.
fn order(key: String) -> (u8, String) {
    match key.parse::<u64>() {
        Ok(number) => (0, format!("{number:020}")),
        Err(_) => (1, key),
    }
}
