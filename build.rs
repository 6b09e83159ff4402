//! How the program is linked on Linux, so that it starts fast: a hook that runs before every commit is mostly start.
//!
//! - At a fixed address. A position-independent program of this size has some 27,000 addresses to correct before `main`,
//!   and dirties every page that they are in: a third of the time that `--version` takes. Libraries, stack and heap stay
//!   at random addresses, and no code of this workspace is `unsafe`.
//! - With the unwinder inside, where the compiler has it as an archive, instead of one more shared library to load.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") != "linux" || target("ENV") != "gnu" {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-no-pie");
    if env::var("HOST") == env::var("TARGET")
        && let Some(directory) = archive_directory("libgcc_eh.a")
    {
        println!("cargo::rustc-link-search=native={directory}");
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}

/// Where the compiler that links finds an archive of its own; nothing when it has none.
fn archive_directory(name: &str) -> Option<String> {
    let linker = env::var("RUSTC_LINKER").unwrap_or_else(|_| "cc".to_owned());
    let asked = Command::new(linker)
        .arg(format!("-print-file-name={name}"))
        .output();
    let answer = String::from_utf8(asked.ok()?.stdout).ok()?;
    let path = Path::new(answer.trim());
    // A compiler that does not know the file answers with its bare name.
    let directory = path
        .parent()
        .filter(|_| path.is_absolute() && path.is_file());
    directory?.to_str().map(str::to_owned)
}
