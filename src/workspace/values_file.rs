//! The values files of an app in one environment: its own, and the layers around it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use envlint_helm::{Layer, ValuesError};
use envlint_yaml::{Position, Span};

use super::Environment;
use super::deployment::{Deployment, Own};
use crate::evidence::LayerPath;
use crate::masking::{Name, Text, text};
use crate::pulumi::stack_of;
use crate::source::{Location, ReadError, Source, read_text};
use crate::values::{Pattern, Tree};

/// The values file of one app in one environment, with the layers around it.
#[derive(Debug)]
pub struct ValuesFile {
    /// The environment.
    pub environment: Environment,
    /// Path relative to the workspace's root.
    pub path: String,
    /// The file, or why it could not be read. Without anything in it where the environment has no values of its own.
    pub source: Result<Arc<Source>, ReadError>,
    layer: OnceLock<Result<Layer, ValuesError>>,
    around: Around,
    /// Where the values stand, or would stand, when they are no file of their own.
    within: Option<Location>,
    /// Whether the file is ciphertext; then it counts as one without anything in it.
    is_encrypted: bool,
}

/// What belongs to the values of a deployment beside the environment's own file.
#[derive(Debug, Clone, Default)]
pub(super) struct Around {
    /// Below the own file, the lowest first.
    pub below: Vec<Arc<LayerFile>>,
    /// Over the own file.
    pub above: Vec<Arc<LayerFile>>,
    /// What is given when it is deployed.
    pub given: Option<Arc<[Pattern]>>,
    /// The part of that which the place writes out that deploys it: it is laid over all layers.
    pub written: Option<Arc<LayerFile>>,
}

/// A values file that is laid below or over the environments' own.
#[derive(Debug)]
pub struct LayerFile {
    /// Path relative to the workspace's root.
    pub path: String,
    /// The file, or why it could not be read.
    pub source: Result<Arc<Source>, ReadError>,
    layer: OnceLock<Result<Layer, ValuesError>>,
}

impl LayerFile {
    fn read(root: &Path, of: &LayerPath) -> LayerFile {
        LayerFile::of(&of.path, read(root, of))
    }

    /// A layer that was read.
    pub(super) fn of(path: &str, source: Result<Arc<Source>, ReadError>) -> LayerFile {
        LayerFile {
            path: path.to_owned(),
            source,
            layer: OnceLock::new(),
        }
    }

    /// Values that a place writes out that is no values file.
    pub(super) fn written(source: Source) -> LayerFile {
        LayerFile {
            path: source.path.clone(),
            source: Ok(Arc::new(source)),
            layer: OnceLock::new(),
        }
    }

    fn layer(&self) -> Option<Result<&Layer, &ValuesError>> {
        layer(&self.source, &self.layer)
    }
}

/// Reads a layer: a file, or a part of one.
pub(super) fn read(root: &Path, of: &LayerPath) -> Result<Arc<Source>, ReadError> {
    if of.part.is_none() {
        return Ok(Arc::new(Source::read(root, &of.path)?));
    }
    let document = of.read(read_text(root, &of.path)?);
    Ok(Arc::new(Source::of(of.path.as_str(), Arc::new(document))))
}

/// The values that are a deployment's own.
pub(super) fn of(root: &Path, deployment: &Deployment, layers: &LayerFiles) -> ValuesFile {
    let new = |path: &str, source| {
        ValuesFile::new(deployment.environment.clone(), path.to_owned(), source)
    };
    match &deployment.own {
        Own::Layer(layer) => {
            let source = read(root, layer);
            let within = source.as_ref().ok().zip(layer.part);
            let within =
                within.map(|(source, (start, end))| Location::new(source, Span::new(start, end)));
            ValuesFile {
                within,
                ..new(&layer.path, source)
            }
        }
        Own::Nothing(evidence) => {
            let whole = layers.whole(root, &evidence.file);
            let (line, column) = (evidence.line, evidence.column);
            let within = whole.source.as_ref().ok().map(|whole| {
                let at = whole.document.offset(Position { line, column });
                let end = Position {
                    column: usize::MAX,
                    line,
                };
                Location::new(whole, Span::new(at, whole.document.offset(end)))
            });
            let blank = Arc::new(Source::new(evidence.file.as_str(), ""));
            ValuesFile {
                within: within.or_else(|| Some(Location::start_of(&blank))),
                ..new(&evidence.file, Ok(Arc::clone(&blank)))
            }
        }
    }
}

fn is_encrypted(source: &Result<Arc<Source>, ReadError>) -> bool {
    matches!(source, Err(ReadError::Encrypted(_)))
}

fn layer<'f>(
    source: &Result<Arc<Source>, ReadError>,
    known: &'f OnceLock<Result<Layer, ValuesError>>,
) -> Option<Result<&'f Layer, &'f ValuesError>> {
    let source = source.as_ref().ok()?;
    let layer = known.get_or_init(|| Layer::of(Arc::clone(&source.document)));
    Some(layer.as_ref())
}

impl ValuesFile {
    /// Where a person writes a value of the environment: the file, or the values in a file that says more than these.
    pub fn called(&self) -> Text {
        match self.within {
            Some(_) => text!(
                "the values of {} in {}",
                Name(&self.environment.name),
                Name(&self.path)
            ),
            None => text!("{}", Name(&self.path)),
        }
    }

    /// The values file of an environment, without other layers.
    pub fn new(
        environment: Environment,
        path: String,
        source: Result<Arc<Source>, ReadError>,
    ) -> ValuesFile {
        let is_encrypted = is_encrypted(&source);
        let source = match is_encrypted {
            true => Ok(Arc::new(Source::new(path.as_str(), ""))),
            false => source,
        };
        ValuesFile {
            is_encrypted,
            environment,
            path,
            source,
            layer: OnceLock::new(),
            around: Around::default(),
            within: None,
        }
    }

    /// Whether the environment has a values file of its own, and not values in a manifest, or none.
    pub fn is_own_file(&self) -> bool {
        self.within.is_none()
    }

    /// Where the environment's own values are written.
    pub fn own_layer(&self) -> LayerPath {
        match &self.within {
            Some(within) => LayerPath::part(self.path.as_str(), within.span),
            None => LayerPath::file(self.path.as_str()),
        }
    }

    /// Whether the values are only known when the app is deployed: the environment has none here, or none of its own, and is
    /// given some, or any. What the chart makes of the others is a guess. A file that all environments share or the chart's
    /// own values, where something names them, are known as those of any environment are.
    pub fn is_given_only(&self) -> bool {
        let is_any = |given: &Pattern| given.to_string() == "**";
        let has_others = self.others().next().is_some() || self.around.written.is_some();
        let is_open = |given: &Arc<[Pattern]>| !has_others || given.iter().any(is_any);
        !self.is_own_file() && self.is_empty() && self.around.given.as_ref().is_some_and(is_open)
    }

    /// Where the environment's own values begin; none where the file could not be read.
    pub fn start(&self) -> Option<Location> {
        let source = self.source.as_ref().ok()?;
        Some(
            self.within
                .clone()
                .unwrap_or_else(|| Location::start_of(source)),
        )
    }

    /// The same with what is laid around it. What is in ciphertext is not known, so any path may be given by it.
    pub(super) fn within(self, mut around: Around) -> ValuesFile {
        let others = around.below.iter().chain(&around.above);
        let is_sealed = others.map(|layer| is_encrypted(&layer.source));
        if is_sealed.chain([self.is_encrypted]).any(|sealed| sealed) {
            let known = around.given.iter().flat_map(|given| given.iter().cloned());
            around.given = Some("**".parse().into_iter().chain(known).collect());
        }
        ValuesFile { around, ..self }
    }

    /// The same file, which there is no room for.
    pub(super) fn refused(self, why: ReadError) -> ValuesFile {
        ValuesFile {
            source: Err(why),
            ..self
        }
    }

    /// The same file with another text.
    pub fn with_source(&self, source: Arc<Source>) -> ValuesFile {
        let file = ValuesFile::new(self.environment.clone(), self.path.clone(), Ok(source));
        ValuesFile {
            is_encrypted: self.is_encrypted,
            within: self.within.clone(),
            ..file.within(self.around.clone())
        }
    }

    /// The file as Helm reads it, or why Helm refuses it; none when the file could not be read.
    pub fn layer(&self) -> Option<Result<&Layer, &ValuesError>> {
        layer(&self.source, &self.layer)
    }

    /// Whether the file was read and sets nothing at all: no content, only comments, or null.
    pub fn is_empty(&self) -> bool {
        self.source.as_ref().is_ok_and(|source| source.is_empty())
    }

    /// The layers beside the environment's own file, the lowest first.
    pub fn others(&self) -> impl Iterator<Item = &Arc<LayerFile>> {
        self.around.below.iter().chain(&self.around.above)
    }

    /// The layers below the environment's own file, the lowest first.
    pub fn below(&self) -> std::slice::Iter<'_, Arc<LayerFile>> {
        self.around.below.iter()
    }

    /// The layers over the environment's own file, the lowest first.
    pub fn above(&self) -> std::slice::Iter<'_, Arc<LayerFile>> {
        self.around.above.iter()
    }

    /// Whether a tool has encrypted the environment's own file as a whole.
    pub fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    /// Whether there are layers beside the environment's own file.
    pub fn is_layered(&self) -> bool {
        self.others().next().is_some()
    }

    /// All layers as Helm reads them, the lowest first, and over them what the place writes out that deploys the app; none when
    /// the environment's own file could not be read. Others that cannot be read are left out.
    ///
    /// # Errors
    /// Why Helm refuses one of them.
    pub fn layers(&self) -> Option<Result<Vec<&Layer>, &ValuesError>> {
        let own = self.layer()?;
        let below = self.around.below.iter().filter_map(|file| file.layer());
        let above = self.around.above.iter().filter_map(|file| file.layer());
        let written = self.around.written.iter().filter_map(|file| file.layer());
        Some(below.chain([own]).chain(above).chain(written).collect())
    }

    /// The file of one of these layers.
    pub fn source_of(&self, index: usize) -> Option<&Arc<Source>> {
        let own = std::iter::once(&self.source);
        let below = self.around.below.iter().map(|file| &file.source);
        let above = self.around.above.iter().map(|file| &file.source);
        let written = self.around.written.iter().map(|file| &file.source);
        let mut sources = below
            .chain(own)
            .chain(above)
            .chain(written)
            .filter_map(|source| source.as_ref().ok());
        sources.nth(index)
    }

    /// Whether a file is one of the layers.
    pub fn is_written_in(&self, source: &Source) -> bool {
        let mut others = self.others().chain(&self.around.written);
        self.path == source.path || others.any(|layer| layer.path == source.path)
    }

    /// What is given when the app is deployed, and that nothing here writes out.
    pub fn unknown_given(&self) -> impl Iterator<Item = &Pattern> {
        self.given()
            .filter(|pattern| pattern.as_path().is_none_or(|path| !self.writes_out(&path)))
    }

    /// Whether the place that deploys the app writes out a value that it gives.
    fn writes_out(&self, path: &envlint_yaml::Path) -> bool {
        let written = self.around.written.as_ref();
        let source = written.and_then(|layer| layer.source.as_ref().ok());
        source
            .and_then(Tree::of)
            .is_some_and(|tree| tree.at(path).is_some())
    }

    /// What is given when it is deployed.
    pub fn given(&self) -> impl Iterator<Item = &Pattern> {
        self.around.given.iter().flat_map(|given| given.iter())
    }

    /// Whether some of the values lie where nobody here can read them, and may be any.
    pub fn is_open(&self) -> bool {
        self.given()
            .any(|pattern| pattern.covers(&envlint_yaml::Path::root()))
    }

    /// Whether any value is given when the app is deployed.
    pub fn is_given_something(&self) -> bool {
        let mut given = self.around.given.iter();
        given.any(|given| !given.is_empty())
    }

    /// Whether a path gets its value when the app is deployed. Where values come from somewhere else, which may be any, those
    /// in the manifest are laid over them, and stay.
    pub fn is_given(&self, path: &envlint_yaml::Path) -> bool {
        // What a stack of Pulumi imports is laid below its own configuration.
        if stack_of(&self.path).is_some() && self.has(path) {
            return false;
        }
        let is_any = |pattern: &Pattern| pattern.covers(&envlint_yaml::Path::root());
        self.given()
            .any(|pattern| pattern.covers(path) && !(is_any(pattern) && self.is_in_manifest(path)))
    }

    /// Whether the manifest that deploys the app has a value at a path.
    fn is_in_manifest(&self, path: &envlint_yaml::Path) -> bool {
        self.within.is_some() && self.has(path)
    }

    /// Whether the environment's own values have a path.
    fn has(&self, path: &envlint_yaml::Path) -> bool {
        let source = self.source.as_ref().ok();
        source
            .and_then(Tree::of)
            .is_some_and(|tree| tree.at(path).is_some())
    }
}

/// The layers that deployments share, each read once.
#[derive(Debug, Default)]
pub(super) struct LayerFiles(Mutex<BTreeMap<LayerPath, Slot>>);

/// A layer, once it is read.
type Slot = Arc<OnceLock<Arc<LayerFile>>>;

impl LayerFiles {
    /// A file as a whole.
    fn whole(&self, root: &Path, path: &str) -> Arc<LayerFile> {
        self.get(root, &LayerPath::file(path))
    }

    /// The layers at these places.
    pub(super) fn of(&self, root: &Path, paths: &[LayerPath]) -> Vec<Arc<LayerFile>> {
        paths.iter().map(|path| self.get(root, path)).collect()
    }

    fn get(&self, root: &Path, path: &LayerPath) -> Arc<LayerFile> {
        let slot = {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(path.clone()).or_default())
        };
        // Read outside of the lock: other files are waited for by nobody.
        let file = slot.get_or_init(|| Arc::new(LayerFile::read(root, path)));
        Arc::clone(file)
    }
}
