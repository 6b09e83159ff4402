//! `secrets/scope-mismatch`.

use std::collections::HashMap;

use envlint_yaml::{Node, Path};

use crate::masking::{Name, ObjectName, Text, text};
use crate::rules::Finding;
use crate::rules::{AppContext, Check, Reporter, WorkspaceContext, rule};
use crate::secrets::Selection;
use crate::source::Location;
use crate::values::Tree;
use crate::workspace::Environment;

rule! {
    /// A sealed value is used where its scope forbids it.
    ///
    /// ## What it does
    ///
    /// Reports a sealed value that is used a second time where its scope binds it to the first place: under another name of a
    /// Secret (scope `strict`), or in another namespace (scopes `strict` and `namespace-wide`). In SealedSecrets that the
    /// workspace keeps as plain YAML it reports scopes that contradict each other, and a scope in the annotations of the
    /// template, where the controller does not look for it.
    ///
    /// ## Why it matters
    ///
    /// The name and the namespace are part of what was encrypted. The controller cannot decrypt the value anywhere
    /// else, so the Secret is never created.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # namespace shop-dev
    /// secrets:
    ///   sealedSecrets:
    ///     enabled: true
    ///     encryptedData:
    ///       database: {password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq…}
    ///
    /// # namespace shop-prod
    /// secrets:
    ///   sealedSecrets:
    ///     enabled: true
    ///     encryptedData:
    ///       database: {password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq…}
    /// ```
    ///
    /// ## Use instead
    ///
    /// Seal the secret again for the second place: `envlint seal --cert prod.pem --env prod --secret database --key password`.
    ///
    /// ## References
    ///
    /// - [Sealed Secrets: scopes](https://github.com/bitnami-labs/sealed-secrets#scopes)
    "secrets/scope-mismatch", Error, Check::App(check), Check::Workspace(check_objects)
}

/// A sealed value and the place it is used in.
struct Use<'s, 'a> {
    environment: &'s Environment,
    selection: &'s Selection<'a>,
    namespace: String,
    secret: String,
    key: String,
    tree: Tree<'a>,
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let secrets = cx.secrets();
    let mut uses: Vec<Use<'_, '_>> = Vec::new();
    for (environment, selection) in secrets.enabled() {
        for (secret, key, tree) in selection.ciphertexts() {
            uses.push(Use {
                environment,
                selection,
                namespace: cx.app.namespace(&environment.name),
                secret,
                key,
                tree,
            });
        }
    }
    let mut known: HashMap<&str, &Use<'_, '_>> = HashMap::new();
    for used in &uses {
        let Some(text) = used.tree.as_str().filter(|text| text.len() > 100) else {
            continue;
        };
        let first = *known.entry(text).or_insert(used);
        if let Some(bound) = bound(first, used) {
            out.push(mismatch(first, used, bound, out));
        }
    }
}

/// What keeps the second use from being opened; none when the scope allows it.
fn bound(first: &Use<'_, '_>, second: &Use<'_, '_>) -> Option<Text> {
    let scope = second.selection.value("scope")?;
    if scope != "cluster-wide" && first.namespace != second.namespace {
        return Some(text!(
            "it is sealed for the namespace `{}`, but this is `{}`",
            ObjectName(&first.namespace),
            ObjectName(&second.namespace)
        ));
    }
    (scope == "strict" && first.secret != second.secret).then(|| {
        text!(
            "it is sealed for the Secret `{}`, but this is `{}`",
            Name(&first.secret),
            Name(&second.secret)
        )
    })
}

fn mismatch(first: &Use<'_, '_>, second: &Use<'_, '_>, bound: Text, out: &Reporter<'_>) -> Finding {
    let place: Location = first.tree.location();
    let scope = second.selection.value("scope").unwrap_or_default();
    out.finding(
        second.tree.location(),
        text!(
            "the controller cannot decrypt the key `{}` of the secret `{}`: {} (scope {})",
            Name(&second.key),
            Name(&second.secret),
            bound,
            Name(&scope)
        ),
    )
    .at(second
        .selection
        .path("encryptedData")
        .key(&*second.secret)
        .key(&*second.key))
    .environment(&second.environment.name)
    .note(place, "the same sealed value")
    .help("seal the secret again for this environment and Secret: `envlint seal`")
}

/// The annotations that say a scope (<https://github.com/bitnami-labs/sealed-secrets#scopes>).
const SCOPES: [&str; 2] = [
    "sealedsecrets.bitnami.com/namespace-wide",
    "sealedsecrets.bitnami.com/cluster-wide",
];

/// The SealedSecrets that the workspace keeps as plain YAML.
fn check_objects(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    if !cx.complete {
        return;
    }
    let own = Path::root().key("metadata").key("annotations");
    let template = Path::root()
        .key("spec")
        .key("template")
        .key("metadata")
        .key("annotations");
    for file in cx.objects() {
        for (index, object) in file.objects_of("SealedSecret") {
            let has = |place: &Path, scope: &str| {
                let value = object.get(&place.key(scope)).and_then(Node::as_scalar);
                value.is_some_and(|value| value.text() == "true")
            };
            let mut say = |path: Path, message: Text, help: &'static str| {
                let finding = out
                    .finding(file.location(index, &path, true), message)
                    .at(path)
                    .help(help);
                out.push(finding);
            };
            if SCOPES.iter().all(|scope| has(&own, scope)) {
                let message =
                    "the object has two scopes, and the controller uses the wider one".into();
                say(
                    own.key(SCOPES[0]),
                    message,
                    "keep the annotation of the scope that the values were sealed for",
                );
            }
            for scope in SCOPES
                .iter()
                .filter(|scope| has(&template, scope) && !has(&own, scope))
            {
                let message = text!(
                    "`{}` is set on the template of the Secret only, so the controller treats the SealedSecret as strict",
                    Name(&scope)
                );
                say(
                    template.key(*scope),
                    message,
                    "set it under `metadata.annotations` of the SealedSecret, too",
                );
            }
        }
    }
}
