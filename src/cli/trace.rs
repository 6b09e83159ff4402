//! `envlint trace`.

use std::sync::Arc;

use envlint_helm::Stop;
use envlint_yaml::{Path, Segment, Value};
use serde::Serialize;

use super::{Failure, Invocation, Status, select, workspaces};
use crate::manifests::{
    End, Field, FieldOrigin, FieldTrace, Set, Untraced, ValueTrace, trace_field, trace_value,
};
use crate::masking::{Name, ObjectName, Printable, Said, Text, printable, text};
use crate::source::{Location, Problem, nearest};
use crate::workspace::{App, Charts, Workspace};

/// Shows where a field of a manifest comes from, or where a value goes
///
/// With an object and a field it names the values that the field is made of, the lines of the templates that read them,
/// and the lines that set them. With `--value` it names, for every environment, the fields that the value reaches, or
/// says why it reaches none.
///
/// Which fields a value reaches is found by rendering the chart once more with another value.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "envlint trace [APP] --env NAME KIND/NAME FIELD\n       envlint trace [APP] [--env NAME] --value PATH"
)]
pub(super) struct Args {
    /// The app, where the workspace has several; then the object (`Deployment/shop`) and the field (`spec.replicas`).
    #[arg(value_name = "APP, KIND/NAME, FIELD", num_args = 0..=3)]
    words: Vec<String>,
    /// The environment. Default with `--value`: all.
    #[arg(long = "env", value_name = "NAME")]
    environment: Option<String>,
    /// Trace a value: its path, as findings print it.
    #[arg(long, value_name = "PATH")]
    value: Option<String>,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

pub(super) fn run(cx: &Invocation, args: &Args) -> Result<Status, Failure> {
    let workspace = workspaces::only(cx)?;
    if let Some(name) = &args.environment {
        select::environment(&workspace, name)?;
    }
    let words: Vec<&str> = args.words.iter().map(String::as_str).collect();
    let (app, asked) = match (&args.value, words.as_slice()) {
        (Some(value), []) => (None, (None, path_of(value)?)),
        (Some(value), [app]) => (Some(*app), (None, path_of(value)?)),
        (None, [object, field]) => (None, (Some(*object), path_of(field)?)),
        (None, [app, object, field]) => (Some(*app), (Some(*object), path_of(field)?)),
        _ => return Err(usage("give an object and a field, or a value with `--value`").into()),
    };
    let app = app_of(&workspace, app)?;
    let charts = Charts::load(&workspace, std::iter::once(app));
    let chart = charts.of(app);
    let environment = args.environment.as_deref();
    let answer = match asked {
        (None, path) => {
            let traces = trace_value(&workspace, app, chart, environment, &path)
                .map_err(|reason| untraced(app, environment, Asked::Value(&path), &reason))?;
            value(args, app, &path, &traces)
        }
        (Some(object), path) => {
            let of = environment
                .ok_or_else(|| usage("name the environment of the object with `--env`"))?;
            let trace =
                trace_field(&workspace, app, chart, of, (object, &path)).map_err(|reason| {
                    untraced(app, environment, Asked::Field(object, &path), &reason)
                })?;
            field(args, app, of, (object, &path), &trace)
        }
    };
    cx.output.result(answer);
    Ok(Status::Clean)
}

/// What is to be traced.
#[derive(Clone, Copy)]
enum Asked<'a> {
    Value(&'a Path),
    Field(&'a str, &'a Path),
}

impl<'a> Asked<'a> {
    fn path(self) -> &'a Path {
        match self {
            Asked::Value(path) | Asked::Field(_, path) => path,
        }
    }

    /// The object whose field it is.
    fn object(self) -> ObjectName<&'a str> {
        match self {
            Asked::Value(_) => ObjectName(""),
            Asked::Field(object, _) => ObjectName(object),
        }
    }
}

fn usage(message: &'static str) -> Problem {
    Problem::without_place(message).help("`envlint trace --env prod Deployment/shop spec.replicas`, or `envlint trace --value replicas`")
}

fn path_of(text: &str) -> Result<Path, Problem> {
    text.parse().map_err(|_| {
        Problem::without_place(text!("`{}` is not a path", Said(text)))
            .help("write it as findings print it: `image.tag`, `hosts[0]`, `env[name=LEVEL].value`")
    })
}

/// The app of that name, or the only one.
fn app_of<'w>(workspace: &'w Workspace, name: Option<&str>) -> Result<&'w App, Problem> {
    let all = select::apps(workspace, &[])?;
    match (name, all.as_slice()) {
        (Some(name), _) => select::app(workspace, name),
        (None, [only]) => Ok(only),
        (None, all) => {
            let names = all.iter().map(|app| Text::of(&Name(&app.name)));
            Err(
                Problem::without_place(text!("this workspace has {} apps", all.len()))
                    .help(text!("name one of them first: {}", Text::first(names, 10))),
            )
        }
    }
}

fn value(args: &Args, app: &App, path: &Path, traces: &[(Arc<str>, ValueTrace)]) -> Printable {
    match args.format {
        Format::Text => traces
            .iter()
            .map(|(environment, trace)| value_text(app, environment, path, trace))
            .collect(),
        Format::Json => Printable::json(&ValueJson {
            version: 1,
            app: name(&app.name),
            value: name(path),
            environments: traces
                .iter()
                .map(|(environment, trace)| environment_json(app, environment, trace))
                .collect(),
        }),
    }
}

fn field(
    args: &Args,
    app: &App,
    environment: &str,
    (object, path): (&str, &Path),
    trace: &FieldTrace,
) -> Printable {
    match args.format {
        Format::Text => field_text(environment, object, path, trace),
        Format::Json => Printable::json(&FieldJson {
            version: 1,
            app: name(&app.name),
            environment: name(environment),
            object: object_name(object),
            field: name(path),
            value: shown(&trace.value, is_secret(object)),
            template: name(&trace.template),
            origins: trace.origins.iter().map(origin_json).collect(),
        }),
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

fn untraced(app: &App, environment: Option<&str>, asked: Asked<'_>, reason: &Untraced) -> Problem {
    let (object, path) = (asked.object(), asked.path());
    let environment = match environment {
        Some(name) => text!("{}", Name(name)),
        None => "any environment".into(),
    };
    let app = Name(&app.name);
    let listed = |known: &[String]| {
        let names = known.iter().map(|name| Text::of(&ObjectName(name)));
        text!("known here: {}", Text::first(names, 10))
    };
    match reason {
        Untraced::NoValues => {
            Problem::without_place(text!("app `{}` has no values for {}", app, environment))
        }
        Untraced::NoChart => Problem::without_place(text!("`{}` has no chart here", app))
            .help("name its chart in envlint.yaml: `chart:`"),
        Untraced::NotRendered => Problem::without_place(text!(
            "the chart of `{}` does not render in {}",
            app,
            environment
        ))
        .help("run `envlint check` to see why"),
        Untraced::NoValue {
            near,
            known,
            is_unread,
        } => Problem::without_place(text!(
            "nothing sets `{}` in {}{}",
            path,
            environment,
            match is_unread {
                true => ", and no template reads it",
                false => "",
            }
        ))
        .suggest_or(near.as_ref(), listed(known)),
        Untraced::NoObject(known) => Problem::without_place(text!(
            "the chart of `{}` makes no {} in {}",
            app,
            object,
            environment
        ))
        .suggest_or(
            nearest(object.0, known.iter().map(String::as_str)).map(str::to_owned),
            listed(known),
        ),
        Untraced::NoField(known) => Problem::without_place(text!(
            "{} has no field `{}` in {}",
            object,
            path,
            environment
        ))
        .suggest_or(meant(path, known), listed(known)),
        Untraced::TooMany => {
            Problem::without_place(text!("`{}` has too many values to trace a field", app))
                .help("trace one of the values: `envlint trace --value PATH`")
        }
    }
}

/// The field beside the one that is asked for, with nearly the same name.
fn meant(path: &Path, known: &[String]) -> Option<String> {
    let Segment::Key(key) = path.last()? else {
        return None;
    };
    nearest(key, known.iter().map(String::as_str)).map(str::to_owned)
}

/// A name or a path.
fn name(name: impl std::fmt::Display) -> Printable {
    Text::of(&Name(name)).show()
}

fn object_name(object: impl std::fmt::Display) -> Printable {
    Text::of(&ObjectName(object)).show()
}

/// Whether what an object holds is secret.
fn is_secret(object: &str) -> bool {
    object.to_ascii_lowercase().starts_with("secret/")
}

/// Whether a value ends up in a Secret.
fn reaches_secret(end: &End) -> bool {
    matches!(end, End::Fields(fields) if fields.iter().any(|(field, _)| field.kind == "Secret"))
}

/// Longer values are not shown.
const LONGEST: usize = 100;

/// A value on one line.
fn shown(value: &Value, is_secret: bool) -> Printable {
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

fn field_text(environment: &str, object: &str, path: &Path, trace: &FieldTrace) -> Printable {
    let mut text = printable!(
        "{} {} in {}: {}\n",
        object_name(object),
        name(path),
        name(environment),
        shown(&trace.value, is_secret(object))
    );
    for origin in &trace.origins {
        text.push(origin_text(origin, is_secret(object)));
    }
    if trace.origins.is_empty() {
        let template = trace
            .object
            .as_ref()
            .map_or_else(|| name(&trace.template), place);
        text.push(printable!(
            "\nno value of the environment changes it; the template writes it\n"
        ));
        text.push(line("template", template));
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

fn value_text(app: &App, environment: &str, path: &Path, trace: &ValueTrace) -> Printable {
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
            name(&field.path),
            shown(value, field.kind == "Secret")
        ),
        (false, None) => printable!(
            "{} {}: it is there with another value",
            object,
            name(&field.path)
        ),
    }
}

/// Why a value reaches no field.
fn why(app: &App, environment: &str, end: &End) -> Text {
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

fn places_of(end: &End) -> Vec<&Location> {
    match end {
        End::Fields(_) | End::NoChart | End::NotRendered | End::NoItem | End::Unread => Vec::new(),
        End::Stopped(stops) => stops
            .iter()
            .filter_map(|(place, _)| place.as_ref())
            .collect(),
        End::Nothing(places) | End::Refused(places) => places.iter().collect(),
    }
}

/// The answer for programs: its form stays, since pipelines read it.
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
                field: name(&field.path),
                templates: places.iter().map(place_json).collect(),
            })
            .collect(),
        reason: (!reason.is_empty()).then(|| reason.show()),
        templates: places_of(&trace.end).into_iter().map(place_json).collect(),
    }
}
