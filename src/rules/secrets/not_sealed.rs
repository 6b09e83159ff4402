//! `secrets/not-sealed`.

use envlint_yaml::{Path, Scalar, Value};

use super::seal_command;
use crate::manifests::RenderedObject;
use crate::masking::{Name, Said, Text, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, WorkspaceContext, rule};
use crate::secrets::sealing;
use crate::source::Severity;
use crate::workspace::Tier;

rule! {
    /// A value under `encryptedData` is not sealed.
    ///
    /// ## What it does
    ///
    /// Reads every sealed value of an enabled `sealedSecrets` backend as the controller does: base64, two bytes that
    /// give the length of an RSA block, the block, and an AES-GCM body of at least 16 bytes. It reads the SealedSecrets
    /// that the workspace keeps as plain YAML in the same way, and those that a chart makes of values, where it is a warning
    /// outside of production.
    ///
    /// ## Why it matters
    ///
    /// Plain base64 is not encryption: anyone who reads the repository can read the secret. The controller also refuses
    /// the whole SealedSecret, so the Secret is never created.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// secrets:
    ///   sealedSecrets:
    ///     enabled: true
    ///     encryptedData:
    ///       database:
    ///         password: bm90IHNlYWxlZA==
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// secrets:
    ///   sealedSecrets:
    ///     enabled: true
    ///     encryptedData:
    ///       database:
    ///         password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq…
    /// ```
    ///
    /// `envlint seal --cert pub.pem --env prod --secret database --key password` reads the secret from standard input
    /// and writes the sealed value there.
    ///
    /// ## References
    ///
    /// - [Sealed Secrets: the cryptography](https://github.com/bitnami-labs/sealed-secrets/blob/main/docs/developer/crypto.md)
    "secrets/not-sealed", Error, Check::App(check), Check::Workspace(check_objects)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let secrets = cx.secrets();
    for (environment, selection) in secrets.enabled() {
        for (secret, key, tree) in selection.ciphertexts() {
            let Some(reason) = tree.as_str().and_then(sealing::why_not_sealed) else {
                continue;
            };
            let path = selection.path("encryptedData").key(&*secret).key(&*key);
            let message = text!(
                "the value of the key `{}` of the secret `{}` is not sealed: {}",
                Name(&key),
                Name(&secret),
                Said(&reason)
            );
            let finding = out
                .finding(tree.location(), message)
                .at(path)
                .environment(&environment.name)
                .help(text!(
                    "seal it: `{}`; if it was a secret in plain text, replace the secret as well",
                    Name(&seal_command(cx, &environment.name, &secret, &key))
                ));
            out.push(finding);
        }
    }
    check_rendered(cx, out);
}

/// The SealedSecrets that the chart makes of other values than envlint's own.
fn check_rendered(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let data = Path::root().key("spec").key("encryptedData");
    for values in &cx.environments {
        let mut selected = cx.secrets().enabled();
        let own = selected.any(|(environment, _)| environment.name == *values.name());
        let objects = cx.manifests.objects(values.name()).unwrap_or_default();
        let sealed = objects
            .iter()
            .filter(|object| object.kind == "SealedSecret" && !own);
        for object in sealed {
            let entries = object.at(&["spec", "encryptedData"]);
            let entries = entries.and_then(Value::as_map).into_iter().flatten();
            let open: Vec<(&str, &str)> = entries
                .filter_map(|(key, value)| {
                    Some((
                        key.as_str(),
                        sealing::why_not_sealed(value.as_str().unwrap_or_default())?,
                    ))
                })
                .collect();
            if let Some(finding) = rendered(cx, values, (object, &data), &open, out) {
                out.push(finding);
            }
        }
    }
}

/// A SealedSecret with values that nobody can open; one finding, since the controller refuses all of it.
fn rendered(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    (object, data): (&RenderedObject, &Path),
    open: &[(&str, &str)],
    out: &Reporter<'_>,
) -> Option<Finding> {
    /// How many keys are named.
    const MOST: usize = 5;
    let (first, reason) = open.first()?;
    let keys = open.iter().map(|(key, _)| text!("`{}`", Name(key)));
    let message = text!(
        "{} is not sealed in {}, so the controller refuses it: of {}, {}",
        object.called(),
        Name(values.name()),
        Text::first(keys, MOST),
        Said(reason)
    );
    let finding = out.field(cx, values, (object, &data.key(*first)), message)?;
    let finding = finding.help(
        "seal the values with `kubeseal --raw`, or turn the SealedSecret off until somebody has done so",
    );
    Some(match values.environment.tier {
        Tier::Production => finding,
        Tier::Preview | Tier::Development | Tier::Staging => {
            out.lower_severity(Severity::Warning, finding)
        }
    })
}

/// The SealedSecrets that the workspace keeps as plain YAML.
fn check_objects(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    if !cx.complete {
        return;
    }
    let data = Path::root().key("spec").key("encryptedData");
    for file in cx.objects() {
        for (index, object) in file.objects_of("SealedSecret") {
            let values = object.get(&data).and_then(|node| node.as_mapping());
            for (key, value) in values.into_iter().flat_map(|values| values.iter()) {
                let text = value.as_scalar().map_or("", Scalar::text);
                let Some(reason) = sealing::why_not_sealed(text) else {
                    continue;
                };
                let path = data.key(key.text());
                let message = text!(
                    "the value of `{}` is not sealed: {}",
                    Name(&key.text()),
                    Said(&reason)
                );
                let finding = out
                    .finding(file.location(index, &path, true), message)
                    .at(path)
                    .help("seal it with `kubeseal --raw`; if it was a secret in plain text, replace the secret as well");
                out.push(finding);
            }
        }
    }
}
