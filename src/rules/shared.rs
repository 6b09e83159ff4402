//! Which environments of an app have the same secret in their values.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::sensitive::{Secret, Sensitive};
use crate::source::Source;

/// The secrets of an app's environments, put in order when a rule first asks.
#[derive(Debug)]
pub struct Shared<'a> {
    files: Vec<(&'a str, &'a Source)>,
    by_text: OnceLock<HashMap<&'a Secret, Vec<&'a str>>>,
}

impl<'a> Shared<'a> {
    /// Of these values files, each with the name of its environment, in the order of promotion.
    pub fn new(files: impl Iterator<Item = (&'a str, &'a Source)>) -> Self {
        Shared {
            files: files.collect(),
            by_text: OnceLock::new(),
        }
    }

    /// The environments beside one that have the same secret.
    pub(super) fn others(&self, sensitive: &Sensitive, environment: &str) -> Vec<&'a str> {
        let known = self.by_text.get_or_init(|| self.index());
        let all = known.get(sensitive.clear()).into_iter().flatten();
        all.copied().filter(|name| *name != environment).collect()
    }

    fn index(&self) -> HashMap<&'a Secret, Vec<&'a str>> {
        let mut known: HashMap<&Secret, Vec<&str>> = HashMap::new();
        for (name, source) in &self.files {
            let reported = source.sensitive().iter();
            for sensitive in reported.filter(|sensitive| sensitive.is_reported()) {
                let names = known.entry(sensitive.clear()).or_default();
                if names.last() != Some(name) {
                    names.push(name);
                }
            }
        }
        known
    }
}
