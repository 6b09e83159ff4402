//! ExternalSecrets of the chart that read one remote secret in production and elsewhere.

use envlint_yaml::{Path, Value};

use crate::manifests::{RenderedObject, items};
use crate::masking::{Name, ObjectName, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Reporter};
use crate::source::{Confidence, Severity};
use crate::workspace::Tier;

/// A secret of a store, as an ExternalSecret reads it.
struct Remote<'o> {
    object: &'o RenderedObject,
    path: Path,
    key: &'o str,
    /// Which store it is, wherever the cluster stands.
    store: String,
}

/// Reports what production reads and another environment, too. Where the chart does not make the store, each cluster may have
/// another one of its name.
pub(super) fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let (production, others): (Vec<_>, Vec<_>) = cx
        .environments
        .iter()
        .partition(|values| values.environment.tier == Tier::Production);
    for values in production {
        for remote in remotes(cx, values) {
            let reads = |other: &&&EnvironmentValues<'_>| {
                let mut read = remotes(cx, other).into_iter();
                out.may_do(1)
                    && read.any(|other| (&other.store, other.key) == (&remote.store, remote.key))
            };
            if let Some(other) = others.iter().find(reads) {
                report(cx, values, &remote, other, out);
            }
        }
    }
}

fn report(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    remote: &Remote<'_>,
    other: &EnvironmentValues<'_>,
    out: &mut Reporter<'_>,
) {
    let message = text!(
        "{} reads the remote secret of {}",
        remote.object.called(),
        Name(other.name())
    );
    let Some(finding) = out.field(cx, values, (remote.object, &remote.path), message) else {
        return;
    };
    let line = finding.line_mark();
    let finding = finding
        .help("give each environment a secret of its own, under a key that names the environment")
        .confidence(Confidence::Medium)
        .once_of(
            line,
            text!("{}", ObjectName(&remote.path)),
            remote.object.called(),
        )
        .ending(", from the same store");
    out.push(out.lower_severity(Severity::Warning, finding));
}

/// The secrets that the ExternalSecrets of an environment read from stores that the chart makes.
fn remotes<'c>(cx: &'c AppContext<'_>, values: &EnvironmentValues<'_>) -> Vec<Remote<'c>> {
    let objects = cx.manifests.objects(values.name()).unwrap_or_default();
    let external = objects
        .iter()
        .filter(|object| object.kind == "ExternalSecret");
    let mut found = Vec::new();
    for object in external {
        let Some(store) = store_of(object, objects) else {
            continue;
        };
        for (path, key) in keys(object) {
            found.push(Remote {
                object,
                path,
                key,
                store: store.clone(),
            });
        }
    }
    found
}

/// The keys that an ExternalSecret reads, without those of another store.
fn keys(object: &RenderedObject) -> Vec<(Path, &str)> {
    let mut found = Vec::new();
    for (list, part) in [("data", "remoteRef"), ("dataFrom", "extract")] {
        for (index, item) in items(object.at(&["spec", list])).iter().enumerate() {
            let key = item.get(part).and_then(|part| part.get("key")?.as_str());
            let path = Path::root().key("spec").key(list).index(index);
            let key = key.filter(|_| item.get("sourceRef").is_none());
            found.extend(key.map(|key| (path.key(part).key("key"), key)));
        }
    }
    found
}

/// What tells the store of an ExternalSecret from all others; none where the chart does not make it, or where the cluster
/// decides which one it is.
fn store_of(object: &RenderedObject, objects: &[RenderedObject]) -> Option<String> {
    let text = |key: &str| object.at(&["spec", "secretStoreRef", key])?.as_str();
    let (name, kind) = (text("name")?, text("kind").unwrap_or("SecretStore"));
    let mut stores = objects.iter();
    let store = stores.find(|store| store.kind == kind && store.name == name)?;
    let of = |keys: &[&str]| {
        let keys = [&["spec", "provider"], keys].concat();
        store.at(&keys).and_then(Value::as_str)
    };
    let all = |provider: &str, keys: &[&str]| {
        let parts = keys
            .iter()
            .map(|key| of(&[provider, key]).unwrap_or_default());
        parts.collect::<Vec<_>>().join("\n")
    };
    if let Some(server) = of(&["vault", "server"]) {
        return is_public(server).then(|| all("vault", &["server", "namespace", "path"]));
    }
    of(&["gcpsm", "projectID"])
        .or(of(&["azurekv", "vaultUrl"]))
        .map(str::to_owned)
        // Without a role, the account is that of the cluster.
        .or_else(|| {
            of(&["aws", "role"]).map(|_| all("aws", &["role", "region", "service", "prefix"]))
        })
}

/// Whether an address is the same from every cluster: no Service of one.
fn is_public(address: &str) -> bool {
    let host = address.split("://").last().unwrap_or_default();
    let host = host.split([':', '/']).next().unwrap_or_default();
    let mut labels = host.split('.');
    labels.clone().count() > 2 && !labels.any(|label| label == "svc")
}
