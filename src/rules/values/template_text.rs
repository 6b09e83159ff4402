//! `values/template-text`.

use crate::masking::{Said, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::values::{Located, Tree};

rule! {
    /// A value is the text of a template, and nothing renders it.
    ///
    /// ## What it does
    ///
    /// Reports values with an action of Helm in them (`{{ .Values.… }}`, `{{ .Release.Name }}`) that the manifests of the
    /// environment hold as they are: no template of the chart renders the value with `tpl`. And values with an action of
    /// helmfile (`{{ .Environment.Name }}`, `{{ .StateValues.… }}`) in a file that helmfile does not render, since its name does
    /// not end with `.gotmpl`.
    ///
    /// ## Why it matters
    ///
    /// Helm does not render values files. The object gets the text with its braces: a storage class, a host or an image of that
    /// name, which nobody has.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// global: {storageClass: fast}
    /// cache:
    ///   storageClass: "{{ .Values.global.storageClass }}"
    /// ```
    ///
    /// ## Use instead
    ///
    /// Write the value, let the chart's template read the other one, or let it render the text: `{{ tpl .Values.cache.storageClass . }}`.
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// cache:
    ///   storageClass: fast
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: using the `tpl` function](https://helm.sh/docs/howto/charts_tips_and_tricks/#using-the-tpl-function)
    /// - [helmfile: templating](https://helmfile.readthedocs.io/en/latest/templating/)
    "values/template-text", Error, Check::App(check)
}

/// What actions of Helm speak of.
const OF_HELM: [&str; 4] = [".Values.", ".Release.", ".Chart.", ".Capabilities."];
/// What actions of helmfile speak of, and no template of Helm.
const OF_HELMFILE: [&str; 2] = [".Environment.", ".StateValues."];

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for (row, _) in cx.rows() {
        for (index, tree) in row.values() {
            let (Some(values), Some(value)) = (cx.environments.get(index), row.located(index))
            else {
                continue;
            };
            if values.file.is_written_in(tree.source()) {
                look(cx, values, &value, out);
            }
        }
    }
}

fn look(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    value: &Located<'_>,
    out: &mut Reporter<'_>,
) {
    let Some(written) = value.tree().as_str() else {
        for child in value.children() {
            look(cx, values, &child, out);
        }
        return;
    };
    let Some(action) = action(written).filter(|action| is_left(cx, values, value.tree(), action))
    else {
        return;
    };
    let is_of_helmfile = speaks_of(action, &OF_HELMFILE);
    let message = text!(
        "`{}` is the text of a template, `{}`, and nothing renders it",
        value.path(),
        Said(action)
    );
    let help = match is_of_helmfile {
        true => {
            "let the name of the file end with `.gotmpl`, so that helmfile renders it, or write the value"
        }
        false => "write the value, or let the chart's template render it: `{{ tpl … . }}`",
    };
    out.push(
        out.value(values, value, message)
            .help(help)
            .once("template text", ", so the object gets it with its braces"),
    );
}

/// The first action of a text that only a template of Helm or helmfile can have.
fn action(text: &str) -> Option<&str> {
    let start = text.find("{{")?;
    let end = start + text.get(start..)?.find("}}")? + 2;
    let action = text.get(start..end)?;
    let is_one = speaks_of(action, &OF_HELM) || speaks_of(action, &OF_HELMFILE);
    is_one.then_some(action)
}

fn speaks_of(action: &str, words: &[&str]) -> bool {
    words.iter().any(|word| action.contains(word))
}

/// Whether the action stays as it is.
fn is_left(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    tree: &Tree<'_>,
    action: &str,
) -> bool {
    if tree.source().path.ends_with(".gotmpl") {
        return false;
    }
    let mut rendered = cx.manifests.rendered().iter();
    let rendered = rendered.find(|chart| **chart.environment == **values.name());
    match rendered.and_then(|chart| chart.texts()) {
        Some(mut texts) => texts.any(|(_, text)| text.contains(action)),
        None => speaks_of(action, &OF_HELMFILE),
    }
}

#[cfg(test)]
mod tests {
    use super::action;

    #[test]
    fn actions_of_others_are_left_alone() {
        for (text, expected) in [
            (
                "{{ .Values.global.storageClass }}",
                Some("{{ .Values.global.storageClass }}"),
            ),
            (
                "x-{{ .Environment.Name }}.example.com",
                Some("{{ .Environment.Name }}"),
            ),
            ("{{ $labels.instance }} is down", None),
            ("{{ .CommonLabels.alertname }}", None),
            ("{{ .Values.open", None),
            ("plain", None),
        ] {
            assert_eq!(action(text), expected, "{text}");
        }
    }
}
