//! `yaml/ambiguous-scalar`.

mod listed;
mod printed;
mod reading;

use std::cell::OnceCell;
use std::sync::Arc;

use envlint_yaml::{Edit, Items, Kind, Node, Origin, Path, Scalar, Step, Value};

use reading::{Ambiguity, ambiguity, names_switch};

use crate::masking::{Name, Said, text};
use crate::rules::{Check, Reporter, SourceContext, rule};
use crate::rules::{Finding, Fix};
use crate::source::Source;
use crate::source::{Location, Severity};
use crate::values::is_stack_file;

rule! {
    /// Helm does not read an unquoted value as what it looks like.
    ///
    /// ## What it does
    ///
    /// Reports values and keys, in values files and in the chart's own `values.yaml`, that Helm reads or prints as
    /// something else:
    ///
    /// - words that are booleans: `yes`, `no`, `on`, `off`, `y`, `n` (so the country code `NO` is false); in small letters, and no
    ///   value of a variable, they are an info under a key that names a switch (`enabled`), and where the chart is not known
    /// - versions that lose a digit: `tag: 1.10` is the number 1.1; that is an error under a key that names a version
    ///   or a tag, and as the value of such a variable (`{name: APP_VERSION, value: 1.10}`), while `cpu: 0.50` is fine
    /// - octal numbers, `0644` is 420, and numbers that lose a leading zero, `08` is 8. A file `mode` is meant to be
    ///   octal, so it is an info there
    /// - integers that come out with an exponent: `{{ .Values.x }}` and `quote` print 1234567 as `1.234567e+06`; `toYaml`,
    ///   `toJson`, `int` and `int64` keep it. What the chart renders decides: a number that stands by itself in an object is
    ///   one for JSON, whatever its look. Where it does not render, whether a template
    ///   reads the value, and where the chart is not known it is an info
    /// - integers that are too large for a float64, and lose their last digits everywhere
    ///
    /// Words in a HelmRelease of Flux are ignored: Kustomize, which Flux applies it with, keeps them as texts.
    ///
    /// The list of a [fleet](../../fleets.md) is read as values are, so its values are looked at, too: what the list has lost, no
    /// file has.
    ///
    /// Helm reads values by YAML 1.1 and keeps every number as a float64. What is in quotes is text and is never reported.
    ///
    /// ## Why it matters
    ///
    /// The image that is deployed is 1.1 and not 1.10, the feature that was set to `on` compares unequal to "on", and
    /// the account number reads 1.23456789012e+11. Nothing fails; the deployment is wrong.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// image:
    ///   tag: 1.10
    /// country: NO
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// image:
    ///   tag: "1.10"
    /// country: "NO"
    /// ```
    ///
    /// ## References
    ///
    /// - [YAML 1.1: bool](https://yaml.org/type/bool.html), [int](https://yaml.org/type/int.html)
    /// - [Helm: quote strings, not integers](https://helm.sh/docs/howto/charts_tips_and_tricks/#quote-strings-dont-quote-integers)
    "yaml/ambiguous-scalar", Error, Check::Source(check), Check::App(printed::check), Check::Workspace(listed::check)
}

fn check(cx: &SourceContext<'_>, out: &mut Reporter<'_>) {
    // Pulumi reads it, to whom values of keys are texts.
    if is_stack_file(&cx.source.path) {
        return;
    }
    let of_flux = OnceCell::new();
    for root in cx.source.document.documents() {
        Walk {
            source: cx.source,
            of_flux: &|| *of_flux.get_or_init(|| is_of_flux(cx)),
            has_chart: cx.chart.is_some(),
            steps: Vec::new(),
            out,
        }
        .visit(root, None);
    }
}

/// Whether a file holds values in a HelmRelease of Flux. Its controller applies what Kustomize builds, which reads words as YAML
/// 1.2 does: `no` is a text, and is in quotes when Helm sees it.
/// <https://github.com/kubernetes-sigs/kustomize/tree/master/kyaml>
fn is_of_flux(cx: &SourceContext<'_>) -> bool {
    // A layer that is a part of a file has only this part.
    let whole = cx.workspace.open_file(&cx.source.path);
    let mut lines = whole.text().lines();
    lines.any(|line| line.trim_end() == "kind: HelmRelease")
}

struct Walk<'a, 'o, 'r> {
    source: &'a Arc<Source>,
    of_flux: &'o dyn Fn() -> bool,
    /// Whether the templates that read the values are known.
    has_chart: bool,
    steps: Vec<Step<'a>>,
    out: &'o mut Reporter<'r>,
}

impl<'a> Walk<'a, '_, '_> {
    /// Goes down; `variable` is the name of the variable whose value this is.
    fn visit(&mut self, node: &'a Node, variable: Option<&str>) {
        match node.kind() {
            Kind::Scalar(scalar) => self.scalar(node, scalar, variable),
            Kind::Sequence(items) => {
                for (step, item) in Items::of(items).iter().filter(|(_, item)| is_written(item)) {
                    self.steps.push(step);
                    self.visit(item, None);
                    self.steps.pop();
                }
            }
            Kind::Mapping(mapping) => {
                for (key, value) in mapping
                    .iter()
                    .filter(|(_, value)| value.origin() != Origin::Merge)
                {
                    self.steps.push(Step::Key(key.text()));
                    self.key(key);
                    if is_written(value) {
                        let variable = (key.text() == "value").then(|| mapping.get("name"));
                        self.visit(value, variable.flatten().and_then(Node::as_str));
                    }
                    self.steps.pop();
                }
            }
        }
    }

    fn path(&self) -> Path {
        self.steps.iter().copied().collect()
    }

    /// The last key on the way: items of a list belong to the key of the list.
    fn last_key(&self) -> &'a str {
        let keys = self.steps.iter().rev().filter_map(|step| match step {
            Step::Key(key) => Some(*key),
            Step::Item { .. } => None,
        });
        keys.take(1).last().unwrap_or_default()
    }

    /// A key that reads as a boolean or a number is renamed by it: `on: 1` is the key `true`.
    fn key(&mut self, key: &envlint_yaml::Key) {
        let span = key.span();
        let written = self.source.document.text(span);
        if written == key.text()
            || !written.starts_with(|first: char| first.is_ascii_alphanumeric())
            || (matches!(key.text(), "true" | "false") && (self.of_flux)())
        {
            return;
        }
        let message = text!(
            "Helm reads the key `{}` as `{}`, because it has no quotes",
            Said(&written),
            Name(&key.text())
        );
        let finding = self
            .out
            .lowered(Severity::Warning, Location::new(self.source, span), message)
            .at(self.path())
            .help(text!("write `\"{}\"` if you mean the text", Said(&written)))
            .fix(quote(span, written, false));
        self.out.push(finding);
    }

    fn scalar(&mut self, node: &'a Node, scalar: &'a Scalar, variable: Option<&str>) {
        let name = variable.unwrap_or_else(|| self.last_key());
        // What comes of a number depends on the template that prints it.
        let found = ambiguity(scalar, name).filter(|found| found.printed.is_none());
        let is_word = matches!(scalar.value(), Value::Bool(_));
        let found = found.filter(|_| !(is_word && (self.of_flux)()));
        if let Some(mut found) = found {
            // Most who write `ping: yes` mean the boolean, and get it.
            let is_meant = !self.has_chart || names_switch(name);
            if is_word && variable.is_none() && found.instead.is_some() && is_meant {
                found.severity = Severity::Info;
            }
            let finding = finding(self.source, node, scalar.text(), found, self.out);
            self.out.push(finding.at(self.path()));
        }
    }
}

/// The finding about a scalar; of a secret it does not even show what Helm would print.
fn finding(
    source: &Arc<Source>,
    node: &Node,
    text: &str,
    found: Ambiguity,
    out: &Reporter<'_>,
) -> Finding {
    let place = Location::new(source, node.span());
    let secrets = source.sensitive_text();
    let at = secrets.partition_point(|span| span.end <= node.span().start);
    let is_secret = secrets.get(at);
    if is_secret.is_some_and(|span| span.contains(node.span())) {
        let message = "Helm reads this secret as a number or a boolean, and may print another text";
        let finding = out.lowered(found.severity, place, message);
        return finding.help("put it in quotes");
    }
    let (help, fix) = match found.instead {
        Some(instead) => {
            let fix = Fix {
                title: text!("write `{}`", Said(&instead)),
                safe: true,
                edits: vec![Edit::new(node.span(), instead.clone())],
            };
            (
                text!(
                    "write `{}`, or `\"{}\"` if you mean the text",
                    Said(&instead),
                    Said(text)
                ),
                fix,
            )
        }
        None => (
            text!("write `\"{}\"`", Said(text)),
            quote(node.span(), text, false),
        ),
    };
    let finding = out.lowered(found.severity, place, found.message);
    finding.help(help).fix(fix)
}

/// What an alias or a merge brings is looked at where it is written.
fn is_written(node: &Node) -> bool {
    node.origin() == Origin::Written
}

fn quote(span: envlint_yaml::Span, text: &str, safe: bool) -> Fix {
    Fix {
        title: "quote it".into(),
        safe,
        edits: vec![Edit::new(span, format!("\"{text}\""))],
    }
}

#[cfg(test)]
mod tests;
