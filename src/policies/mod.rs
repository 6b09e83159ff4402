//! The team's own rules: expressions in CEL, the language of Kubernetes' admission policies
//! (<https://kubernetes.io/docs/reference/using-api/cel/>), over what an app deploys to an environment.

mod cases;
mod name;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use cel::Context;
use envlint_helm::{Manifest, Rendered};
use envlint_yaml::{Spanned, Value};

pub use cases::Cases;

use crate::expressions::{
    self, Expression, Owned, Variable, Verdict, list, of_texts, of_yaml, on_large_stack,
};
use crate::manifests::{all, kubernetes};
use crate::masking::{Name, ObjectName, Said, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Finding};
use crate::source::{Location, Severity, nearest};
use crate::workspace::{Level, PolicyConfig, Workspace};

/// The variables of a policy.
const VARIABLES: &[Variable] = &[
    Variable::open("object"),
    Variable::open("objects"),
    Variable::open("values"),
    Variable {
        name: "environment",
        fields: &["name", "tier"],
    },
    Variable {
        name: "app",
        fields: &["name", "release", "namespace"],
    },
];

/// The policies of a workspace.
#[derive(Debug)]
pub struct Policies<'w> {
    workspace: &'w Workspace,
    policies: Vec<Policy<'w>>,
    /// The kinds of the objects that apps make, where a policy is about some.
    kinds: Mutex<BTreeSet<String>>,
}

#[derive(Debug)]
struct Policy<'w> {
    name: &'static str,
    severity: Severity,
    config: &'w PolicyConfig,
    expression: Result<Expression, Text>,
    /// Whether it took too long for an environment of some app: then nothing else is said of it.
    is_stopped: AtomicBool,
}

/// An object with what messages call it.
struct Object<'m> {
    manifest: &'m Manifest,
    kind: String,
    name: String,
    value: Owned,
}

impl<'w> Policies<'w> {
    /// Reads the policies of the configuration that are not turned off.
    pub fn of(workspace: &'w Workspace) -> Self {
        let read = |policy: &'w PolicyConfig| {
            Some(Policy {
                name: name::lasting(&policy.name.value),
                severity: severity_of(policy)?,
                config: policy,
                expression: Expression::read(&policy.expression.value, VARIABLES),
                is_stopped: AtomicBool::new(false),
            })
        };
        Policies {
            workspace,
            policies: workspace.config.policies.iter().filter_map(read).collect(),
            kinds: Mutex::default(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// What breaks a policy in an app.
    pub fn check(&self, cx: &AppContext<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !self.policies.is_empty() {
            for values in &cx.environments {
                on_large_stack(|| self.check_environment(cx, values, &mut findings));
            }
        }
        findings
    }

    fn check_environment(
        &self,
        cx: &AppContext<'_>,
        values: &EnvironmentValues<'_>,
        findings: &mut Vec<Finding>,
    ) {
        let rendered = cx.manifests.rendered().iter();
        let mut rendered = rendered.filter(|chart| chart.environment == values.name());
        let rendered = rendered
            .next()
            .and_then(|chart| chart.manifests.as_ref().ok());
        let objects = rendered.map(objects).unwrap_or_default();
        self.note_kinds(&objects);
        let mut root = expressions::functions();
        self.bind(&mut root, cx, values, &objects);
        for policy in &self.policies {
            let Ok(expression) = &policy.expression else {
                continue;
            };
            if policy.is_stopped.load(Ordering::Relaxed) {
                continue;
            }
            // All policies together, and the chart, share what an app may take.
            expressions::within(&values.budget, || {
                let all = (&objects[..], rendered.is_some());
                self.check_policy(policy, expression, (cx, values), &root, all, findings);
            });
        }
    }

    /// Keeps the kinds of objects: at the end, a policy may be about none of them.
    fn note_kinds(&self, objects: &[Object<'_>]) {
        let mut policies = self.policies.iter();
        if policies.any(|policy| !policy.config.matches.kinds.is_empty()) {
            let mut known = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
            for object in objects {
                if !known.contains(&object.kind) {
                    known.insert(object.kind.clone());
                }
            }
        }
    }

    fn check_policy(
        &self,
        policy: &Policy<'_>,
        expression: &Expression,
        (cx, values): (&AppContext<'_>, &EnvironmentValues<'_>),
        root: &Context<'_, '_>,
        (objects, is_rendered): (&[Object<'_>], bool),
        findings: &mut Vec<Finding>,
    ) {
        if !expression.uses("object") {
            // Without objects, and without values, nothing is known of the environment.
            let is_known = is_rendered || !expression.uses("objects");
            if is_known && values.effective.is_some() {
                let verdict = expression.evaluate(root);
                findings.extend(self.finding(policy, cx, values, None, verdict));
            }
            return;
        }
        let kinds = &policy.config.matches.kinds;
        for object in objects {
            let is_kind = |kind: &Spanned<String>| kind.value == object.kind;
            if !kinds.is_empty() && !kinds.iter().any(is_kind) {
                continue;
            }
            let mut scope = root.new_inner_scope();
            scope.add_variable_as_val("object", object.value.clone());
            let verdict = expression.evaluate(&scope);
            let is_last = matches!(verdict, Verdict::TooLong);
            findings.extend(self.finding(policy, cx, values, Some(object), verdict));
            if is_last {
                break;
            }
        }
    }

    /// Gives a scope the variables that policies name: making them is most of the work.
    fn bind(
        &self,
        scope: &mut Context<'_, '_>,
        cx: &AppContext<'_>,
        values: &EnvironmentValues<'_>,
        objects: &[Object<'_>],
    ) {
        let uses = |variable: &str| {
            let mut expressions = self.policies.iter();
            expressions.any(|policy| {
                let expression = policy.expression.as_ref();
                expression.is_ok_and(|expression| expression.uses(variable))
            })
        };
        let environment = values.environment;
        let tier = [
            ("name", &*environment.name),
            ("tier", environment.tier.as_str()),
        ];
        scope.add_variable_as_val("environment", of_texts(tier));
        let app = [
            ("name", &*cx.app.name),
            ("release", &cx.app.release(&environment.name)),
            ("namespace", &cx.app.namespace(&environment.name)),
        ];
        scope.add_variable_as_val("app", of_texts(app));
        if uses("values") {
            let effective = values.effective.as_ref();
            let effective =
                effective.map_or(Value::Map(Default::default()), |tree| tree.to_value());
            scope.add_variable_as_val("values", of_yaml(&effective));
        }
        if uses("objects") {
            let all = objects.iter().map(|object| object.value.clone());
            scope.add_variable_as_val("objects", list(all));
        }
    }

    /// What a verdict says, as a finding.
    fn finding(
        &self,
        policy: &Policy<'_>,
        cx: &AppContext<'_>,
        values: &EnvironmentValues<'_>,
        object: Option<&Object<'_>>,
        verdict: Verdict,
    ) -> Option<Finding> {
        let lacking = match verdict {
            Verdict::Holds => return None,
            Verdict::Breaks => None,
            Verdict::Lacks(key) => Some(key),
            Verdict::Fails(reason) => {
                let message = text!("this policy cannot be evaluated: {}", reason);
                let subject = object.map_or_else(Text::new, Object::called);
                return Some(self.broken(policy, message, subject)?.help(
                    "change the expression; `has(…)` asks whether a field is there, `type(…)` what it is",
                ));
            }
            Verdict::TooLong => {
                policy.is_stopped.store(true, Ordering::Relaxed);
                return None;
            }
        };
        let said = match &policy.config.message {
            Some(message) => text!(": {}", Said(message)),
            None => text!(": `{}` is false", Said(&policy.config.expression.value)),
        };
        let said = match &lacking {
            Some(key) => text!("{} (there is no `{}`)", said, Name(key)),
            None => said,
        };
        let (location, path, message, subject) = match object {
            Some(object) => {
                let key = (
                    object.manifest.kind.as_str(),
                    object.manifest.name.as_str(),
                    object.manifest.template.as_str(),
                );
                let place = cx.manifests.template_of(values.name(), key);
                let place = place.or_else(|| cx.app.declaration(self.workspace))?;
                let message = text!("{} breaks this policy", object.called());
                (place, None, message, object.called())
            }
            None => {
                let expression = policy.expression.as_ref().ok()?;
                let path = expression.value.clone();
                let (place, is_value) = place_of_values(values, path.as_ref())?;
                let path = path.filter(|_| is_value);
                let message = "the values break this policy".into();
                (place, path, message, Text::new())
            }
        };
        let mark = format!("{}:{}", location.source.path, location.span.start);
        let mut finding = Finding::new(policy.name, policy.severity, location, message)
            .environment(values.name())
            .once_of(mark, said.clone(), subject)
            .ending(said);
        finding.app = Some(cx.app.name.clone());
        finding.path = path;
        if let Some(place) = self.place(policy) {
            finding = finding.note(place, "the policy");
        }
        Some(finding)
    }

    /// The expression of a policy.
    fn place(&self, policy: &Policy<'_>) -> Option<Location> {
        let source = self.workspace.config_source.as_ref()?;
        Some(Location::new(source, policy.config.expression.span))
    }

    /// A policy that says nothing of any app.
    fn broken(&self, policy: &Policy<'_>, message: Text, subject: Text) -> Option<Finding> {
        let place = self.place(policy)?;
        let finding = Finding::new(policy.name, Severity::Error, place, message);
        Some(finding.once_of(String::new(), "broken", subject))
    }

    /// What is wrong with the policies themselves, once all apps are checked. Takes out what they said where they took too
    /// long: what is said must not depend on which app was first.
    /// What policies are about is known where all apps were checked (`complete`).
    pub fn finish(&self, complete: bool, findings: &mut Vec<Finding>) {
        let stopped: BTreeSet<&str> = self
            .policies
            .iter()
            .filter(|policy| policy.is_stopped.load(Ordering::Relaxed))
            .map(|policy| policy.name)
            .collect();
        findings.retain(|finding| !stopped.contains(finding.rule));
        if complete {
            findings.extend(self.about_nothing());
        }
        for policy in &self.policies {
            if stopped.contains(policy.name) {
                let message = "this policy takes too long, so envlint stopped it";
                findings.extend(self.broken(policy, message.into(), Text::new()).map(|finding| {
                    finding.help(text!(
                        "an expression may read {} values in one environment of an app; loops in loops multiply",
                        expressions::MOST
                    ))
                }));
            }
            if let Err(reason) = &policy.expression {
                let message = text!("this policy is no expression in CEL: {}", reason);
                findings.extend(self.broken(policy, message, Text::new()).map(|finding| {
                    finding.help("change the expression; `docs/policies.md` has examples")
                }));
            }
        }
    }
}

impl Policies<'_> {
    /// Kinds of policies that no app makes an object of, and that a person did not mean: the policy would be silent for ever.
    fn about_nothing(&self) -> Vec<Finding> {
        let known = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let config = self.workspace.config_source.as_ref();
        let Some(config) = config.filter(|_| !known.is_empty()) else {
            return Vec::new();
        };
        let mut all: Vec<&str> = kubernetes::kinds().collect();
        all.extend(known.iter().map(String::as_str));
        let mut findings = Vec::new();
        for policy in &self.policies {
            for kind in &policy.config.matches.kinds {
                let name = kind.value.as_str();
                let near = nearest(name, all.iter().copied());
                let Some(near) = near.filter(|_| !all.contains(&name)) else {
                    continue;
                };
                let message = text!(
                    "this policy is about no object: no app makes a `{}`",
                    Name(name)
                );
                let place = Location::new(config, kind.span);
                let finding = Finding::new(policy.name, Severity::Warning, place, message);
                findings.push(finding.suggest(Some(near)));
            }
        }
        findings
    }
}

/// How bad what a policy finds is; none where it is turned off.
pub fn severity_of(policy: &PolicyConfig) -> Option<Severity> {
    let level = policy.severity.map(Level::severity);
    level.unwrap_or(Some(Severity::Error))
}

/// Where a value is set, and whether it is; else where the file of the environment begins.
fn place_of_values(
    values: &EnvironmentValues<'_>,
    path: Option<&envlint_yaml::Path>,
) -> Option<(Location, bool)> {
    let set = path.and_then(|path| {
        let found = values.effective.as_ref()?.at(path)?;
        Some(match found.as_scalar() {
            Some(_) => found.location(),
            None => found.key_location(),
        })
    });
    if let Some(place) = set {
        return Some((place, true));
    }
    let place = path.and_then(|path| values.place_of(path));
    let place = place.or_else(|| {
        let source = values.file.source.as_ref().ok()?;
        Some(Location::start_of(source))
    })?;
    Some((place, false))
}

/// The objects of a chart; those of a list by themselves.
fn objects(rendered: &Rendered) -> Vec<Object<'_>> {
    let mut found = Vec::new();
    for manifest in all(rendered) {
        let Some(value) = manifest.document().root().map(|root| root.to_value()) else {
            continue;
        };
        let items = match value.get("items") {
            Some(Value::Seq(items)) if manifest.kind.ends_with("List") => items.as_slice(),
            _ => std::slice::from_ref(&value),
        };
        for item in items.iter().filter(|item| item.as_map().is_some()) {
            let text = |value: Option<&Value>| {
                value.and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            found.push(Object {
                manifest,
                kind: text(item.get("kind")),
                name: text(
                    item.get("metadata")
                        .and_then(|metadata| metadata.get("name")),
                ),
                value: of_yaml(item),
            });
        }
    }
    found
}

impl Object<'_> {
    fn called(&self) -> Text {
        match self.name.as_str() {
            "" => Text::of(&ObjectName(&self.kind)),
            name => text!("{} `{}`", ObjectName(&self.kind), ObjectName(name)),
        }
    }
}
