//! The real helm, for the tests that ask it. Those of the crates include this file.

use std::path::PathBuf;

/// The program that `ENVLINT_HELM` names.
///
/// A test that asks for it is ignored unless somebody wants it to run, so a missing program is a mistake and no reason
/// to pass.
pub(crate) fn program() -> PathBuf {
    let named = std::env::var_os("ENVLINT_HELM").filter(|name| !name.is_empty());
    let program =
        PathBuf::from(named.expect(
            "set ENVLINT_HELM to the path of a helm 4.3.1: this test asks the real program",
        ));
    assert!(
        program.is_absolute() || program.components().count() == 1,
        "ENVLINT_HELM must be a whole path, or a name on PATH: tests run in other folders than cargo"
    );
    program
}

/// Whether answers are to be written instead of only compared.
pub(crate) fn is_recording() -> bool {
    std::env::var_os("ENVLINT_RECORD").is_some()
}
