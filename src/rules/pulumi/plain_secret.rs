//! `pulumi/plain-secret`.

use std::collections::HashMap;

use envlint_yaml::Path;

use super::{Entry, StackValues, stacks};
use crate::masking::{Name, Text, text};
use crate::pulumi::is_ciphertext;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::sensitive::Sensitive;
use crate::source::Location;
use crate::values::Located;

rule! {
    /// A stack has in plain text what the project or the program takes for a secret.
    ///
    /// ## What it does
    ///
    /// Reports values without `secure:` that `Pulumi.yaml` declares with `secret: true`, or that the program reads as
    /// a secret (`requireSecret`, `get_secret`, …), and a `secure:` that holds no ciphertext, also within maps and lists.
    /// Ciphertext is `v1:`, a nonce and a text in base64, or the long base64 of Pulumi Cloud or of another service. What a
    /// declared secret looks like does not matter. Of a value that only the program takes for a secret, and that looks like
    /// one, [`secrets/plaintext`](../secrets/plaintext.md) or
    /// [`secrets/default-password`](../secrets/default-password.md) says it.
    ///
    /// ## Why it matters
    ///
    /// Anyone who can read the repository can use the secret, and Pulumi refuses a stack that has a declared secret in
    /// plain text. `requireSecret` encrypts a value in the state, and not in the file that it comes from.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # Pulumi.yaml
    /// name: shop
    /// config:
    ///   signing: {type: string, secret: true}
    ///
    /// # Pulumi.prod.yaml
    /// config:
    ///   shop:signing: lorem
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # Pulumi.prod.yaml, by `pulumi config set --secret signing --stack prod`
    /// config:
    ///   shop:signing:
    ///     secure: AAABAKx8dPzGmBRVOQ0mFSN7kzwhdYvVOqLxSbbFjKQ=
    /// ```
    ///
    /// ## References
    ///
    /// - [Pulumi: secrets](https://www.pulumi.com/docs/iac/concepts/secrets/)
    "pulumi/plain-secret", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let Some((project, stacks)) = stacks(cx) else {
        return;
    };
    let mut reads = HashMap::new();
    for (key, read) in cx.workspace.reads_of(project) {
        if read.is_secret {
            reads.entry(key).or_insert(read);
        }
    }
    for stack in &stacks {
        for entry in &stack.config {
            let secures = entry.secures();
            let is_plain =
                |secure: &&Located<'_>| !secure.tree().as_str().is_some_and(is_ciphertext);
            for secure in secures.iter().filter(is_plain) {
                let message = text!(
                    "`{}` holds no ciphertext, so Pulumi cannot decrypt it; it may be the secret itself",
                    secure.path()
                );
                let here = secure.tree().location();
                push(stack, (secure.path(), entry), message, here, None, out);
            }
            // Of a map, Pulumi asks that something is encrypted.
            if !secures.is_empty() {
                continue;
            }
            let declared = project
                .declaration(&entry.key)
                .filter(|declared| declared.is_secret);
            let declared = declared.map(|declared| Location::new(&project.source, declared.span));
            let read = || reads.get(&entry.key).map(|read| read.location.clone());
            // Pulumi refuses a declared one, whatever another rule says of it.
            let is_said = declared.is_none() && is_reported(entry);
            let Some(place) = declared.or_else(read) else {
                continue;
            };
            if entry.value.is_null() || is_said {
                continue;
            }
            let message = text!(
                "`{}` is a secret, but stands in plain text in {}",
                entry.path,
                Name(&stack.values.environment.name)
            );
            push(
                stack,
                (&entry.path, entry),
                message,
                entry.value.location(),
                Some(place),
                out,
            );
        }
    }
}

/// Whether a rule of secrets says it.
fn is_reported(entry: &Entry<'_>) -> bool {
    let sensitive = entry.value.source().sensitive();
    let span = entry.value.node().span();
    let mut within = sensitive.iter().filter(|known| span.contains(known.span));
    within.any(Sensitive::is_reported)
}

/// What `pulumi config set` calls a value: its key, or a path where it is a part of one.
fn to_set(path: &Path, entry: &Entry<'_>) -> Text {
    // The last step is `secure`.
    match path.segments().len() > entry.path.segments().len() + 1 {
        true => text!("--path PATH"),
        false => text!("{}", Name(&entry.key)),
    }
}

fn push(
    stack: &StackValues<'_>,
    (path, entry): (&Path, &Entry<'_>),
    message: Text,
    here: Location,
    place: Option<Location>,
    out: &mut Reporter<'_>,
) {
    let finding = out
        .finding(here, message)
        .at(path.clone())
        .environment(stack.values.name())
        .help(text!(
            "change the secret where it is used, and encrypt the new one: `pulumi config set --secret {} --stack {}`",
            to_set(path, entry),
            Name(&stack.values.environment.name)
        ));
    out.push(match place {
        Some(place) => finding.note(place, "it is a secret by this line"),
        None => finding,
    });
}
