//! `secrets/shared-across-environments`.

use std::collections::HashMap;

use super::shared_remote;
use crate::masking::{Name, text};
use crate::rules::Finding;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::secrets::Selection;
use crate::secrets::backends::Setting;
use crate::source::{Location, Severity};
use crate::values::Tree;
use crate::workspace::Environment;

rule! {
    /// Two environments read the same secrets.
    ///
    /// ## What it does
    ///
    /// Reports a prefix, a role, an identity, a sealed value or a value encrypted by SOPS that two environments have in common. SOPS
    /// encrypts each value anew, so equal ciphertext was copied. Regions, mounts
    /// and addresses may be the same. Where the environments read different stores (another address, project, key
    /// vault, region or AWS account), an equal prefix or role is only an info.
    ///
    /// So is what an ExternalSecret of the chart reads in production and elsewhere under the same key, where the chart makes its
    /// store, too, and that is the same wherever the cluster stands: the same Vault, which is no Service of the cluster, the same
    /// project, key vault or role of AWS. This is a warning.
    ///
    /// ## Why it matters
    ///
    /// Anyone who can read the secrets of development can also read those of production, and a secret that is rotated
    /// in one environment changes in the other.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/dev/values.yaml
    /// secrets:
    ///   aws: {enabled: true, region: eu-central-1, prefix: shop}
    ///
    /// # environments/prod/values.yaml
    /// secrets:
    ///   aws: {enabled: true, region: eu-central-1, prefix: shop}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/dev/values.yaml
    /// secrets:
    ///   aws: {enabled: true, region: eu-central-1, prefix: shop/dev}
    ///
    /// # environments/prod/values.yaml
    /// secrets:
    ///   aws: {enabled: true, region: eu-central-1, prefix: shop/prod}
    /// ```
    ///
    /// ## References
    ///
    /// - [OWASP: secrets management](https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html)
    "secrets/shared-across-environments", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let secrets = cx.secrets();
    let enabled: Vec<(&Environment, &Selection<'_>)> = secrets.enabled().collect();
    // Where a backend is selected, its prefix says it.
    if enabled.is_empty() {
        shared_remote::check(cx, out);
    }
    let mut sealed = Sealed::new();
    for (index, (environment, selection)) in enabled.iter().enumerate() {
        for setting in selection
            .backend
            .settings
            .iter()
            .filter(|setting| setting.isolates)
        {
            let earlier = enabled[..index]
                .iter()
                .filter(|(_, other)| other.backend.key == selection.backend.key)
                .find(|(other, before)| {
                    other.name != environment.name && is_same(selection, before, setting)
                });
            if let Some((other, before)) = earlier {
                report_setting(environment, selection, other, before, setting, out);
            }
        }
        report_ciphertexts(environment, selection, &mut sealed, out);
    }
    report_sops(cx, out);
}

/// How a value begins that SOPS has encrypted, each time with another nonce.
const OF_SOPS: &str = "ENC[AES256_GCM,";

/// Ciphertext of SOPS that was copied from one environment's own file into another one's.
fn report_sops(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let is_own = |index: usize, tree: &Tree<'_>| {
        let values = cx.environments.get(index);
        values.is_some_and(|values| values.file.path == tree.source().path)
    };
    for row in cx.table.iter() {
        let encrypted = row.values().filter(|(index, tree)| {
            tree.as_str().is_some_and(|text| text.starts_with(OF_SOPS)) && is_own(*index, tree)
        });
        let encrypted: Vec<(usize, &Tree<'_>)> = encrypted.collect();
        for (at, (index, tree)) in encrypted.iter().enumerate() {
            let before = encrypted.get(..at).unwrap_or_default().iter();
            let mut same = before.filter(|(_, other)| other.as_str() == tree.as_str());
            let is_copy = |path: &str, other: &str| {
                let original = |path| cx.workspace.original_of(path);
                path == other || original(path) == Some(other) || original(other) == Some(path)
            };
            let other = same.find(|(_, other)| !is_copy(&tree.source().path, &other.source().path));
            let (Some((other, known)), Some(values)) = (other, cx.environments.get(*index)) else {
                continue;
            };
            let message = text!(
                "`{}` in {} is the ciphertext of {}, so {} has the same secret, or cannot decrypt it",
                row.path,
                Name(cx.name(*index)),
                Name(cx.name(*other)),
                Name(cx.name(*index))
            );
            let finding = out
                .lowered(Severity::Warning, tree.location(), message)
                .at(row.path.clone())
                .environment(values.name())
                .note(
                    known.location(),
                    text!("the same in {}", Name(cx.name(*other))),
                )
                .help("encrypt a secret of its own for each environment");
            out.push(finding);
        }
    }
}

fn is_same(one: &Selection<'_>, other: &Selection<'_>, setting: &Setting) -> bool {
    let value = |selection: &Selection<'_>| {
        selection
            .given
            .get(setting.path)
            .map(|given| given.text.clone())
    };
    value(one).is_some_and(|text| !text.is_empty() && value(other) == Some(text))
        && one.applies(setting.case)
        && other.applies(setting.case)
}

fn report_setting(
    environment: &Environment,
    selection: &Selection<'_>,
    other: &Environment,
    before: &Selection<'_>,
    setting: &Setting,
    out: &mut Reporter<'_>,
) {
    let given = &selection.given[setting.path];
    let path = selection.path(setting.path);
    let apart = !setting.path.ends_with("Arn") && reads_another_store(selection, before);
    let message = text!(
        "{} and {} share `{}`: {}",
        Name(&environment.name),
        Name(&other.name),
        path,
        Name(&if apart {
            "only their stores keep their secrets apart"
        } else {
            "they read the same secrets"
        })
    );
    let severity = if apart {
        Severity::Info
    } else {
        Severity::Error
    };
    let finding: Finding = out
        .lowered(severity, given.tree.location(), message)
        .at(path)
        .environment(&environment.name)
        .note(
            before.given[setting.path].tree.location(),
            text!("the same in {}", Name(&other.name)),
        )
        .help("give each environment a value of its own");
    out.push(finding);
}

/// Whether the two read stores that have nothing in common.
fn reads_another_store(one: &Selection<'_>, other: &Selection<'_>) -> bool {
    let differs = |path: &str| one.value(path) != other.value(path);
    let mut locating = one
        .backend
        .settings
        .iter()
        .filter(|setting| setting.locates);
    locating.any(|setting| one.applies(setting.case) && differs(setting.path))
        || differs("provider")
        || matches!((account(one), account(other)), (Some(one), Some(other)) if one != other)
}

/// The AWS account that a role belongs to.
fn account<'s>(selection: &'s Selection<'_>) -> Option<&'s str> {
    selection.value("roleArn")?.split(':').nth(4)
}

/// For each sealed value, the environments that have it, each with the first place.
type Sealed<'s> = HashMap<String, Vec<(&'s Environment, Location)>>;

fn report_ciphertexts<'s>(
    environment: &'s Environment,
    selection: &Selection<'_>,
    sealed: &mut Sealed<'s>,
    out: &mut Reporter<'_>,
) {
    for (secret, key, tree) in selection.ciphertexts() {
        let Some(text) = tree.as_str() else { continue };
        let earlier = sealed.entry(text.to_owned()).or_default();
        let is_other = |(other, _): &&(&Environment, Location)| other.name != environment.name;
        let same = earlier.iter().find(is_other).cloned();
        if earlier
            .iter()
            .all(|(other, _)| other.name != environment.name)
        {
            earlier.push((environment, tree.location()));
        }
        if let Some((other, known)) = same {
            let message = text!(
                "{} and {} share the sealed value for the key `{}` of the secret `{}`, so they have the same secret",
                Name(&environment.name),
                Name(&other.name),
                Name(&key),
                Name(&secret)
            );
            let finding = out
                .finding(tree.location(), message)
                .at(selection.path("encryptedData").key(secret).key(key))
                .environment(&environment.name)
                .note(known, text!("the same in {}", Name(&other.name)))
                .help("seal a different secret for each environment, with the certificate of its cluster: `envlint seal`");
            out.push(finding);
        }
    }
}
