//! The `envlint` command.

use std::io::Write;

/// A fifth of a render is taking and giving back memory, and a check of many apps does so on all cores.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let status = envlint::cli::main();
    // Whoever wrote said so when writing failed; there is no one left to tell.
    let _ = std::io::stdout().flush();
    // The system takes the memory back at once. The allocator would do so piece by piece.
    signal_hook::low_level::exit(status)
}
