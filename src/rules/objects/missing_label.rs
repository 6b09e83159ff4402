//! `objects/missing-label`.

use envlint_yaml::{Map, Path, Value};

use super::conventions::{called, own_objects};
use crate::manifests::RenderedObject;
use crate::masking::{Name, ObjectName, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::workspace::{Called, RequiredLabel};

rule! {
    /// An object lacks a label that the workspace requires.
    ///
    /// ## What it does
    ///
    /// Looks for the labels of `labels.required` in envlint.yaml on all objects that a chart renders for an environment, and
    /// on the pods that they make. `environment={environment}` also requires what the label says.
    ///
    /// Ignored: without `labels.required`, everything; hooks; objects of subcharts that are not in the workspace.
    ///
    /// ## Why it matters
    ///
    /// Bills, policies and alarms find objects by their labels. What has none is nobody's.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # envlint.yaml
    /// labels: {required: [team, "environment={environment}"]}
    ///
    /// # templates/config.yaml
    /// kind: ConfigMap
    /// metadata:
    ///   name: shop
    ///   labels: {team: checkout}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/config.yaml
    /// kind: ConfigMap
    /// metadata:
    ///   name: shop
    ///   labels: {team: checkout, environment: "{{ .Values.environment }}"}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: recommended labels](https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/)
    "objects/missing-label", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let required = &cx.workspace.config.labels.required;
    if required.is_empty() {
        return;
    }
    for values in &cx.environments {
        let own = cx.app.namespace(values.name());
        let release = cx.app.release(values.name());
        for (object, template) in own_objects(cx, values) {
            let namespace = object.namespace.as_deref().unwrap_or(&own);
            let called = called(cx, values, namespace, &release);
            let path = Path::root().key("metadata").key("labels");
            let subject = object.called();
            let seen = Seen {
                cx,
                values,
                object,
                template,
                called,
            };
            seen.check(object.labels(), &path, subject, out);
            if let Some((_, spec)) = object.pod_spec().filter(|_| object.kind != "Pod") {
                let pod = spec.parent().unwrap_or_default();
                let path = pod.key("metadata").key("labels");
                let subject = text!("the pods of {}", object.called());
                seen.check(object.pod_labels(), &path, subject, out);
            }
        }
    }
}

/// An object whose labels are looked at.
struct Seen<'s, 'a> {
    cx: &'s AppContext<'a>,
    values: &'s EnvironmentValues<'a>,
    object: &'s RenderedObject,
    template: &'s str,
    called: Called<'s>,
}

impl Seen<'_, '_> {
    fn check(&self, labels: Option<&Map>, path: &Path, subject: Text, out: &mut Reporter<'_>) {
        for required in &self.cx.workspace.config.labels.required {
            let required = &required.value;
            let there = labels.and_then(|labels| labels.get(&required.key));
            let there = there.and_then(Value::as_str);
            let is_right = |text: &str| match &required.pattern {
                Some(pattern) => pattern.matches(text, &self.called),
                None => !text.is_empty(),
            };
            if !there.is_some_and(is_right) {
                self.say(required, there, path, subject.clone(), out);
            }
        }
    }

    fn say(
        &self,
        required: &RequiredLabel,
        there: Option<&str>,
        path: &Path,
        subject: Text,
        out: &mut Reporter<'_>,
    ) {
        let name = self.values.name();
        let path = match there {
            Some(_) => path.key(required.key.as_str()),
            None => path.clone(),
        };
        let place = self.cx.manifests.place_of(name, self.object, Some(&path));
        let Some(place) = place else { return };
        let wanted = required
            .pattern
            .as_ref()
            .map(|pattern| pattern.filled(&self.called));
        let message = match there {
            Some(there) => text!(
                "the labels of {} say `{}: {}`",
                subject,
                ObjectName(&required.key),
                ObjectName(there)
            ),
            None => text!(
                "the labels of {} lack `{}`",
                subject,
                ObjectName(&required.key)
            ),
        };
        let help = match &wanted {
            Some(wanted) => text!(
                "let it say `{}` in {}; a helper that all templates include is the place for labels",
                ObjectName(wanted),
                Name(name)
            ),
            None => text!(
                "add `{}`; a helper that all templates include is the place for labels",
                ObjectName(&required.key)
            ),
        };
        let mut finding = out.finding(place, message).environment(name).help(help);
        // All templates of a chart that forget a label are one cause.
        let wrong = text!("{} {}", ObjectName(&required.key), there.is_some());
        let chart = self.template.split('/').next().unwrap_or_default();
        finding = finding.once_of(chart, wrong, subject);
        if there.is_some() {
            finding = finding.ending(", which is not what envlint.yaml requires");
        }
        out.push(finding);
    }
}
