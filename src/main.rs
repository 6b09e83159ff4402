//! envlint.
fn main() {}
