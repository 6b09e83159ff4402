//! The functions that Helm gives to templates: sprig v3.3 without `env` and `expandenv`, and Helm's own.
//!
//! [`registry`] has every function of helm 4.3.1's function map. They find the clock and the random numbers in the
//! [`Session`] that the host passes to the execution.

mod cast;
mod crypto;
mod dates;
mod decimal;
mod dicts;
mod encoding;
mod engine;
mod equality;
mod json;
mod lists;
mod logic;
mod math;
mod merge;
mod numbers;
mod paths;
mod plain;
mod random;
mod regexp;
pub(crate) mod semver;
mod session;
mod size;
mod strings;
pub(crate) mod text;
mod time;
mod toml;
mod url;
mod values;
mod yaml;

use std::sync::{Arc, LazyLock};

use envlint_gotemplate::Functions;

pub(crate) use engine::without_no_value;
pub use engine::{MESSAGE_END, MESSAGE_START};
pub use regexp::expression_steps;
pub(crate) use regexp::mistake as expression_mistake;
use session::session;
pub use session::{Session, SessionOptions};

/// All functions; built once.
pub fn registry() -> Arc<Functions> {
    static REGISTRY: LazyLock<Arc<Functions>> = LazyLock::new(|| {
        [
            cast::TABLE,
            crypto::TABLE,
            dates::TABLE,
            dates::UNITS,
            dicts::TABLE,
            encoding::TABLE,
            engine::TABLE,
            json::TABLE,
            lists::TABLE,
            logic::TABLE,
            math::TABLE,
            paths::TABLE,
            random::TABLE,
            regexp::TABLE,
            semver::TABLE,
            strings::TABLE,
            toml::TABLE,
            url::TABLE,
            yaml::TABLE,
        ]
        .into_iter()
        .fold(Functions::new(), Functions::with)
        .with_methods(values::TYPE, values::METHODS)
        .into()
    });
    Arc::clone(&REGISTRY)
}
