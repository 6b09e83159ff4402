//! The answer for programs: its form stays, since pipelines read it.

use std::sync::Arc;

use envlint_yaml::Path;
use serde::Serialize;

use super::text::{is_secret, name, object_name, places_of, shown, why};
use crate::manifests::{End, FieldOrigin, FieldTrace, ValueTrace};
use crate::masking::Printable;
use crate::source::Location;
use crate::workspace::App;

/// Where a value goes in each environment.
pub(super) fn value(app: &App, path: &Path, traces: &[(Arc<str>, ValueTrace)]) -> Printable {
    let environments = traces.iter();
    Printable::json(&ValueJson {
        version: 1,
        app: name(&app.name),
        value: name(path),
        environments: environments
            .map(|(environment, trace)| environment_json(app, environment, trace))
            .collect(),
    })
}

/// Where a field comes from.
pub(super) fn field(
    app: &App,
    environment: &str,
    (object, path): (&str, &Path),
    trace: &FieldTrace,
) -> Printable {
    Printable::json(&FieldJson {
        version: 1,
        app: name(&app.name),
        environment: name(environment),
        object: object_name(object),
        field: object_name(path),
        value: shown(&trace.value, is_secret(object)),
        template: name(&trace.template),
        line: trace.line.as_ref().map(place_json),
        origins: trace.origins.iter().map(origin_json).collect(),
    })
}

#[derive(Serialize)]
struct ValueJson {
    version: u32,
    app: Printable,
    value: Printable,
    environments: Vec<EnvironmentJson>,
}

#[derive(Serialize)]
struct EnvironmentJson {
    name: Printable,
    /// Null where nothing sets it.
    set: Option<PlaceJson>,
    /// Whether it is a default of the chart.
    default: bool,
    fields: Vec<ReachedJson>,
    /// Why it reaches none; null where it does.
    reason: Option<Printable>,
    /// The lines that read it and reach nothing.
    templates: Vec<PlaceJson>,
}

#[derive(Serialize)]
struct ReachedJson {
    object: Printable,
    /// Empty for the object as a whole.
    field: Printable,
    templates: Vec<PlaceJson>,
}

#[derive(Serialize)]
struct FieldJson {
    version: u32,
    app: Printable,
    environment: Printable,
    object: Printable,
    field: Printable,
    value: Printable,
    template: Printable,
    /// The line that writes it; null where that is no file of the workspace.
    line: Option<PlaceJson>,
    origins: Vec<OriginJson>,
}

#[derive(Serialize)]
struct OriginJson {
    value: Printable,
    /// `value`, or `switch` where it only decides whether the field is there.
    role: &'static str,
    set: PlaceJson,
    default: bool,
    templates: Vec<PlaceJson>,
}

#[derive(Serialize)]
struct PlaceJson {
    file: Printable,
    line: usize,
    column: usize,
}

fn place_json(location: &Location) -> PlaceJson {
    let start = location.start();
    PlaceJson {
        file: name(&location.source.path),
        line: start.line,
        column: start.column,
    }
}

fn environment_json(app: &App, environment: &str, trace: &ValueTrace) -> EnvironmentJson {
    let fields = match &trace.end {
        End::Fields(fields) => fields.as_slice(),
        _ => &[],
    };
    let reason = why(app, environment, &trace.end);
    EnvironmentJson {
        name: name(environment),
        set: trace.set.as_ref().map(|set| place_json(&set.place)),
        default: trace.set.as_ref().is_some_and(|set| set.is_default),
        fields: fields
            .iter()
            .map(|(field, places)| ReachedJson {
                object: object_name(format!("{}/{}", field.kind, field.name)),
                field: object_name(&field.path),
                templates: places.iter().map(place_json).collect(),
            })
            .collect(),
        reason: (!reason.is_empty()).then(|| reason.show()),
        templates: places_of(&trace.end).into_iter().map(place_json).collect(),
    }
}

fn origin_json(origin: &FieldOrigin) -> OriginJson {
    OriginJson {
        value: name(&origin.path),
        role: if origin.is_switch { "switch" } else { "value" },
        set: place_json(&origin.set.place),
        default: origin.set.is_default,
        templates: origin.places.iter().map(place_json).collect(),
    }
}
