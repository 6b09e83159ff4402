//! Ciphertext belongs to its environment: another one has other keys, so a promotion never copies it.

use std::sync::Arc;

use envlint_yaml::Path;

use super::comparison::values;
use super::plan::Change;
use super::refusal::{Reason, Refusal};
use crate::masking::{Name, text};
use crate::source::Source;
use crate::values::{SOPS, is_ciphertext, is_sealed, sops_checksum};
use crate::workspace::Environment;

/// Why a promotion of these changes would copy ciphertext, or break the target's.
pub(super) fn refusals(
    target: &Arc<Source>,
    changes: &[Change<'_>],
    (from, to): (&Environment, &Environment),
) -> Vec<Refusal> {
    // Both at once: who decrypts the file would meet the other one next.
    let checksum = broken_checksum(target).filter(|_| !changes.is_empty());
    let copied = changes.iter().filter(|change| {
        let after = change.after.as_ref();
        after
            .is_some_and(|tree| change.path.segments().iter().any(is_sealed) || is_ciphertext(tree))
    });
    let refusal = |path: &Path| {
        let message = text!(
            "`{}` holds ciphertext of {}, which {} cannot decrypt",
            path,
            Name(&from.name),
            Name(&to.name)
        );
        Refusal::of(Reason::Secret, path, message).help(text!(
            "declare `{}` under `perEnvironment` in envlint.yaml, and encrypt the value for {}",
            path,
            Name(&to.name)
        ))
    };
    let copied = copied.map(|change| refusal(&change.path));
    checksum.into_iter().chain(copied).collect()
}

/// With a change made by anybody else, SOPS does not decrypt the file any more.
fn broken_checksum(target: &Arc<Source>) -> Option<Refusal> {
    let sops = sops_checksum(&values(target)?)?;
    let message = text!(
        "SOPS has encrypted {}, and any other change to it breaks the checksum",
        target.name()
    );
    let refusal = Refusal::because(Reason::Secret, message)
        .at(Path::root().key(SOPS))
        .location(sops.key_location());
    Some(refusal.help(text!(
        "decrypt it (`sops decrypt --in-place {0}`), promote with --allow-dirty, and encrypt it again (`sops encrypt --in-place {0}`) before you commit it",
        target.name()
    )))
}
