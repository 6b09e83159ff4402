//! What is known when the texts of a helmfile are evaluated.

use envlint_yaml::{Map, Value};

use crate::evidence::holes::hole;
use crate::evidence::template::try_evaluate;

/// What is known when the texts of a helmfile are evaluated.
#[derive(Debug, Clone, Default)]
pub(super) struct Situation {
    /// The environment.
    pub environment: String,
    /// Values of the helmfile itself, below those of its environments: `values:` at its root.
    pub defaults: Map,
    /// `.Environment.Values`.
    pub values: Map,
    /// What a helmfile that takes this one in, or a command line, lays over them.
    pub over: Map,
}

impl Situation {
    /// `.Values`. helmfile: pkg/environment, `GetMergedValues`
    pub(super) fn all(&self) -> Map {
        let mut all = self.defaults.clone();
        lay_over(&mut all, self.values.clone());
        lay_over(&mut all, self.over.clone());
        all
    }

    fn data(&self) -> Map {
        let mut own = self.values.clone();
        lay_over(&mut own, self.over.clone());
        let mut all = self.defaults.clone();
        lay_over(&mut all, own.clone());
        let environment: Map = [
            ("Name".to_owned(), Value::String(self.environment.clone())),
            ("KubeContext".to_owned(), Value::String(hole("KubeContext"))),
            ("Values".to_owned(), Value::Map(own)),
        ]
        .into_iter()
        .collect();
        [
            ("Environment".to_owned(), Value::Map(environment)),
            ("Values".to_owned(), Value::Map(all.clone())),
            ("StateValues".to_owned(), Value::Map(all)),
            ("Namespace".to_owned(), Value::String(String::new())),
        ]
        .into_iter()
        .collect()
    }

    /// A text, evaluated; with what is known of the release, where it is one of a release.
    pub(super) fn text(&self, text: &str, release: Option<&Map>) -> String {
        let evaluated = self.evaluated(text, release);
        evaluated.unwrap_or_else(|_| self.lenient(text))
    }

    /// A text, evaluated, or why it cannot be.
    pub(super) fn evaluated(&self, text: &str, release: Option<&Map>) -> Result<String, String> {
        if !text.contains("{{") {
            return Ok(text.to_owned());
        }
        let mut data = self.data();
        if let Some(release) = release {
            data.insert("Release".to_owned(), Value::Map(release.clone()));
        }
        try_evaluate(text, &data)
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
