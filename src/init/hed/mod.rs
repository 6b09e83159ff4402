//! `envlint init --from-hed`: a configuration of HelmEnvDelta as one of envlint.

mod config;
mod files;
mod path;
mod spelling;
mod text;
mod transforms;

use std::path::Path;
use std::sync::Arc;

use config::Hed;
use files::Folders;
use text::Converted;

use crate::masking::text;
use crate::source::{Problem, Source};
use crate::workspace::{CONFIG_FILE, Workspace};

/// A configuration that was converted, and not written yet.
#[derive(Debug)]
pub struct Conversion {
    /// The text of `envlint.yaml`.
    pub text: String,
    /// How many paths are declared.
    pub declared: usize,
    /// How many transforms a promotion makes.
    pub transforms: usize,
    /// How many changes stop a promotion.
    pub stops: usize,
    /// How many options have no equal, and are comments.
    pub left: usize,
}

/// Converts a configuration of HelmEnvDelta for a workspace whose root is the directory: there the folders are.
///
/// # Errors
/// When the file cannot be read, or says no two folders below the directory that an environment's name tells apart.
pub fn convert(file: &Path, root: &Path) -> Result<Conversion, Problem> {
    let hed = Hed::read(file)?;
    let folders = Folders::of(&hed, root)?;
    let converted = Converted::of(&hed, &folders);
    let text = converted.text(file);
    let source = Arc::new(Source::new(CONFIG_FILE, &*text));
    Workspace::configured(folders.root.clone(), source).map_err(|mut problems| {
        match problems.is_empty() {
            true => Problem::without_place("the converted configuration cannot be read"),
            false => problems.remove(0),
        }
    })?;
    Ok(Conversion {
        text,
        declared: converted.declarations.len(),
        transforms: converted.transforms.len(),
        stops: converted.stops.len(),
        left: converted.left.len(),
    })
}

/// That something is missing for a conversion.
fn cannot(what: &'static str) -> Problem {
    Problem::without_place(text!("the configuration cannot be converted: {}", what))
}
