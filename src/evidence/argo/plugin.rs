//! What a plugin of Argo CD is given that runs helm: options in a variable or a parameter (`helm_args: -f values-prod.yaml`), and
//! lists of values files.
//!
//! <https://argo-cd.readthedocs.io/en/stable/operator-manual/config-management-plugins/>

use envlint_yaml::Node;

use super::spec::{HelmSource, Inline};
use crate::evidence::nodes::{items, text};
use crate::source::is_yaml;

/// Words in names of variables and parameters that tell that values files are listed.
const OF_VALUES: [&str; 2] = ["values", "valuefiles"];

/// Adds what the plugin of a source is given.
pub(super) fn add(source: &Node, evaluate: &dyn Fn(&str) -> Option<String>, helm: &mut HelmSource) {
    let variables = items(source, &["plugin", "env"]).iter();
    let variables = variables.filter_map(|entry| Some((entry, text(entry, &["value"])?)));
    let parameters = items(source, &["plugin", "parameters"]).iter();
    let parameters = parameters.flat_map(|entry| {
        let single = text(entry, &["string"]).into_iter();
        let listed = items(entry, &["array"]).iter().filter_map(Node::as_str);
        single.chain(listed).map(move |value| (entry, value))
    });
    for (entry, value) in variables.chain(parameters) {
        let name = text(entry, &["name"]).unwrap_or_default();
        let Some(value) = evaluate(value) else {
            helm.inline.push(Inline::Open);
            continue;
        };
        let words: Vec<&str> = value.split_whitespace().collect();
        let name = name.to_ascii_lowercase().replace(['_', '-'], "");
        if words.iter().any(|word| word.starts_with('-')) {
            helm.add_options(&words);
        } else if OF_VALUES.iter().any(|word| name.contains(word)) {
            helm.add_values(&value);
        }
    }
}

impl HelmSource {
    /// `-f values.yaml --set image.tag=v1`
    fn add_options(&mut self, words: &[&str]) {
        let mut words = words.iter().map(|word| word.trim_matches(['"', '\'']));
        while let Some(word) = words.next() {
            let (flag, joined) = match word.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag, Some(value)),
                _ => (word, None),
            };
            let mut value = || joined.or_else(|| words.next()).unwrap_or_default();
            match flag {
                "-f" | "--values" => {
                    let files = value().split(',').map(str::to_owned);
                    self.value_files.extend(files);
                }
                "--set" | "--set-string" | "--set-file" | "--set-json" => {
                    let name = value().split_once('=').map(|(name, _)| name.to_owned());
                    self.given.extend(name);
                }
                _ => {}
            }
        }
        self.has_helm = true;
    }

    /// Names of files, or values themselves.
    fn add_values(&mut self, value: &str) {
        let files: Vec<&str> = value
            .split([',', ' ', '\n'])
            .filter(|file| !file.is_empty())
            .collect();
        self.has_helm = true;
        match files.iter().all(|file| is_yaml(file)) {
            true => self
                .value_files
                .extend(files.into_iter().map(str::to_owned)),
            false => self.inline.push(Inline::Open),
        }
    }
}
