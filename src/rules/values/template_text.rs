//! `values/template-text`.

use std::collections::HashMap;

use envlint_budget::Budget;

use crate::manifests::RenderedObject;
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
    /// Ignored is what objects only pass on, since its reader may render it: files in ConfigMaps and Secrets, values and
    /// templates in an Application, a HelmRelease or another custom resource.
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

/// Longer actions are not looked for, in bytes.
const LONGEST: usize = 500;
/// The bytes of actions that are looked at in the manifests of one environment. With more, nobody knows what is left.
const MOST_SEARCHED: u64 = 50_000_000;

/// The actions that the manifests of the environments hold as they are; none of an environment whose chart does not render.
type Left<'a> = HashMap<&'a str, Option<Actions<'a>>>;

/// The actions in some texts, each with those that hold it.
struct Actions<'t> {
    texts: HashMap<&'t str, Vec<&'t str>>,
    budget: Budget,
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let mut left = Left::new();
    for (row, _) in cx.rows() {
        for (index, tree) in row.values() {
            let (Some(values), Some(value)) = (cx.environments.get(index), row.located(index))
            else {
                continue;
            };
            if values.file.is_written_in(tree.source()) {
                look(cx, values, &value, &mut left, out);
            }
        }
    }
}

fn look<'a>(
    cx: &'a AppContext<'_>,
    values: &'a EnvironmentValues<'_>,
    value: &Located<'_>,
    left: &mut Left<'a>,
    out: &mut Reporter<'_>,
) {
    let Some(written) = value.tree().as_str() else {
        for child in value.children() {
            look(cx, values, &child, left, out);
        }
        return;
    };
    let is_left = |action: &&str| is_left(cx, values, value.tree(), [written, action], left);
    let Some(action) = action(written).filter(is_left) else {
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
fn is_left<'a>(
    cx: &'a AppContext<'_>,
    values: &'a EnvironmentValues<'_>,
    tree: &Tree<'_>,
    [written, action]: [&str; 2],
    left: &mut Left<'a>,
) -> bool {
    if tree.source().path.ends_with(".gotmpl") {
        return false;
    }
    let name = &**values.name();
    let left = left.entry(name).or_insert_with(|| {
        let objects = cx.manifests.objects(name)?.iter();
        let texts = objects.flat_map(RenderedObject::own_texts);
        Some(Actions::of(texts, Budget::new(MOST_SEARCHED)))
    });
    match left {
        Some(left) => left.has(written, action),
        None => speaks_of(action, &OF_HELMFILE),
    }
}

impl<'t> Actions<'t> {
    /// All actions of texts that a value may have: each text is gone through once, for all values together.
    fn of(all: impl Iterator<Item = &'t str>, budget: Budget) -> Actions<'t> {
        let mut texts: HashMap<&str, Vec<&str>> = HashMap::new();
        for text in all {
            let mut ends = text.match_indices("}}").map(|(at, _)| at + 2).peekable();
            // In `{{{` two begin.
            let starts = text.match_indices('{').map(|(at, _)| at);
            for start in
                starts.filter(|at| text.get(at + 1..).is_some_and(|rest| rest.starts_with('{')))
            {
                while ends.next_if(|end| *end < start + 4).is_some() {}
                let Some(end) = ends.peek() else {
                    break;
                };
                let action = text.get(start..*end).unwrap_or_default();
                if action.len() > LONGEST {
                    continue;
                }
                if !budget.spend(action.len() as u64) {
                    return Actions {
                        texts: HashMap::new(),
                        budget,
                    };
                }
                let holders = texts.entry(action).or_default();
                if holders.last() != Some(&text) {
                    holders.push(text);
                }
            }
        }
        Actions { texts, budget }
    }

    /// Whether a text of them holds a value with one of its actions. One of several lines may be written in other lines there.
    fn has(&self, value: &str, action: &str) -> bool {
        let holders = self.texts.get(action).map_or(&[][..], Vec::as_slice);
        let value = value.trim();
        let is_line = !value.contains('\n');
        let mut holders = holders.iter();
        holders.any(|text| !is_line || self.budget.spend(text.len() as u64) && text.contains(value))
    }
}

#[cfg(test)]
mod tests {
    use super::{Actions, action};
    use envlint_budget::Budget;

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

    #[test]
    fn the_actions_of_manifests_are_found_in_one_pass() {
        let texts = [
            "{{ .Values.a }}-{{{ .Values.b }}",
            "x {{ .Values.a }}",
            "{{ open {{ .Values.c }}\n{{",
        ];
        let left = Actions::of(texts.into_iter(), Budget::new(10_000));
        for (value, action, expected) in [
            ("{{ .Values.a }}", "{{ .Values.a }}", true),
            ("x {{ .Values.a }}", "{{ .Values.a }}", true),
            // Something renders this one.
            ("y {{ .Values.a }}", "{{ .Values.a }}", false),
            ("one\n{{ .Values.a }}", "{{ .Values.a }}", true),
            ("{{ .Values.b }}", "{{ .Values.b }}", true),
            ("{{ .Values.c }}", "{{ .Values.c }}", true),
            ("{{ .Values.d }}", "{{ .Values.d }}", false),
        ] {
            assert_eq!(left.has(value, action), expected, "{value}");
        }
        let hostile = "{".repeat(100_000) + "}}";
        let left = Actions::of(std::iter::once(hostile.as_str()), Budget::new(1_000_000));
        assert!(left.budget.left() > 800_000, "{}", left.budget.left());
    }
}
