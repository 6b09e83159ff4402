//! The types of a project's configuration, and which values have them.

use envlint_yaml::{Kind as NodeKind, Mapping, Node, Resolved, Span};

/// The types that a project may declare.
pub const KNOWN: [&str; 5] = ["string", "integer", "boolean", "array", "object"];

/// A type that a project declares (Pulumi: `sdk/go/common/workspace/project.go`, `ValidateConfigValue`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Any single value: a stack's configuration has them as text.
    String,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A map.
    Object,
    /// A list, with the type of its items; none where the project does not declare it, and then nothing fits.
    Array(Option<Box<Kind>>),
}

impl Kind {
    /// The type in the declaration of a key, or of the items of a list; none where it declares none, or one that Pulumi
    /// does not know.
    pub(super) fn of(declaration: &Mapping) -> Option<Kind> {
        Some(match declaration.get("type")?.as_str()? {
            "string" => Kind::String,
            "integer" => Kind::Integer,
            "boolean" => Kind::Boolean,
            "object" => Kind::Object,
            "array" => {
                let items = declaration.get("items").and_then(Node::as_mapping);
                Kind::Array(items.and_then(Kind::of).map(Box::new))
            }
            _ => return None,
        })
    }

    /// Where a declaration, or one of the items of a list, has a type that Pulumi does not know: it has a schema of its
    /// projects (`sdk/go/common/workspace/project.json`).
    pub(super) fn unknown(declaration: &Mapping) -> Option<Span> {
        let unknown = declaration.get("type").filter(|kind| {
            let known = kind.as_str().is_some_and(|kind| KNOWN.contains(&kind));
            // The items of items may be a type by themselves.
            !known && kind.as_mapping().is_none()
        });
        let items = || declaration.get("items").and_then(Node::as_mapping);
        unknown.map(Node::span).or_else(|| Kind::unknown(items()?))
    }

    /// Its name, as a project declares it.
    pub fn name(&self) -> String {
        match self {
            Kind::String => "string".to_owned(),
            Kind::Integer => "integer".to_owned(),
            Kind::Boolean => "boolean".to_owned(),
            Kind::Object => "object".to_owned(),
            Kind::Array(None) => "array".to_owned(),
            Kind::Array(Some(items)) => format!("array<{}>", items.name()),
        }
    }

    /// Whether a value of a stack has this type. It is text before Pulumi asks, unless it is a map or a list; in these,
    /// values are what YAML says.
    pub fn fits(&self, value: &Node) -> bool {
        self.has(value, true)
    }

    /// Whether a default of a project has this type: it is what YAML says.
    pub(super) fn fits_default(&self, value: &Node) -> bool {
        self.has(value, false)
    }

    fn has(&self, value: &Node, is_text: bool) -> bool {
        match (self, value.kind()) {
            (Kind::Object, NodeKind::Mapping(_)) => true,
            (Kind::Array(Some(kind)), NodeKind::Sequence(items)) => {
                items.iter().all(|item| kind.has(item, false))
            }
            (Kind::String | Kind::Integer | Kind::Boolean, NodeKind::Scalar(scalar)) => {
                match (self, scalar.resolved()) {
                    (Kind::String, Resolved::String(_)) => true,
                    // Nothing is the empty text.
                    (Kind::Integer | Kind::Boolean, Resolved::Null) => false,
                    (Kind::String, _) => is_text,
                    // YAML 1.2, which Pulumi reads, does not know `yes`.
                    (Kind::Boolean, _) => ["true", "false"]
                        .iter()
                        .any(|word| scalar.text().eq_ignore_ascii_case(word)),
                    // Of a text, Pulumi makes an integer of 64 bits.
                    (Kind::Integer, Resolved::UInt(_)) => !is_text,
                    (Kind::Integer, Resolved::Int(_)) => true,
                    (Kind::Integer, Resolved::Float(number)) => number.fract() == 0.0,
                    (Kind::Integer, _) => scalar.text().parse::<i64>().is_ok(),
                    _ => false,
                }
            }
            _ => false,
        }
    }
}
