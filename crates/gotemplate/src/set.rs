//! Templates that know each other by name (Go: `template.Template` with its associated templates).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::error::Error;
use crate::function::Functions;
use crate::parse;
use crate::strconv::quote;
use crate::tree::Template;
use crate::value::GoString;

/// What a field access does when a map lacks the key (Go: the option `missingkey`).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum MissingKey {
    /// Go's `default`: no value, printed as `<no value>`
    #[default]
    NoValue,
    /// Go's `zero`: the zero value of the map's element type
    Zero,
    /// Go's `error`: execution ends
    Error,
}

/// A set of templates, the functions they are parsed with, and the option `missingkey`.
///
/// A set is `Send` and `Sync` and shared by executions. [`extend`](TemplateSet::extend) makes a set that sees all
/// templates of another and adds its own, in no time: that is what Go programs use `Clone` for.
#[derive(Clone, Debug)]
pub struct TemplateSet {
    name: Arc<str>,
    functions: Arc<Functions>,
    missing_key: MissingKey,
    own: HashMap<Arc<str>, Arc<Template>>,
    parent: Option<Arc<TemplateSet>>,
}

impl TemplateSet {
    /// An empty set. The name is that of Go's first template; only a message about a missing template shows it.
    pub fn new(name: &str, functions: Arc<Functions>) -> TemplateSet {
        TemplateSet {
            name: name.into(),
            functions,
            missing_key: MissingKey::default(),
            own: HashMap::new(),
            parent: None,
        }
    }

    /// Sets the option `missingkey`.
    #[must_use]
    pub fn with_missing_key(mut self, missing_key: MissingKey) -> TemplateSet {
        self.missing_key = missing_key;
        self
    }

    /// A set that sees the templates of this one; what is added to it stays its own.
    pub fn extend(self: &Arc<TemplateSet>) -> TemplateSet {
        TemplateSet {
            name: self.name.clone(),
            functions: self.functions.clone(),
            missing_key: self.missing_key,
            own: HashMap::new(),
            parent: Some(self.clone()),
        }
    }

    /// The name of the set.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The functions.
    pub fn functions(&self) -> &Arc<Functions> {
        &self.functions
    }

    /// The option `missingkey`.
    pub fn missing_key(&self) -> MissingKey {
        self.missing_key
    }

    /// Parses a text, adds the templates that it defines, and returns the one of the text itself.
    ///
    /// A template that is nothing but space replaces none: the one that is returned is then not the one of the set.
    ///
    /// # Errors
    /// Go's message for the first mistake; nothing is added then.
    pub fn parse(&mut self, name: &str, text: impl Into<GoString>) -> Result<Arc<Template>, Error> {
        let trees = parse_trees(name, text, &self.functions)?;
        let mut main = None;
        for tree in trees {
            if tree.name() == name {
                main = Some(tree.clone());
            }
            self.add(tree);
        }
        main.ok_or_else(|| Error::new(format!("template {} has no text", quote(name))))
    }

    /// Adds a template, in place of one of the same name unless it is nothing but space (Go: `AddParseTree`).
    ///
    /// The tree must come from a parse with the functions of this set.
    pub fn add(&mut self, tree: Arc<Template>) {
        if tree.is_empty() && self.lookup(tree.name()).is_some() {
            return;
        }
        self.own.insert(tree.name.clone(), tree);
    }

    /// The template of a name.
    pub fn lookup(&self, name: &str) -> Option<&Arc<Template>> {
        std::iter::successors(Some(self), |set| set.parent.as_deref())
            .find_map(|set| set.own.get(name))
    }

    /// The names of all templates, sorted.
    pub fn names(&self) -> BTreeSet<&str> {
        std::iter::successors(Some(self), |set| set.parent.as_deref())
            .flat_map(|set| set.own.keys().map(|name| name.as_ref()))
            .collect()
    }
}

/// Parses a text into the template of that name and those that it defines, without a set: to be parsed once and
/// [added](TemplateSet::add) to many.
///
/// # Errors
/// Go's message for the first mistake.
pub fn parse_trees(
    name: &str,
    text: impl Into<GoString>,
    functions: &Functions,
) -> Result<Vec<Arc<Template>>, Error> {
    Ok(parse::parse(name, text.into(), functions)?
        .into_iter()
        .map(Arc::new)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn check(set: &Arc<TemplateSet>, name: &str, expected: &str) {
        let out = set.execute(name, "D".into(), &mut (), Limits::default());
        let shown = match out {
            Ok(out) => String::from_utf8_lossy(&out).into_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn an_empty_template_replaces_none() {
        let mut set = TemplateSet::new("root", Arc::default());
        set.parse("a", "{{define `x`}}one{{end}}A").unwrap();
        set.parse("b", "{{define `x`}}  {{/* nothing */}}{{end}}B")
            .unwrap();
        let main = set.parse("a", " \n").unwrap();
        assert!(main.is_empty());
        set.parse("c", "{{define `y`}}{{end}}").unwrap();
        set.parse("d", "{{define `y`}}two{{end}}").unwrap();
        let set = Arc::new(set);
        for (name, expected) in [
            ("a", "A"),
            ("x", "one"),
            ("y", "two"),
            ("c", ""),
            ("b", "B"),
        ] {
            check(&set, name, expected);
        }
        check(
            &set,
            "z",
            "template: no template \"z\" associated with template \"root\"",
        );
    }

    #[test]
    fn an_extension_is_seen_from_inside_only() {
        let mut base = TemplateSet::new("root", Arc::default());
        base.parse("a", "{{template `x` .}}{{define `x`}}base {{.}}{{end}}")
            .unwrap();
        let base = Arc::new(base);
        let mut extended = base.extend();
        extended
            .parse("b", "{{define `x`}}own {{.}}{{end}}{{template `a` .}}")
            .unwrap();
        let extended = Arc::new(extended);
        check(&extended, "b", "own D");
        check(&extended, "a", "own D");
        check(&base, "a", "base D");
        assert!(base.lookup("b").is_none());
    }

    #[test]
    fn sets_are_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<TemplateSet>();
        shared::<Template>();
        shared::<Error>();
    }
}
