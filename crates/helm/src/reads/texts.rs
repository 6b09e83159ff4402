//! Texts that `tpl` may execute: those of values, and of files that a chart has for `.Files`.

use std::collections::BTreeSet;
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_gotemplate::parse_trees;
use envlint_gotemplate::tree::Template;
use envlint_yaml::{Kind, Node, Origin};

use crate::chart::Chart;
use crate::functions::registry;
use crate::layer::Layer;

/// More values than any chart has: aliases make many of few.
const MOST_NODES: u64 = 1_000_000;
/// Larger files hold data.
const LONGEST: usize = 200_000;

/// Texts that have something of a template in them, each once.
#[derive(Debug, Default)]
pub(super) struct Texts(BTreeSet<String>);

/// The texts in the default values of a chart and of those in it, and in their files.
pub(super) fn of_chart(chart: &Chart) -> Texts {
    let mut texts = Texts::default();
    texts.add_chart(chart);
    texts
}

/// The texts in values files.
pub(super) fn of_layers<'l>(layers: impl Iterator<Item = &'l Layer>) -> Texts {
    let mut texts = Texts::default();
    for layer in layers {
        texts.add_layer(layer);
    }
    texts
}

impl Texts {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The templates in them.
    pub(super) fn trees(&self) -> Vec<Arc<Template>> {
        self.0.iter().flat_map(|text| parse(text)).collect()
    }

    fn add_chart(&mut self, chart: &Chart) {
        if let Some(layer) = &chart.values {
            self.add_layer(layer);
        }
        for file in &chart.files {
            let name = file.name().to_ascii_lowercase();
            let is_for_people = name.contains("readme") || name.ends_with(".md");
            if !is_for_people && file.data().len() <= LONGEST {
                self.add(&file.text());
            }
        }
        for chart in &chart.dependencies {
            self.add_chart(chart);
        }
    }

    fn add_layer(&mut self, layer: &Layer) {
        let mut open: Vec<&Node> = layer.document().documents().iter().collect();
        let left = Budget::new(MOST_NODES);
        while let Some(node) = open.pop() {
            // What an alias stands for was seen at its anchor.
            if !left.spend(1) || node.origin() == Origin::Alias {
                continue;
            }
            match node.kind() {
                Kind::Scalar(scalar) => self.add(scalar.text()),
                Kind::Sequence(items) => open.extend(items),
                Kind::Mapping(mapping) => {
                    for (key, value) in mapping.iter() {
                        self.add(key.text());
                        open.push(value);
                    }
                }
            }
        }
    }

    fn add(&mut self, text: &str) {
        if text.contains("{{") || text.contains(VALUES) {
            self.0.insert(text.to_owned());
        }
    }
}

const VALUES: &str = ".Values.";

/// The templates that a text is, or the values that it names: a template may put braces around it.
pub(super) fn parse(text: &str) -> Vec<Arc<Template>> {
    let trees = |text: &str| parse_trees("", text, &registry());
    match trees(text) {
        Ok(trees) if text.contains("{{") => trees,
        _ => {
            let named = text.split(VALUES).skip(1).filter_map(|rest| {
                let is_inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
                let end = rest.find(|c| !is_inside(c)).unwrap_or(rest.len());
                let path = rest.get(..end)?.trim_end_matches('.');
                trees(&format!("{{{{ {VALUES}{path} }}}}")).ok()
            });
            named.flatten().collect()
        }
    }
}
