//! Tasks for people who work on envlint.
fn main() {}
