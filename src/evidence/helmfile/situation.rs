//! What is known when the texts of a helmfile are evaluated.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use envlint_yaml::{Map, Value};

use super::asked;
use crate::evidence::holes::hole;
use crate::evidence::template::{Data, Doubt, Evaluated, Evaluator, Failure};

/// What is known when the texts of a helmfile are evaluated.
#[derive(Debug, Default)]
pub(super) struct Situation {
    /// The environment.
    pub environment: String,
    /// The directory of the helmfile: the files that its texts read are named from there.
    directory: String,
    /// Values of the helmfile itself, below those of its environments: `values:` at its root.
    defaults: Map,
    /// `.Environment.Values`.
    values: Map,
    /// Whether some of the values are not known: they lie elsewhere, or are encrypted.
    pub lacks: bool,
    /// What a helmfile that takes this one in, or a command line, lays over them.
    over: Rc<Map>,
    evaluator: Rc<Evaluator>,
    /// All of them, made when they are first asked for.
    all: OnceCell<Map>,
    data: OnceCell<Data>,
}

impl Situation {
    /// The situation of a helmfile in a directory.
    pub(super) fn new(
        directory: &str,
        environment: &str,
        over: &Rc<Map>,
        evaluator: &Rc<Evaluator>,
    ) -> Situation {
        Situation {
            environment: environment.to_owned(),
            directory: directory.to_owned(),
            over: Rc::clone(over),
            evaluator: Rc::clone(evaluator),
            ..Situation::default()
        }
    }

    /// Lays values over those of the helmfile itself.
    pub(super) fn add_defaults(&mut self, values: Map) {
        if !values.is_empty() {
            lay_over(&mut self.defaults, values);
            self.forget();
        }
    }

    /// Lays values over those of the environment.
    pub(super) fn add_values(&mut self, values: Map) {
        if !values.is_empty() {
            lay_over(&mut self.values, values);
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.all.take();
        self.data.take();
    }

    fn own(&self) -> Map {
        let mut own = self.values.clone();
        lay_over(&mut own, (*self.over).clone());
        own
    }

    /// `.Values`. helmfile: pkg/environment, `GetMergedValues`
    pub(super) fn all(&self) -> &Map {
        self.all.get_or_init(|| {
            let mut all = self.defaults.clone();
            lay_over(&mut all, self.own());
            all
        })
    }

    fn data(&self) -> &Data {
        self.data
            .get_or_init(|| self.data_of(&self.own(), self.all()))
    }

    fn data_of(&self, own: &Map, all: &Map) -> Data {
        self.evaluator.spend(count(own) + count(all));
        let all = Data::of(all);
        let environment = Data::default()
            .with_text("Name", &self.environment)
            .with_text("KubeContext", &hole("KubeContext"))
            .with("Values", &Data::of(own));
        Data::default()
            .with("Environment", &environment)
            .with("Values", &all)
            .with("StateValues", &all)
            .with_text("Namespace", "")
    }

    /// What a text may be besides, where values that are not known give what it asks for and the known ones lack.
    pub(super) fn alternatives(&self, text: &str, release: Option<&Data>) -> Vec<Doubt> {
        if !self.lacks || !text.contains("Values") {
            return Vec::new();
        }
        let (mut own, mut all) = (self.own(), self.all().clone());
        let mut given = BTreeSet::new();
        for path in asked::paths(text) {
            asked::give(&mut own, &path);
            if asked::give(&mut all, &path) {
                given.insert(path.join("."));
            }
        }
        let mut data = self.data_of(&own, &all);
        if let Some(release) = release {
            data = data.with("Release", release);
        }
        self.evaluator
            .alternatives(text, &self.directory, &data, &given)
    }

    /// A text, evaluated; with what is known of the release, where it is one of a release.
    pub(super) fn text(&self, text: &str, release: Option<&Data>) -> String {
        match self.evaluated(text, release) {
            Ok(evaluated) => evaluated.text,
            Err(_) => self.lenient(text),
        }
    }

    /// The text of a file with values in a directory, evaluated as far as it goes.
    pub(super) fn file_text(&self, directory: &str, text: &str) -> String {
        match self.file(directory, text, None) {
            Ok(evaluated) => evaluated.text,
            Err(_) => self.lenient(text),
        }
    }

    /// A text of the helmfile, evaluated, or why it cannot be.
    pub(super) fn evaluated(
        &self,
        text: &str,
        release: Option<&Data>,
    ) -> Result<Evaluated, Failure> {
        self.file(&self.directory, text, release)
    }

    /// The text of a file in a directory, evaluated, or why it cannot be. helmfile: pkg/state/envvals_loader.go
    pub(super) fn file(
        &self,
        directory: &str,
        text: &str,
        release: Option<&Data>,
    ) -> Result<Evaluated, Failure> {
        self.evaluator.evaluate(text, directory, || match release {
            Some(release) => self.data().with("Release", release),
            None => self.data().clone(),
        })
    }

    /// A template that cannot be evaluated, as far as its texts go: lines of control are left out, and what is not known is
    /// open.
    pub(super) fn lenient(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for line in text.lines() {
            let trimmed = line.trim();
            if trimmed.starts_with("{{") && trimmed.ends_with("}}") {
                continue;
            }
            let mut rest = line;
            while let Some((before, after)) = rest.split_once("{{") {
                out += before;
                let Some((action, behind)) = after.split_once("}}") else {
                    rest = "";
                    break;
                };
                out += &match action.trim_matches(['-', ' ']) {
                    ".Environment.Name" => self.environment.clone(),
                    _ => hole("value"),
                };
                rest = behind;
            }
            out += rest;
            out.push('\n');
        }
        out
    }
}

/// The number of values, those in them included.
fn count(map: &Map) -> u64 {
    let each = map.values().map(|value| match value {
        Value::Map(map) => 1 + count(map),
        Value::Seq(items) => 1 + items.len() as u64,
        _ => 1,
    });
    each.sum()
}

/// Lays values over others: maps are merged, all else is replaced.
pub(super) fn lay_over(below: &mut Map, above: Map) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Map(below)), Value::Map(above)) => lay_over(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_evaluated_is_read_as_far_as_it_goes() {
        let situation = Situation {
            environment: "prod".to_owned(),
            ..Situation::default()
        };
        let text = "releases:\n{{ range nothing }}\n- name: shop\n  values: [\"{{ .Environment.Name }}.yaml\"]\n{{ end }}\n";
        assert_eq!(
            situation.lenient(text),
            "releases:\n- name: shop\n  values: [\"prod.yaml\"]\n"
        );
    }
}
