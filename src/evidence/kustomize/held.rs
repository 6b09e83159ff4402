//! The patches of a kustomization, held against the objects that it builds.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use envlint_budget::Budget;
use envlint_yaml::Node;

use super::broken::InVain;
use super::build::Step;
use super::patch::Patch;
use crate::evidence::nodes::text;
use crate::source::nearest;

/// What is for one object, or a target for several: a document of a patch, or all of it.
pub(super) struct Part<'s> {
    pub patch: &'s Patch,
    /// None where a target tells what the patch is for.
    document: Option<&'s Node>,
    /// Whether it changes any of the objects.
    pub is_matched: bool,
}

impl<'s> Part<'s> {
    fn all_of(patch: &'s Patch) -> Vec<Part<'s>> {
        let part = |document| Part {
            patch,
            document,
            is_matched: false,
        };
        match patch.target {
            Some(_) => vec![part(None)],
            None => {
                let documents = patch.document.documents().iter();
                let documents = documents.filter(|document| !document.is_null());
                documents.map(|document| part(Some(document))).collect()
            }
        }
    }

    /// The kind and the name that it is for.
    fn wanted(&self) -> (Option<String>, Option<String>) {
        match self.document {
            None => self.patch.wanted(),
            Some(part) => {
                let text = |keys: &[&str]| text(part, keys).map(str::to_owned);
                (text(&["kind"]), text(&["metadata", "name"]))
            }
        }
    }

    /// The kind and the name of the object that it is for, where it is for one.
    fn one(&self) -> Option<(String, String)> {
        let (kind, name) = self.wanted();
        let is_literal = |text: &String| self.document.is_some() || !text.contains(SIGNS);
        kind.filter(is_literal).zip(name.filter(is_literal))
    }

    fn api(&self) -> Option<&str> {
        text(self.document?, &["apiVersion"])
    }

    /// Whether it changes an object of its kind and name.
    fn changes(&self, kind: &str, names: &[String], object: &Node) -> bool {
        match self.document {
            None => !self.patch.parts(kind, names, object).is_empty(),
            // Kustomize: api/resmap, `GetById`: group and version are those of the object.
            Some(_) => {
                let own = text(object, &["apiVersion"]);
                self.api()
                    .zip(own)
                    .is_none_or(|(wanted, own)| wanted == own)
            }
        }
    }
}

/// Signs of regular expressions.
const SIGNS: [char; 11] = ['*', '|', '+', '(', '[', '?', '.', '^', '$', '{', '\\'];

/// The objects that the patches of a directory were held against.
pub(super) struct Seen<'s> {
    own: &'s Arc<Step>,
    pub parts: Vec<Part<'s>>,
    /// Those that are for one object, by its kind and its name.
    by_object: HashMap<(String, String), Vec<usize>>,
    /// Those that may be for several.
    others: Vec<usize>,
    /// The names of the objects, by their kinds.
    objects: BTreeMap<String, BTreeSet<String>>,
}

impl<'s> Seen<'s> {
    pub(super) fn new(own: &'s Arc<Step>) -> Seen<'s> {
        let parts: Vec<Part<'_>> = own.patches.iter().flat_map(Part::all_of).collect();
        let mut by_object: HashMap<_, Vec<usize>> = HashMap::new();
        let mut others = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            match part.one() {
                Some(object) => by_object.entry(object).or_default().push(at),
                None if part.document.is_none() => others.push(at),
                None => {}
            }
        }
        Seen {
            own,
            parts,
            by_object,
            others,
            objects: BTreeMap::new(),
        }
    }

    /// Takes an object that is changed by steps. False where it is a list of others, nothing tells its name, or nothing is left
    /// of the budget.
    pub(super) fn look(&mut self, object: &Node, steps: &[Arc<Step>], budget: &Budget) -> bool {
        let Some(kind) = text(object, &["kind"]) else {
            return object.is_null();
        };
        let Some(mut name) = text(object, &["metadata", "name"]).map(str::to_owned) else {
            return false;
        };
        let mut names = vec![name.clone()];
        for step in steps {
            if Arc::ptr_eq(step, self.own) && !self.hold(kind, &names, object, budget) {
                return false;
            }
            name = format!("{}{name}{}", step.prefix, step.suffix);
            names.push(name.clone());
        }
        let of_kind = self.objects.entry(kind.to_owned()).or_default();
        of_kind.insert(name);
        true
    }

    /// Holds the patches that may be for an object against it.
    fn hold(&mut self, kind: &str, names: &[String], object: &Node, budget: &Budget) -> bool {
        let known = names.iter().filter_map(|name| {
            let key = (kind.to_owned(), name.clone());
            self.by_object.get(&key)
        });
        for at in known.flatten().chain(&self.others) {
            let Some(part) = self.parts.get_mut(*at).filter(|part| !part.is_matched) else {
                continue;
            };
            if !budget.spend(1) {
                return false;
            }
            part.is_matched = part.changes(kind, names, object);
        }
        true
    }

    /// What is said of a patch that changes none of them; nothing where it is not for one object that is known. Kustomize makes
    /// ConfigMaps and Secrets itself.
    pub(super) fn said_of(&self, part: &Part<'_>, budget: &Budget) -> Option<InVain> {
        let mut errors = part.patch.document.errors().iter();
        let (kind, name) = one_of(part)?;
        if errors.any(|error| error.is_fatal()) {
            return None;
        }
        let of_kind = self.objects.get(&kind);
        let is_there = of_kind.is_some_and(|names| names.contains(&name));
        let names = of_kind.into_iter().flatten().map(String::as_str);
        let near = match is_there || !budget.spend(of_kind.map_or(0, BTreeSet::len) as u64) {
            true => None,
            false => nearest(&name, names),
        };
        Some(InVain::Unmatched {
            near: near.map(str::to_owned),
            kind: match part.api().filter(|_| is_there) {
                Some(api) => format!("{api} {kind}"),
                None => kind,
            },
            name,
            is_refused: part.document.is_some(),
        })
    }
}

/// The kind and the name of the object that a patch is for, where it is for one and another than Kustomize makes itself.
fn one_of(part: &Part<'_>) -> Option<(String, String)> {
    let (kind, name) = part.wanted();
    let name = name.filter(|name| !name.contains(['*', '|', '+', '(', '[', '?']));
    let kind = kind.filter(|kind| !matches!(kind.as_str(), "ConfigMap" | "Secret"));
    kind.zip(name)
}

#[cfg(test)]
mod tests {
    use envlint_yaml::{Document, Span};

    use super::*;

    #[test]
    fn a_patch_is_held_against_its_own_object_alone() {
        let text: Vec<String> = (0..500)
            .map(|number| {
                format!("apiVersion: v1\nkind: Service\nmetadata: {{name: p.{number}}}\n")
            })
            .collect();
        let patch = Patch {
            file: "p.yaml".to_owned(),
            named: Span::new(0, 1),
            document: Arc::new(Document::parse(text.join("---\n"))),
            is_placed: true,
            target: None,
        };
        let step = Arc::new(Step {
            patches: vec![patch],
            ..Step::default()
        });
        let mut seen = Seen::new(&step);
        let (budget, near) = (Budget::new(10_000), Budget::new(10_000));
        let text = text.join("---\n").replace("name: p", "name: o") + "---\n" + &text[0];
        let objects = Document::parse(text);
        for object in objects.documents() {
            assert!(seen.look(object, &[Arc::clone(&step)], &budget));
        }
        assert_eq!(budget.left(), 9_999);
        let unmatched = seen.parts.iter().filter(|part| !part.is_matched);
        let said = unmatched.filter_map(|part| seen.said_of(part, &near));
        assert_eq!(said.count(), 499);
        assert!(near.is_spent(), "no more names are compared");
    }
}
