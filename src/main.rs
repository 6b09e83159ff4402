//! The `envlint` command.

/// A fifth of a render is taking and giving back memory, and a check of many apps does so on all cores.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let status = envlint::cli::main();
    // All output is flushed as it is written. The system takes the memory back at once; the allocator would do so piece
    // by piece.
    signal_hook::low_level::exit(status)
}
