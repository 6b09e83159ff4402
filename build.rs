//! How the program is linked on Linux with glibc, so that it starts fast: a hook that runs before every commit is mostly
//! start. No code of this workspace is `unsafe`.
//!
//! - At a fixed address. A position-independent program of this size has some 27,000 addresses to correct before `main`,
//!   and dirties every page that they are in: a third of the time that `--version` takes. Libraries, stack and heap stay
//!   at random addresses.
//! - With the C library and the unwinder inside, where the compiler has them as archives: there is nothing to load, and the
//!   file runs on other distributions. The compiler's own way (`target-feature=+crt-static`) is not for a package: it
//!   needs `--target`, since procedural macros are libraries that must be loaded.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What the compiler asks the linker for by these names, and the archives that have it.
const LIBRARIES: [(&str, &[&str]); 3] = [
    ("c", &["libc.a", "libgcc.a", "libgcc_eh.a"]),
    ("gcc_s", &["libgcc.a", "libgcc_eh.a"]),
    ("m", &["libm.a"]),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") != "linux" || target("ENV") != "gnu" {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-no-pie");
    // Archives are those of this machine. Who asked for static linking has it already, and sanitizers need libraries.
    let is_native = env::var("HOST") == env::var("TARGET");
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    let is_static = features.split(',').any(|feature| feature == "crt-static");
    let is_plain = !is_static && env::var_os("CARGO_CFG_SANITIZE").is_none();
    if let Some(directory) = (is_native && is_plain).then(static_libraries).flatten() {
        println!("cargo::rustc-link-arg-bins=-static");
        println!("cargo::rustc-link-arg-bins=-L{}", directory.display());
    }
}

/// A directory in which the linker finds archives under the names of shared libraries: a library may be a text that
/// names others (ld: "implicit linker scripts"; glibc's own `libc.so` is one). Nothing when an archive is missing.
fn static_libraries() -> Option<PathBuf> {
    let directory = PathBuf::from(env::var_os("OUT_DIR")?).join("static");
    fs::create_dir_all(&directory).ok()?;
    for (name, archives) in LIBRARIES {
        let paths: Vec<String> = archives
            .iter()
            .map(|archive| archive_path(archive))
            .collect::<Option<_>>()?;
        let script = format!("GROUP ( {} )\n", paths.join(" "));
        fs::write(directory.join(format!("lib{name}.so")), script).ok()?;
    }
    Some(directory)
}

/// Where the compiler that links finds an archive of its own; nothing when it has none.
fn archive_path(name: &str) -> Option<String> {
    let linker = env::var("RUSTC_LINKER").unwrap_or_else(|_| "cc".to_owned());
    let asked = Command::new(linker)
        .arg(format!("-print-file-name={name}"))
        .output();
    let answer = String::from_utf8(asked.ok()?.stdout).ok()?;
    let path = answer.trim();
    // A compiler that does not know the file answers with its bare name.
    let is_there = Path::new(path).is_absolute() && Path::new(path).is_file();
    (is_there && !path.contains([' ', '"'])).then(|| path.to_owned())
}
