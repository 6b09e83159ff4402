//! `pulumi/shared-encryption`.

use std::collections::BTreeMap;

use envlint_yaml::Path;

use super::{StackValues, stacks};
use crate::masking::{Name, text};
use crate::naming::Tier;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::Severity;
use crate::values::Tree;

rule! {
    /// Two stacks have the same ciphertext or the same encryption key.
    ///
    /// ## What it does
    ///
    /// Compares `encryptionsalt`, `encryptedkey` and every `secure:` value of a project's stacks. Outside of production
    /// it is a warning. One `secretsprovider` for several stacks is nothing: each stack has a key of its own.
    ///
    /// ## Why it matters
    ///
    /// A stack's file that was copied takes its secrets along: who may decrypt one stack can decrypt the other, and
    /// production has the password of development. Pulumi encrypts with another nonce each time, so equal ciphertext is
    /// never chance.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # Pulumi.dev.yaml
    /// encryptionsalt: v1:Rm9vYmFyMTIzNA==:v1:q0hVNFhT:Ym9vbSBib29tIGJvb20h
    ///
    /// # Pulumi.prod.yaml
    /// encryptionsalt: v1:Rm9vYmFyMTIzNA==:v1:q0hVNFhT:Ym9vbSBib29tIGJvb20h
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # Pulumi.prod.yaml, by `pulumi stack init prod` and `pulumi config set --secret …`
    /// encryptionsalt: v1:c2VjcmV0c2FsdDE=:v1:Zm9vYmFyMTI:cXV4IHF1eCBxdXggcXV4
    /// ```
    ///
    /// ## References
    ///
    /// - [Pulumi: secrets](https://www.pulumi.com/docs/iac/concepts/secrets/)
    "pulumi/shared-encryption", Error, Check::App(check)
}

/// Keys of a stack's file that encrypt it.
const KEYS: [&str; 2] = ["encryptionsalt", "encryptedkey"];

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some((_, stacks)) = stacks(cx) else {
        return;
    };
    let mut known: BTreeMap<String, (&StackValues<'_>, Tree<'_>)> = BTreeMap::new();
    for stack in &stacks {
        for (path, tree) in encrypted(stack) {
            let Some(text) = tree.as_str().filter(|text| !text.is_empty()) else {
                continue;
            };
            let Some((other, before)) = known.get(text) else {
                known.insert(text.to_owned(), (stack, tree));
                continue;
            };
            // Within a stack, one secret may stand twice.
            if other.values.environment.name == stack.values.environment.name {
                continue;
            }
            let is_production = [stack, other]
                .iter()
                .any(|stack| stack.values.environment.tier == Tier::Production);
            let severity = if is_production {
                Severity::Error
            } else {
                Severity::Warning
            };
            let (name, other) = (
                &stack.values.environment.name,
                &other.values.environment.name,
            );
            let message = text!(
                "`{}` is the same in {} and {}, so who can decrypt one can decrypt the other",
                path,
                Name(other),
                Name(name)
            );
            let help = match path.segments().len() {
                1 => text!(
                    "give {} a key of its own: `pulumi stack change-secrets-provider` with the provider that it has",
                    Name(name)
                ),
                _ => text!(
                    "set a secret of its own: `pulumi config set --secret … --stack {}`",
                    Name(name)
                ),
            };
            let finding = out
                .lowered(severity, tree.location(), message)
                .at(path)
                .environment(stack.values.name())
                .note(before.location(), text!("the same in {}", Name(other)))
                .help(help);
            out.push(finding);
        }
    }
}

/// What is encrypted in a stack, and what encrypts it.
fn encrypted<'a>(stack: &StackValues<'a>) -> Vec<(Path, Tree<'a>)> {
    let root = Path::root();
    let keys = KEYS
        .iter()
        .filter_map(|key| Some((root.key(*key), stack.root.get(key)?)));
    let mut found: Vec<(Path, Tree<'a>)> = keys.collect();
    for entry in &stack.config {
        let secures = entry.secures().into_iter();
        found.extend(secures.map(|secure| (secure.path().clone(), secure.tree().clone())));
    }
    found
}
