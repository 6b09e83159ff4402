//! The functions of helmfile that read files. helmfile: pkg/tmpl/context_funcs.go

use std::path::Path;
use std::rc::Rc;

use envlint_gotemplate as go;
use envlint_yaml::{Document, Node};
use go::{Function, Type};

use super::data::to_go;
use super::run::Run;
use super::tree::{Entry, Place};
use crate::evidence::holes::{has_holes, hole, shown};

/// How many bytes are read in one step.
const BYTES_OF_STEP: u64 = 8;

/// What reads files of the repository, and what would run a program or ask a store of secrets, which is never done.
pub(super) static FILES: &[Function] = &[
    Function::variadic("exec", &[Type::Interface], |_, args| {
        Ok(not_asked("exec", args.get(0)))
    }),
    Function::variadic("envExec", &[Type::Interface], |_, args| {
        Ok(not_asked("envExec", args.get(1)))
    }),
    Function::variadic("fetchSecretValue", &[Type::Interface], |_, args| {
        Ok(not_asked("fetchSecretValue", args.get(0)))
    }),
    // It gives what it is given, with the secrets in it.
    Function::variadic("expandSecretRefs", &[Type::Interface], |_, args| {
        Ok(match args.get(0) {
            map @ go::Value::Map(_) => map.clone(),
            other => not_asked("expandSecretRefs", other),
        })
    }),
    Function::new("readFile", &[Type::String], |cx, args| {
        let path = args.text(0).into_owned();
        let text = match located(&path) {
            Ok((place, full)) => place.tree.text(&full),
            Err(_) if has_holes(&path) => None,
            Err(error) => return Err(error),
        };
        let Some(text) = text else {
            Run::ask("readFile", &shown(&path));
            return Ok(hole(&path).into());
        };
        cx.spend(text.len() as u64 / BYTES_OF_STEP)?;
        Ok(go::Value::string(&*text))
    }),
    // Files only, as paths from where the template stands.
    Function::new("readDir", &[Type::String], |cx, args| {
        let path = args.text(0).into_owned();
        let entries = entries(&path)?;
        cx.spend(entries.len() as u64)?;
        let files = entries.iter().filter(|entry| !entry.is_directory);
        let paths = files.map(|entry| {
            let full = Path::new(&path).join(&entry.name);
            go::Value::string(clean(&full.to_string_lossy()).as_str())
        });
        Ok(go::Value::List(paths.collect()))
    }),
    // Go's `DirEntry` has methods; a map with their names is read in the same words.
    Function::new("readDirEntries", &[Type::String], |cx, args| {
        let entries = entries(&args.text(0))?;
        cx.spend(entries.len() as u64)?;
        let entries = entries.iter().map(|entry| {
            let map: go::Map = [
                ("Name", go::Value::string(entry.name.as_str())),
                ("IsDir", go::Value::Bool(entry.is_directory)),
            ]
            .into_iter()
            .collect();
            go::Value::Map(map)
        });
        Ok(go::Value::List(entries.collect()))
    }),
    Function::new("isFile", &[Type::String], |_, args| {
        is_there(&args.text(0), |place, path| place.tree.is_file(path))
    }),
    Function::new("isDir", &[Type::String], |_, args| {
        is_there(&args.text(0), |place, path| place.tree.is_directory(path))
    }),
    // Unlike Helm's, it gives lists and single values too, and fails for what is no YAML.
    Function::new("fromYaml", &[Type::String], |cx, args| {
        let text = args.text(0).into_owned();
        cx.spend(text.len() as u64 / BYTES_OF_STEP)?;
        let document = Document::parse(&*text);
        let mut errors = document.errors().iter();
        match errors.find(|error| error.is_fatal()) {
            Some(error) => Err(go::Error::new(error.message.to_string())),
            None => {
                let value = document.root().map(Node::to_value);
                Ok(value.map_or(go::Value::Nil, |value| to_go("", &value)))
            }
        }
    }),
    Function::new(
        "setValueAtPath",
        &[Type::String, Type::Interface, Type::Interface],
        |_, args| {
            let path = args.text(0).into_owned();
            let (above, key) = path.rsplit_once('.').unwrap_or(("", &path));
            let above = above.split('.').filter(|key| !key.is_empty());
            let map = above
                .clone()
                .try_fold(args.get(2).clone(), |value, key| value.as_map()?.get(key));
            match map.as_ref().and_then(go::Value::as_map) {
                Some(map) => map.insert(key, args.get(1).clone()),
                None => return Err(format!("nothing is at `{path}`").into()),
            };
            Ok(args.get(2).clone())
        },
    ),
];

/// What is not known, under the name of what was asked for.
fn not_asked(function: &str, what: &go::Value) -> go::Value {
    let what = what
        .as_string()
        .map(|text| text.to_str_lossy().into_owned());
    let what = what.unwrap_or_default();
    Run::ask(function, &shown(&what));
    match what.as_str() {
        "" => hole(function).into(),
        what => hole(what).into(),
    }
}

/// Where the template stands, and a path of it as one of the workspace.
fn located(path: &str) -> Result<(Place, String), go::Error> {
    let place = Run::with(|run| run.place.clone());
    let full = place.as_ref().and_then(|place| place.path(path));
    match (place, full) {
        _ if has_holes(path) => {
            let reason = format!("what is at `{}` is not known", shown(path));
            Err(go::Error::new(reason))
        }
        (Some(place), Some(full)) => Ok((place, full)),
        _ => Err(go::Error::new(format!(
            "`{path}` leads out of the workspace"
        ))),
    }
}

fn entries(path: &str) -> Result<Rc<[Entry]>, go::Error> {
    let (place, full) = located(path)?;
    let missing = || format!("there is no directory `{path}` in the repository");
    Ok(place.tree.entries(&full).ok_or_else(missing)?)
}

/// What is asked of a path. One with a part that is not known is, and is not, there.
fn is_there(path: &str, ask: impl FnOnce(&Place, &str) -> bool) -> Result<go::Value, go::Error> {
    if has_holes(path) {
        return Ok(go::Value::Bool(Run::assume([path.to_owned()])));
    }
    let (place, full) = located(path)?;
    Ok(go::Value::Bool(ask(&place, &full)))
}

/// Go: path/filepath, `Clean`
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
