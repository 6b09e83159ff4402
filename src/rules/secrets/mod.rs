//! Where secrets come from: each environment's selection, and the objects of the seven backends.

mod beside;
mod branch;
mod default_password;
mod excuse;
mod incomplete_backend;
mod invalid_object;
mod invalid_remote_name;
mod inventory_not_covered;
mod key_not_in_inventory;
mod long_lived_credential;
mod never_synced;
mod no_backend;
mod not_sealed;
mod plain_http;
mod plaintext;
mod reference;
mod scope_mismatch;
mod several_backends;
mod shared_across_environments;
mod shared_remote;
mod unknown_field;
mod unserved_api_version;
mod way_out;

use super::{AppContext, Rule};

/// The rules of this folder.
pub(super) const RULES: &[&Rule] = &[
    &default_password::RULE,
    &incomplete_backend::RULE,
    &invalid_object::RULE,
    &invalid_remote_name::RULE,
    &inventory_not_covered::RULE,
    &key_not_in_inventory::RULE,
    &long_lived_credential::RULE,
    &never_synced::RULE,
    &no_backend::RULE,
    &not_sealed::RULE,
    &plain_http::RULE,
    &scope_mismatch::RULE,
    &plaintext::RULE,
    &several_backends::RULE,
    &shared_across_environments::RULE,
    &unknown_field::RULE,
    &unserved_api_version::RULE,
];

/// The command that seals a value, which it reads from standard input.
fn seal_command(cx: &AppContext<'_>, environment: &str, secret: &str, key: &str) -> String {
    let app = match cx.workspace.apps.len() {
        1 => String::new(),
        _ => format!(" --app {}", cx.app.name),
    };
    format!("envlint seal --cert pub.pem{app} --env {environment} --secret {secret} --key {key}")
}
