//! `values:` of an app: one file, or several that are laid over each other.

use std::fmt;

use envlint_yaml::{Span, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

/// How many layers an environment may have; charts that are deployed with many have a dozen.
const MOST: usize = 200;

/// The values files of each environment: one, or a list, the lowest first. The last one is the environment's own.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum LayerPaths {
    /// The environment's own file.
    One(String),
    /// Layers, the lowest first, as `helm -f` takes them; the last one is the environment's own file.
    Several(#[schemars(length(min = 1, max = 200))] Vec<Spanned<String>>),
}

impl LayerPaths {
    /// The layers, the lowest first; `span` is the place of a single one.
    pub fn list(&self, span: Span) -> Vec<Spanned<String>> {
        match self {
            LayerPaths::One(path) => vec![Spanned::new(path.clone(), span)],
            LayerPaths::Several(paths) => paths.clone(),
        }
    }
}

impl<'de> Deserialize<'de> for LayerPaths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LayersVisitor)
    }
}

struct LayersVisitor;

impl<'de> Visitor<'de> for LayersVisitor {
    type Value = LayerPaths;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the path of a values file, or a list of them, the lowest first")
    }

    fn visit_str<E: Error>(self, path: &str) -> Result<LayerPaths, E> {
        Ok(LayerPaths::One(path.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<LayerPaths, A::Error> {
        let mut paths = Vec::new();
        while let Some(path) = list.next_element()? {
            paths.push(path);
        }
        match paths.len() {
            0 => Err(A::Error::invalid_length(0, &"at least one values file")),
            1..=MOST => Ok(LayerPaths::Several(paths)),
            many => Err(A::Error::invalid_length(many, &"at most 200 values files")),
        }
    }
}
