//! What the files of a module say of variables, local values and clusters.

use std::collections::BTreeMap;

use super::hcl::{Block, Item, Value, read};
use crate::evidence::files::{Files, directory_of};
use crate::evidence::holes::hole;

/// More files of one module are not read.
const MOST: usize = 200;
/// Names of variables that tell the environment: their defaults are one of several.
const TELLING: [&str; 5] = [
    "env",
    "environment",
    "environment_name",
    "env_name",
    "stage",
];
/// References in references.
const DEEPEST: usize = 5;
/// Longer texts are not filled in, in bytes.
const LONGEST: usize = 64 * 1024;

/// What references stand for: `var.name`, `local.name`, `argocd_cluster.dev.name`.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<String, String>);

impl Known {
    /// What the files in a directory say.
    pub(super) fn of(directory: &str, files: &Files<'_>) -> Known {
        let prefix = match directory {
            "" => String::new(),
            directory => format!("{directory}/"),
        };
        let own = files
            .below(&prefix)
            .iter()
            .filter(|path| path.ends_with(".tf") && directory_of(path) == directory);
        let mut known = Known::default();
        for path in own.take(MOST) {
            let text = files.text(path).filter(|text| text.len() <= super::LARGEST);
            for block in text.iter().flat_map(|text| read(text)) {
                known.take(&block);
            }
        }
        known
    }

    fn take(&mut self, block: &Block) {
        let label = |at: usize| block.labels.get(at).map(String::as_str);
        match (block.kind.as_str(), label(0), label(1)) {
            ("variable", Some(name), None) if !TELLING.contains(&name) => {
                self.add(format!("var.{name}"), block.get("default"));
            }
            ("locals", ..) => {
                for item in &block.items {
                    if let Item::Attribute(local) = item {
                        self.add(format!("local.{}", local.name), Some(&local.value));
                    }
                }
            }
            ("resource", Some("argocd_cluster"), Some(name)) => {
                for key in ["name", "server"] {
                    self.add(format!("argocd_cluster.{name}.{key}"), block.get(key));
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, name: String, value: Option<&Value>) {
        let text = match value {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Other(written)) => format!("${{{written}}}"),
            _ => return,
        };
        if text.len() <= LONGEST {
            self.0.insert(name, text);
        }
    }

    /// A text with what its `${…}` stand for; others are parts that are not known.
    pub(super) fn filled(&self, text: &str) -> String {
        self.filled_at(text, 0)
    }

    fn filled_at(&self, text: &str, depth: usize) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            out += before;
            let end = end_of(behind);
            let (expression, after) = behind.split_at(end);
            rest = after.strip_prefix('}').unwrap_or(after);
            if out.len() > LONGEST {
                return out;
            }
            out += &self.reference_at(expression.trim(), depth);
        }
        out + rest
    }

    /// What an expression stands for, where it is a reference.
    pub(super) fn reference(&self, expression: &str) -> String {
        self.reference_at(expression, 0)
    }

    fn reference_at(&self, expression: &str, depth: usize) -> String {
        let is_own = |written: &str| written == format!("${{{expression}}}");
        match self.0.get(expression) {
            Some(written) if depth < DEEPEST && !is_own(written) => {
                self.filled_at(written, depth + 1)
            }
            _ => hole(&name_of(expression)),
        }
    }
}

/// Where `${` is closed.
fn end_of(text: &str) -> usize {
    let mut depth = 0usize;
    for (at, char) in text.char_indices() {
        match char {
            '{' => depth += 1,
            '}' if depth == 0 => return at,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// What an expression is called as a part that is not known: `var.name` is `name`.
fn name_of(expression: &str) -> String {
    let is_letter = |char: &char| char.is_ascii_alphanumeric() || "_-.".contains(*char);
    let name: String = expression.chars().take_while(is_letter).take(100).collect();
    match name.len() == expression.len() && !name.is_empty() {
        true => {
            let rest = ["var.", "local."]
                .iter()
                .find_map(|sign| name.strip_prefix(sign));
            rest.unwrap_or(&name).to_owned()
        }
        false => "computed".to_owned(),
    }
}
