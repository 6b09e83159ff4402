//! What functions do with the values that they get, as far as it matters what they read.

use std::collections::BTreeMap;
use std::sync::Arc;

use envlint_gotemplate::tree::{Expr, ExprKind};

use super::abstraction::Known;
use super::condition::Condition;
use super::flow::Flow;
use super::record::{Guard, Use};

/// Functions whose outcome is a map of its own.
const FRESH: [&str; 6] = ["deepCopy", "dict", "fromJson", "fromYaml", "omit", "pick"];

/// Functions that make numbers of what they get (sprig: numeric.go, `toInt64`, `toFloat64`).
const CASTING: [&str; 15] = [
    "add", "add1", "biggest", "ceil", "div", "float64", "floor", "int", "int64", "max", "min",
    "mod", "mul", "round", "sub",
];

/// Whether an argument is a map that is made for the call, and that no variable knows.
pub(super) fn is_fresh(argument: &Expr) -> bool {
    let ExprKind::Pipe(pipe) = &argument.kind else {
        return false;
    };
    let first = pipe
        .commands
        .last()
        .and_then(|last| last.args.split_first());
    let Some((ExprKind::Function(function), rest)) = first.map(|(first, rest)| (&first.kind, rest))
    else {
        return false;
    };
    let name = function.name();
    let bare = name.strip_prefix("must").unwrap_or(name);
    FRESH.iter().any(|known| known.eq_ignore_ascii_case(bare))
        || (bare.to_ascii_lowercase().starts_with("merge") && rest.first().is_some_and(is_fresh))
}

/// The outcome of a function with these arguments. `is_fresh` says that no variable and no value is the first argument, so
/// that nobody sees how the function changes it.
pub(super) fn call(
    flow: &mut Flow<'_>,
    name: &str,
    args: Vec<Known>,
    is_fresh: bool,
    guard: Guard,
) -> Known {
    let bare = name
        .strip_prefix("must")
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    let lowered = bare.map(|rest| {
        let (first, others) = rest.split_at(1);
        first.to_ascii_lowercase() + others
    });
    let name = lowered.as_deref().unwrap_or(name);
    if let Some(value) = choices(flow, name, &args, guard)
        .or_else(|| tests(flow, name, &args, guard))
        .or_else(|| merge(flow, name, &args, is_fresh, guard))
        .or_else(|| maps(flow, name, &args, guard))
        .or_else(|| lists(flow, name, &args, guard))
        .or_else(|| texts(name, &args))
    {
        return value;
    }
    if matches!(name, "fromYaml" | "fromYamlArray") {
        flow.record.reads_yaml = true;
    }
    if let ("tpl", [text, data]) = (name, args.as_slice()) {
        flow.evaluate(text, data, guard);
        return Known::Other;
    }
    if makes_templates(name, &args) {
        flow.record.computes_templates = true;
    }
    let how = match name {
        // Nothing comes of it.
        "fail" => Use::Tested,
        "toYaml" | "toJson" | "toYamlPretty" | "toRawJson" | "toPrettyJson" => Use::Copied,
        name if CASTING.contains(&name) => Use::Counted,
        "quote" | "squote" | "toString" | "print" | "println" | "cat" => Use::Printed,
        _ => Use::Taken,
    };
    for arg in &args {
        flow.take(arg, how, guard);
    }
    Known::Other
}

/// Functions that return one of their arguments.
fn choices(flow: &mut Flow<'_>, name: &str, args: &[Known], guard: Guard) -> Option<Known> {
    Some(match (name, args) {
        ("default", [standard, value]) => {
            flow.take(value, Use::Tested, guard);
            let parts = vec![value.clone().safe(false), standard.clone()];
            flow.join(parts, Known::First, guard)
        }
        ("coalesce" | "or", _) => {
            for arg in args {
                flow.take(arg, Use::Tested, guard);
            }
            let parts = args.iter().cloned().map(|arg| arg.safe(false)).collect();
            flow.join(parts, Known::First, guard)
        }
        ("and", _) => {
            for arg in args {
                flow.take(arg, Use::Tested, guard);
            }
            // What is empty comes out and prints nothing, on purpose.
            let count = args.len().saturating_sub(1);
            let tested = args.iter().take(count).cloned();
            let last = args.last().cloned();
            let parts = tested.map(|arg| arg.safe(false)).chain(last).collect();
            flow.join(parts, Known::And, guard)
        }
        ("ternary", [yes, no, test]) => {
            flow.take(test, Use::Tested, guard);
            let truth = test.truth();
            let no = no.clone().when(&truth.clone().not());
            flow.join(vec![yes.clone().when(&truth), no], Known::Either, guard)
        }
        // Without the value, rendering says so itself.
        ("required", [_, value]) => {
            flow.take(value, Use::Tested, guard);
            value.clone().safe(false)
        }
        ("deepCopy", [value]) => value.clone(),
        _ => return None,
    })
}

/// What sprig calls the kind and the type of what is not there.
const NOTHING: [&str; 2] = ["invalid", "<nil>"];

/// Functions that only ask.
fn tests(flow: &mut Flow<'_>, name: &str, args: &[Known], guard: Guard) -> Option<Known> {
    let condition = match (name, args) {
        ("not" | "empty", [value]) => value.truth().not(),
        ("eq", [value, others @ ..]) => equal(value, others),
        ("ne", [value, other]) => equal(value, std::slice::from_ref(other)).not(),
        ("all", _) => Condition::All(args.iter().map(Known::truth).collect()),
        ("any", _) => Condition::One(args.iter().map(Known::truth).collect()),
        // Nothing is of no kind but `invalid`.
        ("kindIs" | "typeIs" | "typeIsLike", [kind, Known::Place(place)])
            if kind
                .as_text()
                .is_some_and(|kind| !NOTHING.contains(&&**kind)) =>
        {
            let there = Condition::There(Arc::clone(&place.steps));
            Condition::All([there, Condition::Open].into())
        }
        ("kindIs" | "typeIs" | "typeIsLike", [_, _]) | ("kindOf" | "typeOf", [_]) => {
            Condition::Open
        }
        ("hasKey", [map, key]) => {
            flow.take(map, Use::Entered, guard);
            let value = match key.as_text() {
                Some(key) => flow.field(map, key, guard),
                None => flow.item(map),
            };
            flow.take(&value, Use::Tested, guard);
            match value {
                Known::Place(place) => Condition::There(place.steps),
                _ => Condition::Open,
            }
        }
        _ => return None,
    };
    let how = match name {
        "eq" | "ne" => Use::Compared,
        "kindIs" | "typeIs" | "typeIsLike" | "kindOf" | "typeOf" => Use::Sorted,
        _ => Use::Tested,
    };
    for arg in args {
        flow.take(arg, how, guard);
    }
    Some(match condition {
        Condition::Always(known) => Known::Constant(known),
        condition => flow.bounded(Known::Test(Arc::new(condition)), guard),
    })
}

/// Whether a value is one of some constants.
fn equal(value: &Known, others: &[Known]) -> Condition {
    let constant = |known: &Known| match known {
        Known::Text(text) => Some(Arc::clone(text)),
        Known::Constant(known) => Some(known.to_string().into()),
        _ => None,
    };
    let ways = others
        .iter()
        .map(|other| match (constant(other), constant(value)) {
            _ if *other == Known::Nil => value.is_nil(),
            _ if *value == Known::Nil => other.is_nil(),
            (Some(text), _) => value.is(&text),
            (None, Some(text)) => other.is(&text),
            (None, None) => Condition::Open,
        });
    let ways: Vec<Condition> = ways.collect();
    match <[Condition; 1]>::try_from(ways) {
        Ok([only]) => only,
        Err(ways) => Condition::One(ways.into()),
    }
}

/// Maps laid over each other.
fn merge(
    flow: &mut Flow<'_>,
    name: &str,
    args: &[Known],
    is_fresh: bool,
    guard: Guard,
) -> Option<Known> {
    let ("merge" | "mergeOverwrite", [first, others @ ..]) = (name, args) else {
        return None;
    };
    // The first one is changed, and may be read under its own name.
    if !is_fresh {
        flow.record.write(first, None);
        for other in others {
            flow.take(other, Use::Lost, guard);
        }
    }
    for arg in args {
        flow.take(arg, Use::Tested, guard);
    }
    let part = |(index, arg): (usize, &Known)| match arg.clone().safe(true) {
        // `set` may have given more keys to a map that a variable has.
        Known::Dict(map) if index > 0 || !is_fresh => Known::Either([Known::Dict(map)].into()),
        arg => arg,
    };
    let parts = args.iter().enumerate().map(part).collect();
    Some(flow.join(parts, Known::Merged, guard))
}

/// Functions of maps.
fn maps(flow: &mut Flow<'_>, name: &str, args: &[Known], guard: Guard) -> Option<Known> {
    Some(match (name, args) {
        ("dict", _) => dict(flow, args, guard),
        ("get", [map, key]) => {
            flow.take(map, Use::Entered, guard);
            part(flow, map, key, guard)
        }
        ("index", [value, keys @ ..]) => {
            let mut value = value.clone();
            for key in keys {
                flow.take(&value, Use::Entered, guard);
                value = part(flow, &value, key, guard);
            }
            value
        }
        ("dig", [keys @ .., standard, map]) => {
            flow.take(map, Use::Entered, guard);
            let mut value = map.clone();
            for key in keys {
                value = part(flow, &value, key, guard);
            }
            flow.take(&value, Use::Tested, guard);
            let parts = vec![value.safe(false), standard.clone()];
            flow.join(parts, Known::First, guard)
        }
        ("pluck", [key, maps @ ..]) => {
            let parts = maps.iter().map(|map| part(flow, map, key, guard)).collect();
            flow.join(parts, Known::List, guard)
        }
        ("set", [map, key, value]) => {
            flow.record.write(map, key.as_text());
            flow.take(value, Use::Lost, guard);
            map.clone()
        }
        ("pick" | "omit" | "unset", [map, ..]) => map.clone(),
        ("keys", _) => {
            for arg in args {
                flow.take(arg, Use::Lost, guard);
            }
            Known::Other
        }
        ("values", [map]) => {
            flow.take(map, Use::Entered, guard);
            let item = flow.item(map);
            Known::List([item].into())
        }
        _ => return None,
    })
}

/// `dict "a" 1 "b" 2`
fn dict(flow: &mut Flow<'_>, args: &[Known], guard: Guard) -> Known {
    let mut map = BTreeMap::new();
    for pair in args.chunks(2) {
        match pair {
            [key, value] if let Some(key) = key.as_text() => {
                map.insert(Arc::clone(key), value.clone());
            }
            pair => {
                for part in pair {
                    flow.take(part, Use::Lost, guard);
                }
            }
        }
    }
    flow.bounded(Known::Dict(Arc::new(map)), guard)
}

/// The part of a value under a key, which may be computed.
fn part(flow: &mut Flow<'_>, value: &Known, key: &Known, guard: Guard) -> Known {
    match key.as_text() {
        Some(key) => match key.parse::<usize>() {
            Ok(index) => flow.item_at(value, index),
            Err(_) => flow.field(value, key, guard),
        },
        None => {
            flow.take(key, Use::Taken, guard);
            flow.item(value)
        }
    }
}

/// Functions of lists.
fn lists(flow: &mut Flow<'_>, name: &str, args: &[Known], guard: Guard) -> Option<Known> {
    Some(match (name, args) {
        ("list" | "tuple", _) => flow.join(args.to_vec(), Known::Tuple, guard),
        ("first", [list]) => {
            flow.take(list, Use::Entered, guard);
            flow.item_at(list, 0)
        }
        ("last", [list]) => {
            flow.take(list, Use::Entered, guard);
            flow.item(list)
        }
        ("rest" | "initial" | "reverse" | "uniq" | "compact" | "sortAlpha", [list]) => {
            list.clone().unordered()
        }
        ("without" | "slice", [list, others @ ..]) => {
            for other in others {
                flow.take(other, Use::Taken, guard);
            }
            list.clone().unordered()
        }
        ("concat", lists) => {
            for list in lists {
                flow.take(list, Use::Entered, guard);
            }
            let parts = lists.iter().map(|list| flow.item(list)).collect();
            flow.join(parts, Known::List, guard)
        }
        ("append" | "push" | "prepend", [list, item]) => {
            flow.take(list, Use::Entered, guard);
            let parts = vec![flow.item(list), item.clone()];
            flow.join(parts, Known::List, guard)
        }
        _ => return None,
    })
}

/// Functions that make texts of texts: names of templates are made so.
fn texts(name: &str, args: &[Known]) -> Option<Known> {
    match name {
        "print" => {
            let mut text = String::new();
            for arg in args {
                match arg.as_text() {
                    Some(part) => text.push_str(part),
                    None if is_plain(args) => return Some(Known::Prefix(text.into())),
                    None => return None,
                }
            }
            Some(Known::text(text))
        }
        "printf" => {
            let (format, values) = args.split_first()?;
            let format = format.as_text()?;
            let mut pieces = format.split("%s");
            let mut text = pieces.next().unwrap_or_default().to_owned();
            if let Some((start, _)) = text.split_once('%') {
                return is_plain(values).then(|| Known::Prefix(start.into()));
            }
            let mut values_left = values.iter();
            for piece in pieces {
                match values_left.next().and_then(Known::as_text) {
                    Some(value) if !piece.contains('%') => {
                        text.push_str(value);
                        text.push_str(piece);
                    }
                    _ => return is_plain(values).then(|| Known::Prefix(text.into())),
                }
            }
            Some(Known::text(text))
        }
        _ => None,
    }
}

/// Whether a function puts something computed between the braces of a template, as in `printf "{{ .Values.%s }}" .name`: then
/// nobody knows what that template reads. Not where it is all that stands there: the text of the values says it.
fn makes_templates(name: &str, args: &[Known]) -> bool {
    let is_open = |text: &str| text.matches("{{").count() != text.matches("}}").count();
    let mut constants = args.iter().filter_map(Known::as_text);
    match name {
        "printf" => {}
        "print" | "println" | "cat" => return constants.any(|text| is_open(text)),
        _ => return false,
    }
    let has_verb = |action: &str| {
        let inside = action.split("}}").next().unwrap_or_default();
        let inside = inside.trim_matches([' ', '-']);
        inside.contains('%') && !matches!(inside, "%s" | "%v")
    };
    constants
        .next()
        .is_some_and(|format| is_open(format) || format.split("{{").skip(1).any(has_verb))
}

/// Whether none of the arguments is a part of the values, which would have to be recorded as read.
fn is_plain(args: &[Known]) -> bool {
    args.iter().all(|arg| {
        matches!(
            arg,
            Known::Other | Known::Text(_) | Known::Prefix(_) | Known::Constant(_) | Known::Nil
        )
    })
}
