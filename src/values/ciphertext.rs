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

/// Whether what a segment of a path leads to is sealed.
pub fn is_sealed(segment: &Segment) -> bool {
    matches!(segment, Segment::Key(key) if key == SEALED)
}
