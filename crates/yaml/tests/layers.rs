//! The rooms of this crate use each other as its `lib.rs` says.

#[path = "../../../tests/shared/layers.rs"]
mod layers;

#[test]
fn rooms_use_only_what_is_below_them() {
    layers::check(std::path::Path::new(env!("CARGO_MANIFEST_DIR")));
}
