//! The values that a template is given: those of the list, laid over each other, each with its place.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use envlint_yaml::{Mapping, Node, Path, Span};

use super::Fleet;
use crate::source::Source;

/// The values of an app in an environment. Maps are laid over each other, anything else is replaced; the order is that in
/// which the list names the keys first.
#[derive(Debug, Default)]
pub struct Settings<'n> {
    entries: Vec<(&'n str, Span, Setting<'n>)>,
    /// Which of the entries a key has.
    numbers: HashMap<&'n str, usize>,
}

/// A value of the list.
#[derive(Debug)]
pub enum Setting<'n> {
    /// A map, of all layers.
    Map(Settings<'n>),
    /// Anything else, as one layer has it.
    Value(&'n Node),
}

impl Fleet {
    /// The values of the list, each map once: those of the apps without mistakes, and of what these share.
    pub fn values(&self) -> Vec<&Node> {
        let layers = self.items.iter().flat_map(|item| &item.layers);
        let layers: HashSet<&Path> = layers.collect();
        let maps = layers.into_iter().filter_map(|layer| {
            let map = self.list.document.get(layer)?.as_mapping()?;
            let own = map.get("perEnvironment").and_then(Node::as_mapping);
            let own = own.into_iter().flat_map(Mapping::iter);
            Some(
                map.get("values")
                    .into_iter()
                    .chain(own.map(|(_, node)| node)),
            )
        });
        maps.flatten().collect()
    }
}

impl<'n> Settings<'n> {
    /// The values at some places of a list, the lowest first.
    pub(super) fn of(list: &'n Arc<Source>, layers: &[Path], environment: &str) -> Settings<'n> {
        let mut settings = Settings::default();
        for layer in layers {
            let map = list.document.get(layer).and_then(Node::as_mapping);
            let values = map.and_then(|map| map.get("values")?.as_mapping());
            let own = map.and_then(|map| {
                map.get("perEnvironment")?
                    .as_mapping()?
                    .get(environment)?
                    .as_mapping()
            });
            for map in values.into_iter().chain(own) {
                settings.lay(map);
            }
        }
        settings
    }

    fn lay(&mut self, map: &'n Mapping) {
        for (key, node) in map.iter() {
            let (name, span) = (key.text(), key.span());
            let known = self.numbers.get(name).copied();
            let known = known.and_then(|number| self.entries.get_mut(number));
            match (known, node.as_mapping()) {
                (Some((_, place, Setting::Map(below))), Some(map)) => {
                    *place = span;
                    below.lay(map);
                }
                (Some(entry), map) => *entry = (name, span, Setting::of(node, map)),
                (None, map) => {
                    self.numbers.insert(name, self.entries.len());
                    self.entries.push((name, span, Setting::of(node, map)));
                }
            }
        }
    }

    /// The keys, where each is written that counts, and the values, in order.
    pub fn iter(&self) -> impl Iterator<Item = &(&'n str, Span, Setting<'n>)> {
        self.entries.iter()
    }

    fn get(&self, key: &str) -> Option<&(&'n str, Span, Setting<'n>)> {
        self.entries.get(*self.numbers.get(key)?)
    }

    /// Where the value of these keys is written, or of as many of them as there are; none when not even the first one is.
    pub fn place<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Option<Span> {
        let mut here = Some(self);
        let mut place = None;
        for key in keys {
            let found = here.and_then(|map| map.get(key));
            let Some((_, span, value)) = found else { break };
            place = Some(*span);
            here = match value {
                Setting::Map(below) => Some(below),
                Setting::Value(_) => None,
            };
        }
        place
    }
}

impl<'n> Setting<'n> {
    fn of(node: &'n Node, map: Option<&'n Mapping>) -> Setting<'n> {
        match map {
            Some(map) => {
                let mut settings = Settings::default();
                settings.lay(map);
                Setting::Map(settings)
            }
            None => Setting::Value(node),
        }
    }
}
