//! The `envlint` command.

use std::process::ExitCode;

/// A fifth of a render is taking and giving back memory, and a check of many apps does so on all cores.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    envlint::cli::main()
}
