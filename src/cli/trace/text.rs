//! The answer for people.

use envlint_helm::Stop;
use envlint_yaml::{Path, Value};

use crate::manifests::{End, Field, FieldOrigin, FieldTrace, Set, ValueTrace};
use crate::masking::{Name, ObjectName, Printable, Said, Text, printable, text};
use crate::source::Location;
use crate::workspace::App;

/// A name or a path.
pub(super) fn name(name: impl std::fmt::Display) -> Printable {
    Text::of(&Name(name)).show()
}

/// What a template calls an object, or a path inside of one.
pub(super) fn object_name(object: impl std::fmt::Display) -> Printable {
    Text::of(&ObjectName(object)).show()
}

/// Whether what an object holds is secret.
pub(super) fn is_secret(object: &str) -> bool {
    object.to_ascii_lowercase().starts_with("secret/")
}

/// Whether a value ends up in a Secret.
fn reaches_secret(end: &End) -> bool {
    matches!(end, End::Fields(fields) if fields.iter().any(|(field, _)| field.kind == "Secret"))
}

/// Longer values are not shown.
const LONGEST: usize = 100;

/// A value on one line.
pub(super) fn shown(value: &Value, is_secret: bool) -> Printable {
    let text = match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    };
    match () {
        () if is_secret && *value != Value::Null => {
            printable!("[redacted, {} chars]", text.chars().count())
        }
        () if text.contains('\n') => {
            printable!("[text of {} lines]", text.lines().count())
        }
        () if text.chars().count() > LONGEST => {
            printable!("[{} characters]", text.chars().count())
        }
        () => Text::of(&Said(text)).show(),
    }
}

fn place(location: &Location) -> Printable {
    let start = location.start();
    printable!(
        "{}:{}:{}",
        name(&location.source.path),
        start.line,
        start.column
    )
}

fn line(what: &'static str, of: Printable) -> Printable {
    printable!("  {}  {}\n", Printable::from(what).padded(8), of)
}

fn set_text(set: &Set) -> Printable {
    let origin = if set.is_default {
        " (the chart's default)"
    } else {
        ""
    };
    printable!("{}{}", place(&set.place), origin)
}

pub(super) fn field(environment: &str, object: &str, path: &Path, trace: &FieldTrace) -> Printable {
    let mut text = printable!(
        "{} {} in {}: {}\n",
        object_name(object),
        object_name(path),
        name(environment),
        shown(&trace.value, is_secret(object))
    );
    let template = trace.line.as_ref();
    let template = template.map_or_else(|| name(&trace.template), place);
    text.push(line("template", template));
    for origin in &trace.origins {
        text.push(origin_text(origin, is_secret(object)));
    }
    if trace.origins.is_empty() {
        text.push(printable!(
            "\nno value of the environment changes it; the template writes it\n"
        ));
    }
    text
}

fn origin_text(origin: &FieldOrigin, is_secret: bool) -> Printable {
    let mut text = printable!(
        "\n{}: {}{}\n",
        name(&origin.path),
        shown(&origin.set.value, is_secret),
        if origin.is_switch {
            ", which decides about it"
        } else {
            ""
        }
    );
    text.push(line("set in", set_text(&origin.set)));
    for location in &origin.places {
        text.push(line("read in", place(location)));
    }
    text
}

pub(super) fn value(app: &App, environment: &str, path: &Path, trace: &ValueTrace) -> Printable {
    let mut text = match &trace.set {
        Some(set) => {
            let head = printable!(
                "{} in {}: {}\n",
                name(path),
                name(environment),
                shown(&set.value, reaches_secret(&trace.end))
            );
            printable!("{}{}", head, line("set in", set_text(set)))
        }
        None => printable!("{} in {}: nothing sets it\n", name(path), name(environment)),
    };
    if trace.is_given {
        text.push(line(
            "given",
            "when it is deployed: what it is then is not known".into(),
        ));
    }
    match &trace.end {
        End::Fields(fields) => {
            for (field, places) in fields {
                text.push(line("reaches", reached(field)));
                for location in places {
                    text.push(line("", printable!("read in {}", place(location))));
                }
            }
        }
        end => {
            text.push(line(
                "reaches",
                printable!("nothing: {}", why(app, environment, end).show()),
            ));
            for location in places_of(end) {
                text.push(line("read in", place(location)));
            }
        }
    }
    printable!("{}\n", text)
}

fn reached(field: &Field) -> Printable {
    let object = object_name(format!("{}/{}", field.kind, field.name));
    match (field.path.is_root(), &field.before) {
        (true, Some(_)) => printable!("{}: whether it is there", object),
        (true, None) => printable!("{}: it is there with another value", object),
        (false, Some(value)) => printable!(
            "{} {}: {}",
            object,
            object_name(&field.path),
            shown(value, field.kind == "Secret")
        ),
        (false, None) => printable!(
            "{} {}: it is there with another value",
            object,
            object_name(&field.path)
        ),
    }
}

/// Why a value reaches no field.
pub(super) fn why(app: &App, environment: &str, end: &End) -> Text {
    match end {
        End::Fields(_) => Text::new(),
        End::NoChart => match app
            .deployment(environment)
            .and_then(|known| known.chart.as_ref())
        {
            Some(chart) => text!("the chart {} is not in the repository", ObjectName(chart)),
            None => text!("`{}` has no chart", Name(&app.name)),
        },
        End::NotRendered => text!(
            "the chart does not render in {}: run `envlint check`",
            Name(environment)
        ),
        End::NoItem => "there is no such item".into(),
        End::Unread => "no template reads it".into(),
        End::Stopped(stops) => {
            let reason = stops.iter().find_map(|(_, stop)| match stop.as_ref()? {
                Stop::Chart(path) => Some(text!("the chart of `{}` is turned off", path)),
                Stop::Test(paths) if paths.is_empty() => None,
                Stop::Test(paths) => {
                    let paths = paths.iter().map(|path| text!("`{}`", path));
                    Some(text!(
                        "a condition on {} does not hold",
                        Text::sentence(paths)
                    ))
                }
            });
            reason.unwrap_or_else(|| "no template that reads it gets there".into())
        }
        End::Nothing(_) => "templates read it, but no object changes with it".into(),
        End::Refused(_) => "the chart renders with no other value that envlint tried".into(),
    }
}

pub(super) fn places_of(end: &End) -> Vec<&Location> {
    match end {
        End::Fields(_) | End::NoChart | End::NotRendered | End::NoItem | End::Unread => Vec::new(),
        End::Stopped(stops) => stops
            .iter()
            .filter_map(|(place, _)| place.as_ref())
            .collect(),
        End::Nothing(places) | End::Refused(places) => places.iter().collect(),
    }
}
