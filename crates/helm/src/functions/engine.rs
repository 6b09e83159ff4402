//! Functions that work on the templates themselves, or that Helm's engine replaces (pkg/engine/engine.go).

use std::sync::Arc;

use envlint_gotemplate::bytes::find;
use envlint_gotemplate::fmt::quote;
use envlint_gotemplate::{Context, Error, Function, GoString, Map, Type, Value};

use envlint_gotemplate::tree::Template;

use super::session;

const S: Type = Type::String;
const ANY: Type = Type::Interface;

/// How often a template may be inside itself through `include`.
const MAX_NESTED: usize = 1000;

/// Helm wraps the messages of `required` and `fail` in these, to cut them out of the chain of errors later.
pub const MESSAGE_START: &str = "HELM_ERR_START";
/// The end of a message that starts with [`MESSAGE_START`].
pub const MESSAGE_END: &str = "HELM_ERR_END";

pub(super) static TABLE: &[Function] = &[
    Function::new("include", &[S, ANY], |cx, mut args| {
        let data = args.take(1);
        include(cx, args.string(0), data)
    }),
    Function::new("tpl", &[S, ANY], |cx, mut args| {
        let data = args.take(1);
        tpl(cx, args.string(0), data)
    }),
    Function::new("required", &[S, ANY], |_, mut args| match args.take(1) {
        Value::Nil => Err(message(&args.text(0))),
        Value::String(text) if text.is_empty() => Err(message(&args.text(0))),
        value => Ok(value),
    }),
    Function::new("fail", &[S], |_, args| Err(message(&args.text(0)))),
    // Without a cluster there is nothing to find.
    Function::new("lookup", &[S, S, S, S], |_, _| Ok(Map::new().into())),
    // Helm looks names up only with --enable-dns.
    Function::new("getHostByName", &[S], |_, _| Ok("".into())),
];

/// A longer message is nothing that a person reads, and each place that it goes through copies it.
const MOST_OF_A_MESSAGE: usize = 1 << 20;

fn message(text: &str) -> Error {
    if text.len() > MOST_OF_A_MESSAGE {
        let length = text.len();
        return Error::new(format!("it fails with a message of {length} bytes"));
    }
    Error::new(format!("{MESSAGE_START}{text}{MESSAGE_END}"))
}

fn include(cx: &mut dyn Context, name: GoString, data: Value) -> Result<Value, Error> {
    let nested = session(cx)?.included.entry(name.clone()).or_default();
    if *nested > MAX_NESTED {
        return Err(Error::new(format!(
            "rendering template has a nested reference name: {name}: unable to execute template"
        )));
    }
    *nested += 1;
    let result = cx.execute(&name.to_str_lossy(), data);
    if let Some(nested) = session(cx)?.included.get_mut(&name) {
        *nested -= 1;
    }
    result.map(Value::string)
}

/// Executes a text as a template. Templates that it defines are known inside it only.
fn tpl(cx: &mut dyn Context, text: GoString, data: Value) -> Result<Value, Error> {
    let name = cx.set_name().to_owned();
    let trees = parsed(cx, &name, &text)
        .map_err(|error| Error::wrap(format!("cannot parse template {}", quote(&text)), error))?;
    let output = cx.execute_added(&trees, &name, data).map_err(|error| {
        let context = format!("error during tpl function execution for {}", quote(&text));
        Error::wrap(context, error)
    })?;
    Ok(Value::string(without_no_value(output.unwrap_or_default())))
}

/// Charts call `tpl` on the same few texts again and again, so they are parsed once a session.
fn parsed(
    cx: &mut dyn Context,
    name: &str,
    text: &GoString,
) -> Result<Arc<[Arc<Template>]>, Error> {
    if let Some(trees) = session(cx)?.parsed.get(text) {
        return Ok(Arc::clone(trees));
    }
    let trees: Arc<[Arc<Template>]> = cx.parse(name, text.clone())?.into();
    session(cx)?.remember(text.clone(), Arc::clone(&trees));
    Ok(trees)
}

/// Helm takes `<no value>` out of everything it renders.
pub(crate) fn without_no_value(text: Vec<u8>) -> Vec<u8> {
    const NO_VALUE: &[u8] = b"<no value>";
    if find(&text, NO_VALUE).is_none() {
        return text;
    }
    super::strings::split(&text, NO_VALUE, -1).concat()
}
