//! Recording anew what the real helm says.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::helm;

/// The tests that ask helm know what to ask and where its answers belong; told to record, they write them.
pub(super) fn run() -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["test", "--workspace", "--", "--ignored", "live_"])
        .env("ENVLINT_HELM", helm::program()?)
        .env("ENVLINT_RECORD", "1")
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "some answers were not recorded");
    Ok(())
}
