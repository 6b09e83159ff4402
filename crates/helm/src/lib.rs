//! Helm charts: load, overlay values, functions, render, order. Knows nothing of environments.
//!
//! Everything follows helm 4.2.4, which also words the errors; comments name the part of Helm that a rule comes from.

mod chart;
mod convert;
mod functions;
mod glob;
mod load;
mod parallel;
mod parsed;
mod pattern;
mod read;
mod render;
mod template;
mod values;
mod version;
mod warning;

pub use chart::{Chart, ChartType, Dependency, ImportValues, Maintainer, Metadata, SourceFile};
pub use functions::{MESSAGE_END, MESSAGE_START, Session, SessionOptions, registry};
pub use load::{LoadError, LoadOptions};
pub use render::{
    Crd, Error, Hook, HookEvent, KubeVersion, KubeVersionError, Manifest, Options, Place, Rendered,
    Stage, render,
};
pub use template::{Loaded, Printed, TemplateCommand, TemplateError};
pub use values::{
    CompiledSchema, Effective, ReadFile, SchemaError, SchemaLimit, ValueOptions, Values,
    ValuesError, effective_values, read_local,
};
pub use warning::{Side, Warning};
