//! The functions that the templates call, in either mode.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest, Value};
use minijinja::{Environment, Error, ErrorKind, State};

use super::concrete::Concrete;
use super::helm::Helm;

/// What coordinates are rendered to.
pub(super) enum Mode {
    /// To the values of an environment.
    Concrete(Concrete),
    /// To Helm expressions.
    Helm(Helm),
}

/// The questions that a template asks. Texts and conditions are opaque to it: in a chart they are expressions.
pub(super) trait Answers: Send + Sync + 'static {
    /// The value of a setting.
    fn coordinate(&self, path: &str) -> Result<String, Error>;
    /// Whether a setting is given.
    fn is_set(&self, path: &str) -> Result<Value, Error>;
    /// Whether a setting has one of these values.
    fn is_any(&self, path: &str, values: &[String]) -> Result<Value, Error>;
    /// Whether a setting's text contains another.
    fn contains(&self, path: &str, text: &str) -> Result<Value, Error>;
    /// Neither.
    fn negated(&self, condition: &Value) -> Value;
    /// Both, or (`either`) at least one of two conditions.
    fn combined(&self, either: bool, left: &Value, right: &Value) -> Value;
    /// A block of lines that is there when the condition holds.
    fn when(&self, condition: &Value, body: &str) -> String;
    /// One of two texts.
    fn choose(&self, condition: &Value, yes: &str, no: &str) -> String;
    /// The first of two texts that is not empty.
    fn first(&self, text: &str, otherwise: &str) -> String;
    /// A name below a prefix that may be empty.
    fn under(&self, prefix: &str, separator: &str, name: &str) -> String;
    /// The text as a YAML scalar that nothing can break out of.
    fn quoted(&self, text: &str) -> String;
    /// The same within a block of text.
    fn embedded(&self, text: &str) -> String;
    /// A setting that is not text, as JSON.
    fn json(&self, text: &str) -> String;
    /// Gives a text a name; the chart's template computes it once.
    fn define(&self, name: &str, text: &str) -> String;
    /// Gives a condition a name.
    fn define_condition(&self, name: &str, condition: &Value) -> Value;
    /// The sealed values of a secret.
    fn sealed_values(&self, secret: &str) -> Result<String, Error>;
    /// One of them.
    fn sealed_value(&self, sealed: &str, key: &str) -> String;
}

impl Mode {
    fn answers(&self) -> Arc<dyn Answers> {
        match self {
            Mode::Concrete(concrete) => Arc::new(concrete.clone()),
            Mode::Helm(helm) => Arc::new(helm.clone()),
        }
    }

    /// The release's name.
    pub(super) fn release(&self) -> String {
        match self {
            Mode::Concrete(concrete) => concrete.place.release.clone(),
            Mode::Helm(_) => Helm::marked(".Release.Name"),
        }
    }

    /// The namespace.
    pub(super) fn namespace(&self) -> String {
        match self {
            Mode::Concrete(concrete) => concrete.place.namespace.clone(),
            Mode::Helm(_) => Helm::marked(".Release.Namespace"),
        }
    }

    /// Gives the templates their functions.
    pub(super) fn register(&self, environment: &mut Environment<'_>) {
        let answers = self.answers();
        register_texts(&answers, environment);
        register_conditions(&answers, environment);
    }
}

fn register_texts(answers: &Arc<dyn Answers>, environment: &mut Environment<'_>) {
    let a = Arc::clone(answers);
    environment.add_function("coordinate", move |path: String| a.coordinate(&path));
    let a = Arc::clone(answers);
    environment.add_function("first", move |text: String, otherwise: String| {
        a.first(&text, &otherwise)
    });
    let a = Arc::clone(answers);
    environment.add_function(
        "under",
        move |prefix: String, separator: String, name: String| a.under(&prefix, &separator, &name),
    );
    let a = Arc::clone(answers);
    environment.add_function(
        "choose",
        move |condition: Value, yes: String, no: String| a.choose(&condition, &yes, &no),
    );
    let a = Arc::clone(answers);
    environment.add_function("quoted", move |text: String| a.quoted(&text));
    let a = Arc::clone(answers);
    environment.add_function("embedded", move |text: String| a.embedded(&text));
    let a = Arc::clone(answers);
    environment.add_function("json", move |text: String| a.json(&text));
    let a = Arc::clone(answers);
    environment.add_function("define", move |name: String, text: String| {
        a.define(&name, &text)
    });
    let a = Arc::clone(answers);
    environment.add_function("sealed_values", move |secret: String| {
        a.sealed_values(&secret)
    });
    let a = Arc::clone(answers);
    environment.add_function("sealed_value", move |sealed: String, key: String| {
        a.sealed_value(&sealed, &key)
    });
}

fn register_conditions(answers: &Arc<dyn Answers>, environment: &mut Environment<'_>) {
    let a = Arc::clone(answers);
    environment.add_function("is_set", move |path: String| a.is_set(&path));
    let a = Arc::clone(answers);
    environment.add_function("is", move |path: String, value: String| {
        a.is_any(&path, &[value])
    });
    let a = Arc::clone(answers);
    environment.add_function("is_any", move |path: String, values: Vec<String>| {
        a.is_any(&path, &values)
    });
    let a = Arc::clone(answers);
    environment.add_function("contains", move |path: String, text: String| {
        a.contains(&path, &text)
    });
    let a = Arc::clone(answers);
    environment.add_function("negated", move |condition: Value| a.negated(&condition));
    let a = Arc::clone(answers);
    environment.add_function("both", move |left: Value, right: Value| {
        a.combined(false, &left, &right)
    });
    let a = Arc::clone(answers);
    environment.add_function("either", move |left: Value, right: Value| {
        a.combined(true, &left, &right)
    });
    let a = Arc::clone(answers);
    environment.add_function("define_condition", move |name: String, condition: Value| {
        a.define_condition(&name, &condition)
    });
    let a = Arc::clone(answers);
    environment.add_function(
        "when",
        move |state: &mut State<'_, '_>, condition: Value, _: Rest<Value>, block: Kwargs| {
            let caller: Value = block.get("caller")?;
            let body = caller.call(state, &[])?;
            Ok::<_, Error>(a.when(&condition, &body.to_string()))
        },
    );
}

/// The error of a template that names a setting that its backend does not have.
pub(super) fn unknown_setting(path: &str) -> Error {
    Error::new(
        ErrorKind::InvalidOperation,
        format!("there is no setting `{path}`"),
    )
}

/// A string literal of Go, on one line.
pub(super) fn go_string(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            '\n' => literal.push_str("\\n"),
            _ if character.is_control() => {
                literal.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => literal.push(character),
        }
    }
    literal.push('"');
    literal
}
