//! What is deleted when a pull request is closed, and in which order.

use envlint_yaml::{Map, Value};

use super::addresses::no_label;
use super::object::{NUMBER, PreviewObject, mark};
use super::plan::{Plan, Request};
use crate::masking::{Name, ObjectName, Printable, Text, text};

/// What is to be deleted: the last that was applied comes first, and namespaces come last of what is in them.
fn in_order(plan: &Plan) -> impl Iterator<Item = &PreviewObject> {
    plan.objects().into_iter().rev()
}

/// The namespaces that no planned app has, since planning it failed: they go all the same.
fn others(request: &Request<'_>, plan: &Plan) -> Vec<String> {
    let mut names = request.namespaces();
    names.retain(|name| {
        no_label(name).is_none() && !plan.namespaces.iter().any(|known| known.name == *name)
    });
    names
}

/// The objects to delete as a list of manifests, each with what tells it from others alone.
pub fn manifest_list(request: &Request<'_>, plan: &Plan) -> String {
    let object = |api_version: &str, kind: &str, name: &str, namespace: Option<&str>| {
        let mut metadata = Map::from([("name".to_owned(), Value::from(name))]);
        if let Some(namespace) = namespace {
            metadata.insert("namespace".to_owned(), namespace.into());
        }
        Value::Map(Map::from([
            ("apiVersion".to_owned(), api_version.into()),
            ("kind".to_owned(), kind.into()),
            ("metadata".to_owned(), Value::Map(metadata)),
        ]))
    };
    let known = in_order(plan).map(|known| {
        let namespace = known.namespace.as_deref();
        object(&known.api_version, &known.kind, &known.name, namespace)
    });
    let others = others(request, plan).into_iter();
    let others = others.map(|name| object("v1", "Namespace", &name, None));
    let list = Value::Map(Map::from([
        ("apiVersion".to_owned(), "v1".into()),
        ("kind".to_owned(), "List".into()),
        (
            "items".to_owned(),
            Value::Seq(known.chain(others).collect()),
        ),
    ]));
    format!("{}\n", envlint_yaml::emit_pretty(&list))
}

/// The same as commands.
pub fn commands(request: &Request<'_>, plan: &Plan) -> Printable {
    let mut text = text!(
        "# Deletes the preview of pull request {}. What is there no longer is no mistake.\n",
        request.number.to_string()
    );
    for object in in_order(plan) {
        text.push(command(
            request,
            &object.kind,
            object.group(),
            &object.name,
            object.namespace.as_deref(),
        ));
    }
    for name in others(request, plan) {
        text.push(command(request, "Namespace", "", &name, None));
    }
    text.show()
}

fn command(
    request: &Request<'_>,
    kind: &str,
    group: &str,
    name: &str,
    namespace: Option<&str>,
) -> Text {
    let mut text = text!(
        "kubectl delete {}",
        ObjectName(quoted(&kind.to_ascii_lowercase()))
    );
    if !group.is_empty() {
        text.push(text!(".{}", ObjectName(quoted(group))));
    }
    let named = Text::of(&ObjectName(quoted(name)));
    match *named.show() == *quoted(name) {
        true => text.push(text!(" {}", named)),
        // A name with a secret in it is not printed; the label tells what is meant.
        false => text.push(text!(
            " --selector {}={}",
            mark(NUMBER),
            request.number.to_string()
        )),
    }
    if let Some(namespace) = namespace {
        text.push(text!(" --namespace {}", Name(quoted(namespace))));
    }
    text.push(" --ignore-not-found\n");
    text
}

/// A word as a shell takes it: a chart gives the names.
fn quoted(word: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '.' | '_');
    match !word.is_empty() && !word.starts_with('-') && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_name_cannot_be_a_command() {
        for (word, expected) in [
            ("web", "web"),
            ("a b", "'a b'"),
            ("$(id)", "'$(id)'"),
            ("-f", "'-f'"),
            ("it's", r"'it'\''s'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
