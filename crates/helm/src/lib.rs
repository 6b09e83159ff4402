//! Helm charts: load, overlay values, functions, render, order. Knows nothing of environments.
//!
//! Everything follows helm 4.3.1, which also words the errors; comments name the part of Helm that a rule comes from.
//!
//! # Rooms
//!
//! From the bottom up. A room uses only what its line names; `tests/layers.rs` holds the code to this list.
//!
//! - `system`: what the operating system says, in Go's words
//! - `parallel`: work on many files at once
//! - `pattern`: patterns of `.helmignore`
//! - `glob`: patterns of `.Files.Glob`
//! - `read`: a YAML document, or Helm's words for what is wrong with it
//! - `convert`: between plain data and the values of templates
//! - `source`: the files of a chart
//! - `warning`: what Helm logs while it renders; uses `convert`
//! - `functions`: the functions of templates; uses `convert`, `read`
//! - `schema`: `values.schema.json`; uses `functions`
//! - `version`: versions and ranges of them; uses `functions`
//! - `parsed`: parsed templates, kept between renders; uses `source`
//! - `layer`: a values file as Helm reads it; uses `read`
//! - `chart`: a chart as it lies on disk; uses `layer`, `parsed`, `read`, `schema`, `source`, `version`, `warning`
//! - `values`: values, overlaid, and the subcharts that they enable; uses `chart`, `convert`, `layer`, `schema`, `system`, `warning`
//! - `load`: from a directory or an archive to a chart; uses `chart`, `layer`, `parallel`, `parsed`, `pattern`, `schema`, `source`, `system`, `warning`
//! - `render`: manifests; uses `chart`, `functions`, `glob`, `parallel`, `read`, `schema`, `source`, `values`, `version`, `warning`
//! - `reads`: what templates read of the values, without executing them; uses `chart`, `functions`, `layer`, `source`, `values`
//! - `template`: `helm template`, the command; uses `chart`, `functions`, `layer`, `load`, `pattern`, `render`, `values`, `warning`

#![warn(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod chart;
mod convert;
mod functions;
mod glob;
mod layer;
mod load;
mod parallel;
mod parsed;
mod pattern;
mod read;
mod reads;
mod render;
mod schema;
mod source;
mod system;
mod template;
mod values;
mod version;
mod warning;

pub use chart::{Chart, ChartType, Dependency, ImportValues, Maintainer, Metadata};
pub use envlint_gotemplate::Origin as TemplateOrigin;
pub use functions::{
    MESSAGE_END, MESSAGE_START, Session, SessionOptions, expression_steps, registry,
};
pub use layer::{Layer, ValuesError};
pub use load::{LoadError, LoadOptions, Together};
pub use reads::{Branch, Coverage, Read, Reads, Stop, Type};
pub use render::{
    Crd, Error, Hook, HookEvent, KubeVersion, KubeVersionError, Manifest, Options, Place, Rendered,
    Serves, Stage, render, render_effective,
};
pub use schema::{CompiledSchema, SchemaError, SchemaLimit};
pub use source::SourceFile;
pub use template::{Loaded, OutputFile, Printed, TemplateCommand, TemplateError};
pub use values::{
    Effective, File, Given, Item, Leaf, Level, Origin, ReadFile, Table, ValueOptions, Values,
    read_local,
};
pub use version::{is_in_range, satisfies};
pub use warning::{Side, Warning};
