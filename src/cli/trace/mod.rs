//! `envlint trace`.

mod json;
mod text;

use envlint_yaml::{Path, Segment};

use super::{Failure, Invocation, Status, select, workspaces};
use crate::manifests::{Untraced, trace_field, trace_value};
use crate::masking::{Name, ObjectName, Said, Text, text};
use crate::source::{Problem, nearest};
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
        (None, [app, object]) if is_app_and_object(&workspace, app, object) => {
            return Err(usage("name the field of the object, too").into());
        }
        (None, [object, field]) => (None, (Some(*object), path_of(field)?)),
        (None, [app, object, field]) => (Some(*app), (Some(*object), path_of(field)?)),
        _ => return Err(usage("give an object and a field, or a value with `--value`").into()),
    };
    let app = app_of(&workspace, app)?;
    let charts = Charts::load(&workspace, std::iter::once(app));
    let environment = args.environment.as_deref();
    let chart = match environment {
        Some(environment) => charts.in_environment(app, environment),
        None => charts.of(app),
    };
    let answer = match asked {
        (None, path) => {
            let traces = trace_value(&workspace, app, chart, environment, &path)
                .map_err(|reason| untraced(app, environment, Asked::Value(&path), &reason))?;
            match args.format {
                Format::Text => traces
                    .iter()
                    .map(|(environment, trace)| text::value(app, environment, &path, trace))
                    .collect(),
                Format::Json => json::value(app, &path, &traces),
            }
        }
        (Some(object), path) => {
            let of = environment
                .ok_or_else(|| usage("name the environment of the object with `--env`"))?;
            let trace =
                trace_field(&workspace, app, chart, of, (object, &path)).map_err(|reason| {
                    untraced(app, environment, Asked::Field(object, &path), &reason)
                })?;
            match args.format {
                Format::Text => text::field(of, object, &path, &trace),
                Format::Json => json::field(app, of, (object, &path), &trace),
            }
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

/// Whether two words are an app and an object of it, with no field behind them.
fn is_app_and_object(workspace: &Workspace, app: &str, object: &str) -> bool {
    let is_app = workspace.apps.iter().any(|known| *known.name == *app);
    is_app && !app.contains('/') && object.contains('/')
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
