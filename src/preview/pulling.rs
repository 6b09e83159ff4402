//! The pull secret of a preview, and secrets that its namespace cannot open.

use envlint_yaml::Value;

use super::plan::Request;
use crate::manifests::{RenderedObject, items};
use crate::masking::{Name, text};
use crate::resolve::EnvironmentValues;
use crate::secrets::{Inventory, Selections};
use crate::source::{Problem, nearest};
use crate::values::Tree;
use crate::workspace::App;

/// The types of Secrets that images are pulled with.
const OF_REGISTRIES: [&str; 2] = ["kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"];

/// What keeps the pods of an app from pulling their images: the pull secret is none, no backend makes it, or a pod does not
/// name it.
pub(super) fn problems(
    request: &Request<'_>,
    app: &App,
    (source, values): (&EnvironmentValues<'_>, Option<&Tree<'_>>),
    objects: &[&RenderedObject],
) -> Vec<Problem> {
    let mut problems = sealed(request, app, source, values);
    let Some(wanted) = &request.config.pull_secret else {
        return problems;
    };
    let at = |message| request.located(Some(wanted.span), message);
    let inventory = Inventory::of(request.workspace, app);
    let Some(secret) = inventory.get(&wanted.value) else {
        let names = inventory.secrets.iter().map(|secret| secret.name.as_str());
        let near = nearest(&wanted.value, names).map(str::to_owned);
        let message = text!("the inventory has no secret `{}`", Name(&wanted.value));
        problems.push(at(message).suggest_or(
            near,
            text!(
                "list it under `secrets:`: `{}: {{.dockerconfigjson: {{}}}}`",
                Name(&wanted.value)
            ),
        ));
        return problems;
    };
    if !OF_REGISTRIES.contains(&secret.secret_type()) {
        let message = text!(
            "no image can be pulled with the secret `{}`: its type is {}",
            Name(&wanted.value),
            Name(secret.secret_type())
        );
        problems.push(at(message).help("give it the key `.dockerconfigjson`"));
    }
    let selected = values.map(Selections::read).unwrap_or_default();
    if selected.enabled.is_empty() {
        let message = text!(
            "{} selects no secret backend in {}, so nothing makes the pull secret `{}`",
            Name(&app.name),
            Name(&request.from.name),
            Name(&wanted.value)
        );
        problems.push(at(message).help("enable one under `secrets:` of the values file"));
    }
    for object in objects {
        if !names_secret(object, &wanted.value, objects) {
            let message = text!(
                "the pods of {} do not name the pull secret `{}`",
                object.called(),
                Name(&wanted.value)
            );
            problems.push(at(message).help(
                "set the path that makes `imagePullSecrets` under `preview.set`, or name it in the template",
            ));
        }
    }
    problems
}

/// Whether the pods of an object name a secret, or their ServiceAccount does; true for what makes none.
fn names_secret(object: &RenderedObject, name: &str, all: &[&RenderedObject]) -> bool {
    let Some((spec, _)) = object.pod_spec() else {
        return true;
    };
    let has = |secrets: Option<&Value>| {
        let mut secrets = items(secrets).iter();
        secrets.any(|secret| secret.get("name").and_then(Value::as_str) == Some(name))
    };
    let account = spec.get("serviceAccountName").and_then(Value::as_str);
    let mut accounts = all.iter().filter(|other| other.kind == "ServiceAccount");
    has(spec.get("imagePullSecrets"))
        || accounts.any(|other| {
            Some(&*other.name) == account.or(Some("default"))
                && has(other.at(&["imagePullSecrets"]))
        })
}

/// Sealed values that are bound to the namespace of the source.
fn sealed(
    request: &Request<'_>,
    app: &App,
    source: &EnvironmentValues<'_>,
    values: Option<&Tree<'_>>,
) -> Vec<Problem> {
    let selections = values.map(Selections::read).unwrap_or_default();
    let before = source
        .effective
        .as_ref()
        .map(Selections::read)
        .unwrap_or_default();
    let bound = selections.enabled.iter().filter(|selection| {
        let scope = selection.value("scope");
        selection.given.contains_key("encryptedData") && scope != Some("cluster-wide")
    });
    bound
        .map(|selection| {
            let message = text!(
                "the sealed secrets of {} are bound to its namespace in {}, so the controller cannot open them in a preview",
                Name(&app.name),
                Name(&request.from.name)
            );
            let mut own = before.enabled.iter();
            let own = own.find(|own| own.backend.key == selection.backend.key);
            Problem::with(own.map(|own| own.location()), message, ())
                .help("seal them with `scope: cluster-wide`, or select another backend under `preview.set`")
        })
        .collect()
}
