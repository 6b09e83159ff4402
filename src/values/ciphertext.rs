//! Values that only their environment can read.

use envlint_yaml::Segment;

use super::tree::{Tree, TreeKind};

/// The key of the sealed values in a SealedSecret, and in the selection of that backend.
const SEALED: &str = "encryptedData";

/// Whether a value is ciphertext or has some in it: of SOPS, of Vault's transit engine, of Ansible, age or PGP, or sealed; also in
/// the text of an object or a file.
pub fn is_ciphertext(tree: &Tree<'_>) -> bool {
    match tree.kind() {
        TreeKind::Scalar(scalar) => {
            let text = scalar.text();
            is_encrypted(text.trim()) || holds_ciphertext(text)
        }
        TreeKind::Sequence(items) => items.iter().any(is_ciphertext),
        TreeKind::Mapping(entries) => entries
            .iter()
            .any(|(key, tree)| (*key == SEALED && !tree.is_empty()) || is_ciphertext(tree)),
    }
}

/// Whether a text as a whole is what a tool made of a secret.
fn is_encrypted(text: &str) -> bool {
    let is_of_sops = text.starts_with("ENC[") && text.ends_with(']');
    is_of_sops || text.starts_with("vault:v") || is_of_kubeseal(text)
}

/// How long the shortest text is that kubeseal makes: the key of a session, encrypted by RSA of 2,048 bits, with two bytes of its
/// length before it, in base64.
const SHORTEST_SEALED: usize = 344;

/// Whether a text is what `kubeseal --raw` prints: `AgB…`, as the length of the encrypted key (256 or 512 bytes) is how it begins.
/// <https://github.com/bitnami/sealed-secrets/blob/main/docs/developer/crypto.md>
fn is_of_kubeseal(text: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    text.len() >= SHORTEST_SEALED
        && (text.starts_with("AgA") || text.starts_with("AgB") || text.starts_with("AgC"))
        && text.bytes().all(is_base64)
}

/// Whether a text holds ciphertext among others: an object of Kubernetes, a file of Ansible, armour of age or PGP.
fn holds_ciphertext(text: &str) -> bool {
    const ARMOUR: [&str; 3] = [
        "-----BEGIN AGE ENCRYPTED FILE-----",
        "-----BEGIN PGP MESSAGE-----",
        "$ANSIBLE_VAULT;",
    ];
    let is_sealed_object = text.contains("SealedSecret") && text.contains(SEALED);
    let sealed_by = |mark: &str| text.contains(mark);
    is_sealed_object
        || ARMOUR.iter().any(|mark| sealed_by(mark))
        || (text.contains("ENC[") && text.contains(",data:") && text.contains(",iv:"))
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
