//! Values that only their environment can read.

use envlint_yaml::Segment;

use super::tree::{Tree, TreeKind};

/// The key of the sealed values in a SealedSecret, and in the selection of that backend.
const SEALED: &str = "encryptedData";

/// Whether a value is ciphertext or has some in it: of SOPS, of Vault's transit engine, or sealed.
pub fn is_ciphertext(tree: &Tree<'_>) -> bool {
    match tree.kind() {
        TreeKind::Scalar(scalar) => {
            let text = scalar.text();
            (text.starts_with("ENC[") && text.ends_with(']')) || text.starts_with("vault:v")
        }
        TreeKind::Sequence(items) => items.iter().any(is_ciphertext),
        TreeKind::Mapping(entries) => entries
            .iter()
            .any(|(key, tree)| (*key == SEALED && !tree.is_empty()) || is_ciphertext(tree)),
    }
}

/// The key of SOPS's own data about a file (SOPS README, "Encrypting only parts of a file").
pub const SOPS: &str = "sops";

/// What SOPS writes about a file whose values it keeps a checksum of, in their order, unless it was told to count only those that
/// it encrypts (`mac_only_encrypted`): with a change made by anybody else, it does not decrypt the file any more.
pub fn sops_checksum<'a>(root: &Tree<'a>) -> Option<Tree<'a>> {
    let sops = root.get(SOPS)?;
    let counts_all = sops
        .get("mac_only_encrypted")
        .is_none_or(|only| only.as_bool() != Some(true));
    (counts_all && sops.get("mac").is_some()).then_some(sops)
}

/// Whether what a segment of a path leads to is sealed.
pub fn is_sealed(segment: &Segment) -> bool {
    matches!(segment, Segment::Key(key) if key == SEALED)
}
