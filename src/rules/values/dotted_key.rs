//! `values/dotted-key`.

use envlint_yaml::Segment;

use crate::masking::{Name, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Confidence;

rule! {
    /// A key of values has dots where maps were meant.
    ///
    /// ## What it does
    ///
    /// Reports single values at the top of the values whose key is a path, `persistence.enabled: false`, where the app is deployed
    /// with a chart that is not in the workspace. Where it is, `values/unused` says what no template reads.
    ///
    /// Only keys of words count. What is in a map may have such keys for a reason: settings of Spark, labels, files of a
    /// ConfigMap.
    ///
    /// ## Why it matters
    ///
    /// `--set` takes a dot for a map, a values file does not: Helm reads one key with a dot in it, which no template asks for,
    /// and the chart keeps its default.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// persistence.enabled: false
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// persistence:
    ///   enabled: false
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: the format of `--set`](https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set)
    "values/dotted-key", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (row, _) in cx.rows() {
        let [Segment::Key(key)] = row.path.segments() else {
            continue;
        };
        if !is_path(key) {
            continue;
        }
        for (index, tree) in row.values() {
            let (Some(values), Some(value)) = (cx.environments.get(index), row.located(index))
            else {
                continue;
            };
            let deployment = cx.app.deployment(values.name());
            let is_of_helm =
                deployment.is_some_and(|known| known.chart.is_some() || known.release.is_some());
            let is_open =
                is_of_helm && values.chart.is_none() && values.file.is_written_in(tree.source());
            if !is_open || tree.as_scalar().is_none() {
                continue;
            }
            let message = text!("Helm reads `{}` as one key with a dot", value.path());
            let nested = key.split('.').collect::<Vec<_>>().join(": {");
            let ends = "}".repeat(key.matches('.').count());
            let help = text!("write it as maps: `{}: …{}`", Name(&nested), ends);
            let finding = out.written(cx, values, &value, message).help(help);
            let finding = finding.confidence(Confidence::Medium);
            out.push(finding.once("dotted", ", so the chart keeps its default"));
        }
    }
}

/// Whether a key is a path of `--set`: words with dots between them. The name of a file is none.
fn is_path(key: &str) -> bool {
    const FILES: [&str; 9] = [
        "conf",
        "ini",
        "json",
        "properties",
        "sh",
        "toml",
        "txt",
        "yaml",
        "yml",
    ];
    let is_word = |word: &str| {
        word.starts_with(|char: char| char.is_ascii_lowercase())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let words: Vec<&str> = key.split('.').collect();
    words.len() > 1
        && words.iter().all(|word| is_word(word))
        && words.last().is_none_or(|last| !FILES.contains(last))
}

#[cfg(test)]
mod tests {
    use super::is_path;

    #[test]
    fn paths_are_words_with_dots() {
        for (key, expected) in [
            ("persistence.enabled", true),
            ("image.tag", true),
            ("server.config.logLevel", true),
            ("application.properties", false),
            ("example.com/role", false),
            ("v1.2", false),
            ("nginx.conf", false),
            ("enabled", false),
        ] {
            assert_eq!(is_path(key), expected, "{key}");
        }
    }
}
