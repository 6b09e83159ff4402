//! The environment without a name next to others: `default`, which helmfile takes where no command says one.

use std::rc::Rc;

use envlint_yaml::{Node, Value};

use super::state::State;
use super::walk::{Step, Walk};
use super::{DEFAULT, Known};
use crate::evidence::claim::{Claim, MissingFile};
use crate::naming::word_in;

impl Walk<'_, '_> {
    /// Whether the environment without a name has values that no other one has, and so is deployed for itself.
    pub(super) fn has_own_default(&self, known: &Known<'_>) -> bool {
        let of = |name: &str| {
            let file = known.file;
            State::of(&file.path, &file.text, name, &Rc::default(), self.reader).files
        };
        let is_declared = known.environments.iter().any(|name| name == DEFAULT);
        let mut others = known.environments.iter().filter(|name| *name != DEFAULT);
        is_declared && {
            let first = others.next().map(|name| of(name)).unwrap_or_default();
            let is_own = |path: &String| !first.contains(path) && self.holds_values(path);
            of(DEFAULT).iter().any(is_own)
        }
    }

    /// Whether a file of an environment says anything.
    fn holds_values(&self, path: &str) -> bool {
        let text = self.reader.text(path).unwrap_or_default();
        let document = self.reader.document(&text);
        match document.root().map(Node::to_value) {
            Some(Value::Map(map)) => !map.is_empty(),
            Some(Value::Null) | None => !document.errors().is_empty(),
            Some(_) => true,
        }
    }

    /// Reads a helmfile for the environment without a name, which no command asks for. Where its releases name files of that
    /// environment and none is there, nobody deploys it: helmfile refuses to.
    pub(super) fn try_default(&mut self, step: Step<'_>) {
        let (claims, unread) = (self.said.claims.len(), self.said.unread.len());
        let missing = self.said.missing.len();
        self.step(step);
        let is_own = |path: &str| word_in(path, DEFAULT).is_some();
        let mut lacking = self.said.missing.iter().skip(missing);
        let mut new = self.said.claims.iter().skip(claims);
        let has_own = |claim: &Claim| {
            let layers = claim.layers.iter().map(|layer| &layer.path);
            let mut files = layers.chain(claim.also.iter().map(|evidence| &evidence.file));
            files.any(|path| is_own(path))
        };
        let lacks_own = |missing: &MissingFile| is_own(&missing.path);
        if lacking.any(lacks_own) && !new.any(has_own) {
            self.said.claims.truncate(claims);
            self.said.unread.truncate(unread);
            self.said.missing.truncate(missing);
        }
    }
}
