use data_encoding::HEXLOWER;
use sha2::Digest;

/// The digest in hexadecimal.
pub(super) fn hex<D: Digest>(text: &[u8]) -> String {
    HEXLOWER.encode(&D::digest(text))
}
