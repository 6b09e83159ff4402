//! `objects/missing-configuration`.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::by_name::{ByName, Named};
use crate::manifests::{Reference, RenderedObject};
use crate::masking::{ObjectName, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, Wanted, rule};
use crate::source::Severity;

rule! {
    /// A pod reads a Secret, a ConfigMap, or a key of one, that does not exist.
    ///
    /// ## What it does
    ///
    /// Looks for what variables and volumes of the rendered pods read, unless it is `optional`:
    ///
    /// - a key that the Secret or the ConfigMap of the chart, or the secret of the inventory, does not have; or the Secret that an
    ///   ExternalSecret or a SealedSecret of the chart becomes;
    /// - a Secret or a ConfigMap whose name is nearly that of one which the chart makes and no pod reads;
    /// - a Secret or a ConfigMap whose name the template makes of the release's name, where no template makes such an object, no
    ///   program of the chart may, and no plain manifest of the workspace does. This is a warning;
    /// - where an environment enables a secret backend, a Secret that neither the inventory has nor the chart makes: itself,
    ///   or by an ExternalSecret, a SealedSecret, a SecretProviderClass, a Certificate or an object of the Vault Secrets
    ///   Operator. This is a warning, because somebody may make it by hand.
    ///
    /// Ignored: what another app of the namespace makes; Secrets and ConfigMaps that a controller fills in.
    ///
    /// ## Why it matters
    ///
    /// The pod does not start: `CreateContainerConfigError`, or a volume that is never mounted.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # templates/config.yaml
    /// kind: ConfigMap
    /// metadata: {name: shop}
    /// data: {LOG_LEVEL: info}
    ///
    /// # templates/deployment.yaml
    /// env:
    ///   - name: LOG_LEVEL
    ///     valueFrom: {configMapKeyRef: {name: shop, key: LOGLEVEL}}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/deployment.yaml
    /// env:
    ///   - name: LOG_LEVEL
    ///     valueFrom: {configMapKeyRef: {name: shop, key: LOG_LEVEL}}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: using Secrets](https://kubernetes.io/docs/concepts/configuration/secret/#using-a-secret)
    /// - [Kubernetes: configure a pod to use a ConfigMap](https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/)
    "objects/missing-configuration", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        let objects = cx.manifests.objects(values.name()).unwrap_or_default();
        let own = cx.app.namespace(values.name());
        let known = Known::of(objects, &own);
        let pods = objects.iter().filter(|object| !object.is_hook);
        for object in pods {
            for reference in object.references() {
                let seen = Seen {
                    cx,
                    values,
                    known: &known,
                    object,
                    reference: &reference,
                };
                seen.check(out);
            }
        }
    }
}

/// The objects that references are looked for in.
struct Known<'o> {
    by_name: ByName<'o>,
    /// The Secrets that come of objects, by their names.
    secrets: HashMap<Cow<'o, str>, Vec<&'o RenderedObject>>,
    /// The kinds and names of what pods read.
    read: HashSet<(&'static str, &'o str)>,
    /// The keys of the objects that were asked for.
    keys: RefCell<HashMap<*const RenderedObject, Option<Rc<Keys<'o>>>>>,
}

/// The keys of a Secret or a ConfigMap.
struct Keys<'o> {
    names: BTreeSet<&'o str>,
    help: OnceCell<Text>,
}

impl<'o> Known<'o> {
    fn of(objects: &'o [RenderedObject], own: &'o str) -> Known<'o> {
        let references = objects.iter().flat_map(RenderedObject::references);
        let mut secrets: HashMap<_, Vec<_>> = HashMap::new();
        for object in objects {
            for name in object.secrets() {
                secrets.entry(name).or_default().push(object);
            }
        }
        Known {
            by_name: ByName::of(objects, own),
            secrets,
            read: references.map(|other| (other.kind, other.name)).collect(),
            keys: RefCell::default(),
        }
    }

    /// The keys of an object; none where they are not known before it is in the cluster.
    fn keys(&self, made: &'o RenderedObject) -> Option<Rc<Keys<'o>>> {
        let mut known = self.keys.borrow_mut();
        let keys = || made.keys().map(|names| Rc::new(Keys::of(names)));
        known.entry(made).or_insert_with(keys).clone()
    }
}

impl<'o> Keys<'o> {
    fn of(names: BTreeSet<&'o str>) -> Keys<'o> {
        Keys {
            names,
            help: OnceCell::new(),
        }
    }

    fn help(&self) -> Text {
        let help = || {
            let listed = self.names.iter().map(|key| text!("`{}`", ObjectName(key)));
            text!("keys that are there: {}", Text::first(listed, 6))
        };
        self.help.get_or_init(help).clone()
    }
}

/// A reference of an object, and what it is looked for in.
struct Seen<'c, 'o, 'a> {
    cx: &'c AppContext<'a>,
    values: &'c EnvironmentValues<'a>,
    known: &'c Known<'o>,
    object: &'o RenderedObject,
    reference: &'c Reference<'o>,
}

impl<'c, 'o> Seen<'c, 'o, '_> {
    /// The objects of the same kind and namespace.
    fn of_kind(&self) -> Option<&'c Named<'o>> {
        let known = &self.known.by_name;
        known.of_kind(self.reference.kind, self.object)
    }

    fn check(&self, out: &mut Reporter<'_>) {
        let name = self.reference.name;
        if let Some(made) = self.of_kind().and_then(|of_kind| of_kind.get(name)) {
            if let Some(keys) = self.known.keys(made) {
                self.check_keys(&keys, made.called(), Some(made), out);
            }
            return;
        }
        let is_enabled = self.is_backend_enabled();
        let inventory = &self.cx.secrets().inventory;
        if let Some(secret) = inventory
            .get(name)
            .filter(|_| self.is_secret() && is_enabled)
        {
            let keys = secret.keys.iter().map(|key| key.name.as_str());
            self.check_keys(
                &Keys::of(keys.collect()),
                text!("the secret `{}` of the inventory", ObjectName(name)),
                None,
                out,
            );
            return;
        }
        let makers = self.known.secrets.get(name).filter(|_| self.is_secret());
        if let Some(makers) = makers {
            self.check_made(makers, out);
            return;
        }
        if let Some(near) = self.misspelt(out) {
            let message = text!(
                "{} reads {} `{}`, which the chart does not make",
                self.object.called(),
                self.reference.kind,
                ObjectName(name)
            );
            self.say(&self.reference.path, message, out, |_, finding| {
                finding.suggest_or(Some(near), "make it, or read another one")
            });
        } else if !is_enabled && self.is_left_out() {
            let message = text!(
                "{} reads {} `{}`, which no template of the chart makes",
                self.object.called(),
                self.reference.kind,
                ObjectName(name)
            );
            self.say(&self.reference.path, message, out, |out, finding| {
                let finding = out.lower_severity(Severity::Warning, finding);
                finding.help(
                    "add a template that makes it; if somebody makes it by hand, let a value name it, or say so with a comment that suppresses this",
                )
            });
        } else if self.is_secret() && is_enabled && !inventory.is_empty() && self.is_all_known() {
            let message = text!(
                "{} reads Secret `{}`, which neither the chart makes nor envlint.yaml lists",
                self.object.called(),
                ObjectName(name)
            );
            self.say(&self.reference.path, message, out, |out, finding| {
                let finding = out.lower_severity(Severity::Warning, finding);
                finding.help(text!(
                    "add `{}` under `secrets:` in envlint.yaml; if somebody makes it by hand, say so with a comment that suppresses this",
                    ObjectName(name)
                ))
            });
        }
    }

    /// The keys of a Secret that an operator makes of the only object that is for it.
    fn check_made(&self, makers: &[&'o RenderedObject], out: &mut Reporter<'_>) {
        let [maker] = makers else { return };
        let namespace = |object| self.known.by_name.namespace(object);
        let Some(keys) = maker.made_keys().filter(|keys| !keys.is_empty()) else {
            return;
        };
        if namespace(*maker) == namespace(self.object) {
            let whose = text!(
                "Secret `{}` of {}",
                ObjectName(self.reference.name),
                maker.called()
            );
            self.check_keys(&Keys::of(keys), whose, Some(*maker), out);
        }
    }

    fn is_secret(&self) -> bool {
        self.reference.kind == "Secret"
    }

    /// Whether the environment has the secrets of the inventory from one of the backends.
    fn is_backend_enabled(&self) -> bool {
        let mut enabled = self.cx.secrets().enabled();
        enabled.any(|(environment, _)| environment.name == *self.values.name())
    }

    /// Whether the chart was meant to make it: the name is that of the release and no other's, and nothing makes one.
    fn is_left_out(&self) -> bool {
        let (manifests, environment) = (&self.cx.manifests, self.values.name());
        let (kind, resource) = match self.is_secret() {
            true => ("Secret", "secrets"),
            false => ("ConfigMap", "configmaps"),
        };
        let makes = |made: &str| made == kind || (self.is_secret() && made.ends_with("Secret"));
        let Reference { path, name, .. } = self.reference;
        self.is_all_known()
            && !manifests.may_make(environment, &makes)
            && !manifests.may_be_made_by_program(environment, resource)
            && manifests.is_computed(environment, self.object, path, name)
    }

    /// Whether no operator and no program of the chart makes more Secrets.
    fn is_all_known(&self) -> bool {
        self.cx.manifests.all_objects(self.values.name()).is_some()
    }

    /// The object of the chart that is meant: its name is nearly the same, and no pod reads it.
    fn misspelt(&self, out: &Reporter<'_>) -> Option<&'o str> {
        let made = &self.of_kind()?.all;
        let kind = self.reference.kind;
        let is_unread = |name: &&str| !self.known.read.contains(&(kind, *name));
        let names = made.iter().map(|other| other.name.as_str());
        out.nearest(self.reference.name, names.filter(is_unread))
    }

    fn check_keys(
        &self,
        keys: &Keys<'_>,
        whose: Text,
        made: Option<&RenderedObject>,
        out: &mut Reporter<'_>,
    ) {
        for (key, path) in &self.reference.keys {
            if keys.names.contains(key) {
                continue;
            }
            let message = text!(
                "{} reads the key `{}` of {}, which has no such key",
                self.object.called(),
                ObjectName(key),
                whose
            );
            let near = out.nearest(key, keys.names.iter().copied());
            self.say(path, message, out, |_, finding| {
                let other = made
                    .and_then(|made| self.cx.manifests.place_of(self.values.name(), made, None));
                let finding = finding.suggest_or(near, keys.help());
                match other {
                    Some(other) => finding.note(other, "what has the keys"),
                    None => finding,
                }
            });
        }
    }

    fn say(
        &self,
        path: &envlint_yaml::Path,
        message: Text,
        out: &mut Reporter<'_>,
        complete: impl Fn(&Reporter<'_>, Finding) -> Finding,
    ) {
        let field = (self.object, path);
        let Some(finding) = out.field(self.cx, self.values, field, message) else {
            return;
        };
        let file = finding.line_mark();
        // One line makes a name of the release's name, in each environment another one.
        let wrong = match finding.path {
            Some(_) => text!("{} {}", ObjectName(path), ObjectName(self.reference.name)),
            None => text!("{}", ObjectName(path)),
        };
        let finding = finding
            .once_of(file, wrong, self.object.called())
            .ending(", so the pod does not start")
            .unless_elsewhere(
                self.known.by_name.namespace(self.object),
                Wanted::Object {
                    kind: self.reference.kind.to_owned(),
                    name: self.reference.name.to_owned(),
                },
            );
        let finding = complete(out, finding);
        out.push(finding);
    }
}
