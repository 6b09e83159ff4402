//! Errors of a render, in Helm's words and with their place (Helm: pkg/engine/engine.go, reformatExecErrorMsg).

use envlint_gotemplate as go;

use crate::functions::{MESSAGE_END, MESSAGE_START};

/// The name of Helm's outermost template, and of every text that `tpl` executes.
pub(super) const ROOT: &str = "gotpl";

/// How far a render came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The chart as such: its type, its dependencies.
    Chart,
    /// The name of the release.
    Release,
    /// Overlaying values.
    Values,
    /// The chart's JSON Schema.
    Schema,
    /// Before the templates: the range of Kubernetes versions.
    Render,
    /// A template does not parse.
    Parse,
    /// A template failed.
    Execute,
    /// What a template printed is no YAML, or no object.
    Manifest,
}

/// A place in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The whole name of the template: `parent/charts/child/templates/a.yaml`.
    pub template: String,
    /// The line in the template, from 1; absent when only the file is known.
    pub line: Option<usize>,
    /// The column in bytes, from 1.
    pub column: Option<usize>,
}

/// Why a chart cannot be rendered. [`Display`](std::fmt::Display) is Helm's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Repr>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Repr {
    stage: Stage,
    message: String,
    place: Option<Place>,
    suggestion: Option<String>,
    outputs: Option<String>,
    is_limit: bool,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

impl Error {
    pub(super) fn new(stage: Stage, message: String) -> Error {
        Error(Box::new(Repr {
            stage,
            message,
            place: None,
            suggestion: None,
            outputs: None,
            is_limit: false,
        }))
    }

    /// A template whose output is more than is looked at here: Helm may render it.
    pub(super) fn beyond(template: &str, message: String) -> Error {
        let mut error = Error::manifest(template, message);
        error.0.is_limit = true;
        error
    }

    /// A manifest of `template` that cannot be used.
    pub(super) fn manifest(template: &str, message: String) -> Error {
        let mut error = Error::new(Stage::Manifest, message);
        error.0.place = Some(Place {
            template: template.to_owned(),
            line: None,
            column: None,
        });
        error
    }

    /// With all that was rendered, to be shown.
    pub(super) fn with_outputs(mut self, outputs: String) -> Error {
        self.0.outputs = Some(outputs);
        self
    }

    /// How far the render came.
    pub fn stage(&self) -> Stage {
        self.0.stage
    }

    /// Whether Helm may render it: the work was ended at a limit.
    pub fn is_limit(&self) -> bool {
        self.0.is_limit
    }

    /// The innermost place in a template, when there is one.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// A name that exists, for one that does not.
    pub fn suggestion(&self) -> Option<&str> {
        self.0.suggestion.as_deref()
    }

    /// What the templates printed, when it was found to be no YAML: Helm shows it with `--debug`.
    pub fn outputs(&self) -> Option<&str> {
        self.0.outputs.as_deref()
    }

    fn in_template(stage: Stage, message: String, cause: &go::Error) -> Error {
        let mut error = Error::new(stage, message);
        error.0.place = place(cause);
        error.0.suggestion = suggestion(cause);
        error.0.is_limit = cause.limit().is_some();
        error
    }

    /// A template that does not parse (Helm: cleanupParseError).
    pub(super) fn parse(file: &str, error: &go::Error) -> Error {
        let text = error.to_string();
        let mut tokens = text.split(": ");
        let message = match (tokens.nth(1), text.rsplit(": ").next()) {
            (Some(location), Some(last)) => format!("parse error at ({location}): {last}"),
            _ => format!("parse error in ({file}): {text}"),
        };
        Error::in_template(Stage::Parse, message, error)
    }

    /// A template that failed.
    pub(super) fn execution(file: &str, error: &go::Error) -> Error {
        let message = execution_message(file, error);
        Error::in_template(Stage::Execute, message, error)
    }
}

fn place(error: &go::Error) -> Option<Place> {
    // `tpl` executes text that is in no file; what called it is.
    let inner = error
        .chain()
        .filter_map(go::Error::location)
        .filter(|at| at.file != ROOT)
        .last()?;
    Some(Place {
        template: inner.file.clone(),
        line: Some(inner.line),
        column: inner.column.map(|column| column + 1),
    })
}

fn suggestion(error: &go::Error) -> Option<String> {
    error
        .chain()
        .filter_map(go::Error::suggestion)
        .last()
        .map(str::to_owned)
}

fn execution_message(file: &str, error: &go::Error) -> String {
    let text = error.to_string();
    if !error.chain().any(|e| e.location().is_some()) {
        return text;
    }
    let mut tokens = text.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (tokens.next(), tokens.next(), tokens.next())
    else {
        return format!("execution error in ({file}): {text}");
    };
    if let Some(message) = marked(rest) {
        return format!("execution error at ({location}): {message}");
    }
    trace(error).unwrap_or(text)
}

fn marked(text: &str) -> Option<&str> {
    let start = text.find(MESSAGE_START)? + MESSAGE_START.len();
    let end = text.rfind(MESSAGE_END)?;
    text.get(start..end)
}

/// One paragraph for each error of the chain; none when one of them is not an error of a template.
fn trace(error: &go::Error) -> Option<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    // A recursion of a thousand includes would make a text of the square of its length.
    const MAX_CHAIN: usize = 200;
    let chain: Vec<&go::Error> = error.chain().collect();
    if chain.len() > MAX_CHAIN {
        return None;
    }
    for error in chain {
        let paragraph = paragraph(&error.to_string())?;
        if paragraphs.last() != Some(&paragraph) {
            paragraphs.push(paragraph);
        }
    }
    Some(paragraphs.concat().trim().to_owned())
}

/// Helm: parseTemplateExecErrorString and TraceableError.String.
fn paragraph(text: &str) -> Option<String> {
    let rest = text.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        return Some(format!("{text}\n"));
    }
    if let Some((location, after)) = rest.split_once(": executing ")
        && let Some((function, context, message)) = executing(after)
    {
        let function = format!("executing \"{function}\" at <{context}>:");
        return Some(render_paragraph(location, &function, message));
    }
    let (location, message) = rest.rsplit_once(": ")?;
    Some(render_paragraph(location, "", message))
}

/// `"name" at <context>: message`
fn executing(text: &str) -> Option<(&str, &str, &str)> {
    let (function, rest) = text.strip_prefix('"')?.split_once('"')?;
    let (context, message) = rest.strip_prefix(" at <")?.split_once(">: ")?;
    Some((function, context, message))
}

fn render_paragraph(location: &str, function: &str, message: &str) -> String {
    let message = message.split(" template:").next().unwrap_or(message);
    let mut text = String::new();
    for (part, after) in [(location, "\n  "), (function, "\n    "), (message, "\n")] {
        if !part.is_empty() {
            text.push_str(part);
            text.push_str(after);
        }
    }
    text
}
