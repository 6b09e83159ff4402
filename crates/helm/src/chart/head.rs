//! What Helm reads of every manifest (Helm: releaseutil.SimpleHead).

use std::collections::BTreeMap;

use envlint_yaml::{Map, Node, Value};

use super::decode::{self, DecodeError, Field, FieldName};

/// The head of a manifest.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) annotations: BTreeMap<String, String>,
}

impl Head {
    /// Reads the head of an object; nothing at all is an empty head.
    pub(crate) fn read(root: Option<&Node>) -> Result<Head, DecodeError> {
        let mut head = Head::default();
        let value = root.map_or(Value::Null, shallow);
        decode::structure(
            &value,
            "util.SimpleHead",
            "SimpleHead",
            &mut |key, field| head.field(&key, &field),
        )?;
        Ok(head)
    }

    fn field(&mut self, key: &FieldName<'_>, field: &Field<'_>) -> Result<(), DecodeError> {
        if key.is("apiVersion") {
            return field.string(&mut self.api_version);
        }
        if key.is("kind") {
            return field.string(&mut self.kind);
        }
        if key.is("metadata") {
            let go_type = r#"struct { Name string "json:\"name\""; Annotations map[string]string "json:\"annotations\"" }"#;
            field.nested(field.value(), go_type, "", &mut |key, field| {
                self.metadata(&key, &field)
            })?;
        }
        Ok(())
    }

    fn metadata(&mut self, key: &FieldName<'_>, field: &Field<'_>) -> Result<(), DecodeError> {
        if key.is("name") {
            return field.string(&mut self.name);
        }
        if key.is("annotations") {
            self.annotations = field
                .string_map()?
                .unwrap_or_default()
                .into_iter()
                .collect();
        }
        Ok(())
    }
}

/// The root with only what a head can have: specifications are large.
fn shallow(root: &Node) -> Value {
    let Some(mapping) = root.as_mapping() else {
        return root.to_value();
    };
    let wanted = |key: &str| {
        ["apiVersion", "kind", "metadata"]
            .iter()
            .any(|name| key.eq_ignore_ascii_case(name))
    };
    let entries = mapping.iter().filter(|(key, _)| wanted(key.text()));
    Value::Map(
        entries
            .map(|(key, node)| (key.text().to_owned(), node.to_value()))
            .collect::<Map>(),
    )
}
