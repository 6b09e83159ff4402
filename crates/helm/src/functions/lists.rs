//! Functions on lists (sprig: list.go). They take every slice type, and most give a new `[]interface {}`.

use std::collections::HashSet;

use envlint_gotemplate::{
    Args, Error, Function, GoString, LIST_ANY, LIST_LIST, List, Type, UintKind, Value,
};

use super::cast::to_int64;
use super::equality::deep_equal;
use super::numbers::float_to_int;
use super::text::string_of;

const ANY: Type = Type::Interface;
const INT: Type = Type::INT;

pub(super) static TABLE: &[Function] = &[
    LIST,
    LIST.alias("tuple"),
    PUSH,
    PUSH.alias("append"),
    PUSH.alias("mustPush"),
    PUSH.alias("mustAppend"),
    PREPEND,
    PREPEND.alias("mustPrepend"),
    FIRST,
    FIRST.alias("mustFirst"),
    LAST,
    LAST.alias("mustLast"),
    REST,
    REST.alias("mustRest"),
    INITIAL,
    INITIAL.alias("mustInitial"),
    REVERSE,
    REVERSE.alias("mustReverse"),
    COMPACT,
    COMPACT.alias("mustCompact"),
    UNIQ,
    UNIQ.alias("mustUniq"),
    WITHOUT,
    WITHOUT.alias("mustWithout"),
    HAS,
    HAS.alias("mustHas"),
    SLICE,
    SLICE.alias("mustSlice"),
    CHUNK,
    CHUNK.alias("mustChunk"),
    Function::variadic("concat", &[ANY], |_, args| concat(args.rest(0))),
    Function::new("sortAlpha", &[ANY], |_, args| sort_alpha(args.get(0))).deep(),
    Function::new("toStrings", &[ANY], |_, args| {
        Ok(List::strings(strings(args.get(0))?).into())
    })
    .deep(),
    Function::new("join", &[Type::String, ANY], |cx, args| {
        let strings = strings(args.get(1))?;
        let separator = args.bytes(0);
        let size = strings
            .iter()
            .map(|text| text.len() + separator.len())
            .sum();
        super::size::check_size(cx, size)?;
        let parts: Vec<&[u8]> = strings.iter().map(GoString::as_bytes).collect();
        Ok(Value::string(parts.join(separator)))
    })
    .deep(),
];

const LIST: Function = Function::variadic("list", &[ANY], |_, args| Ok(args.into_vec().into()));

const PUSH: Function = Function::new("push", &[ANY, ANY], |_, mut args| {
    let mut items = items_of(args.get(0), "Cannot push on type")?.to_vec();
    items.push(args.take(1));
    Ok(items.into())
});

const PREPEND: Function = Function::new("prepend", &[ANY, ANY], |_, mut args| {
    let first = args.take(1);
    let items = items_of(args.get(0), "Cannot prepend on type")?;
    Ok(std::iter::once(first)
        .chain(items.iter().cloned())
        .collect::<List>()
        .into())
});

const FIRST: Function = Function::new("first", &[ANY], |_, args| {
    Ok(items_of(args.get(0), "Cannot find first on type")?
        .first()
        .cloned()
        .unwrap_or_default())
});

const LAST: Function = Function::new("last", &[ANY], |_, args| {
    Ok(items_of(args.get(0), "Cannot find last on type")?
        .last()
        .cloned()
        .unwrap_or_default())
});

const REST: Function = Function::new("rest", &[ANY], |_, args| {
    let items = items_of(args.get(0), "Cannot find rest on type")?;
    Ok(items
        .split_first()
        .map_or_else(nil_list, |(_, rest)| rest.to_vec().into()))
});

const INITIAL: Function = Function::new("initial", &[ANY], |_, args| {
    let items = items_of(args.get(0), "Cannot find initial on type")?;
    Ok(items
        .split_last()
        .map_or_else(nil_list, |(_, initial)| initial.to_vec().into()))
});

const REVERSE: Function = Function::new("reverse", &[ANY], |_, args| {
    let items = items_of(args.get(0), "Cannot find reverse on type")?;
    Ok(items.iter().rev().cloned().collect::<List>().into())
});

const COMPACT: Function = Function::new("compact", &[ANY], |_, args| {
    let items = items_of(args.get(0), "Cannot compact on type")?;
    Ok(items
        .iter()
        .filter(|item| item.is_true())
        .cloned()
        .collect::<List>()
        .into())
});

const UNIQ: Function = Function::new("uniq", &[ANY], |_, args| {
    let mut seen = Seen::default();
    let mut kept = Vec::new();
    for item in items_of(args.get(0), "Cannot find uniq on type")?.iter() {
        if seen.insert(item)? {
            kept.push(item.clone());
        }
    }
    Ok(kept.into())
})
.deep();

const WITHOUT: Function = Function::variadic("without", &[ANY, ANY], |_, args| {
    let mut omitted = Seen::default();
    for value in args.rest(1) {
        omitted.insert(value)?;
    }
    let mut kept = Vec::new();
    for item in items_of(args.get(0), "Cannot find without on type")?.iter() {
        if !omitted.contains(item)? {
            kept.push(item.clone());
        }
    }
    Ok(kept.into())
})
.deep();

const HAS: Function = Function::new("has", &[ANY, ANY], |_, args| {
    if args.get(1).is_nil() {
        return Ok(false.into());
    }
    for item in items_of(args.get(1), "Cannot find has on type")?.iter() {
        if deep_equal(args.get(0), item)? {
            return Ok(true.into());
        }
    }
    Ok(false.into())
})
.deep();

const SLICE: Function = Function::variadic("slice", &[ANY, ANY], |_, args| slice(&args));

const CHUNK: Function = Function::new("chunk", &[INT, ANY], |_, args| {
    chunk(args.int(0), &items_of(args.get(1), "Cannot chunk type")?)
});

/// What Go says of `reflect.TypeOf(nil).Kind()`, with which these functions start.
const NIL_DEREFERENCE: &str = "runtime error: invalid memory address or nil pointer dereference";

/// The items of any slice; else an error of `complaint` and the kind.
fn items_of(value: &Value, complaint: &str) -> Result<List, Error> {
    match items(value) {
        Some(items) => Ok(items),
        None if value.is_nil() => Err(Error::new(NIL_DEREFERENCE)),
        None => Err(Error::new(format!("{complaint} {}", value.kind().name()))),
    }
}

/// The items of any slice.
pub(super) fn items(value: &Value) -> Option<List> {
    match value {
        Value::List(list) => Some(list.clone()),
        Value::Bytes(bytes) => Some(
            bytes
                .iter()
                .map(|byte| Value::Uint(u64::from(*byte), UintKind::Uint8))
                .collect(),
        ),
        Value::Object(object) => items(&object.underlying()?),
        _ => None,
    }
}

fn nil_list() -> Value {
    List::nil(&LIST_ANY).into()
}

/// Values met so far. Plain ones are looked up by hash, so that `uniq` on a long list takes linear time.
#[derive(Default)]
struct Seen {
    plain: HashSet<(&'static str, GoString)>,
    others: Vec<Value>,
}

impl Seen {
    fn key(value: &Value) -> Option<(&'static str, GoString)> {
        let key = match value {
            Value::String(text) => text.clone(),
            Value::Int(n, _) => n.to_string().into(),
            Value::Uint(n, _) => n.to_string().into(),
            Value::Bool(value) => GoString::from(if *value { "true" } else { "false" }),
            Value::Nil => GoString::default(),
            // Not a number is not equal to itself; 0 and -0 are equal.
            Value::Float(n, _) if !n.is_nan() => (n + 0.0).to_string().into(),
            _ => return None,
        };
        Some((value.type_name(), key))
    }

    fn contains(&self, value: &Value) -> Result<bool, Error> {
        if let Some(key) = Seen::key(value) {
            return Ok(self.plain.contains(&key));
        }
        for other in &self.others {
            if deep_equal(value, other)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// False when the value was there already.
    fn insert(&mut self, value: &Value) -> Result<bool, Error> {
        if let Some(key) = Seen::key(value) {
            return Ok(self.plain.insert(key));
        }
        let new = !self.contains(value)?;
        if new {
            self.others.push(value.clone());
        }
        Ok(new)
    }
}

/// `list[start:end]`, of the same slice type.
fn slice(args: &Args) -> Result<Value, Error> {
    let items = items_of(args.get(0), "list should be type of slice or array but")?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let bound = |index: usize, otherwise: usize| match args.len() > index {
        true => usize::try_from(to_int64(args.get(index))).ok(),
        false => Some(otherwise),
    };
    let kept = bound(1, 0)
        .zip(bound(2, items.len()))
        .and_then(|(start, end)| items.get(start..end));
    match kept {
        Some(kept) => Ok(List::typed(items.ty(), kept.to_vec()).into()),
        None => Err(Error::new("reflect.Value.Slice: slice index out of bounds")),
    }
}

/// Lists of `size` items; the last one has what is left. The number of lists comes from floating-point division, which
/// decides what a size of zero or less does.
fn chunk(size: i64, items: &[Value]) -> Result<Value, Error> {
    let out_of_range = || Error::new("runtime error: makeslice: len out of range");
    let length = items.len() as f64;
    let count = float_to_int(((length - 1.0) / size as f64).floor()).wrapping_add(1);
    let count = usize::try_from(count).map_err(|_| out_of_range())?;
    let mut chunks = Vec::new();
    let mut rest = items;
    for index in 0..count {
        let mut taken = size;
        if index + 1 == count {
            taken = float_to_int((length % size as f64).floor());
            if taken == 0 {
                taken = size;
            }
        }
        let taken = usize::try_from(taken).map_err(|_| out_of_range())?;
        let (chunk, after) = rest.split_at_checked(taken).ok_or_else(out_of_range)?;
        chunks.push(Value::from(chunk.to_vec()));
        rest = after;
    }
    Ok(List::typed(&LIST_LIST, chunks).into())
}

fn concat(lists: &[Value]) -> Result<Value, Error> {
    let mut joined = Vec::new();
    for list in lists {
        let Some(items) = items(list) else {
            let message = match list.kind().name() {
                "invalid" => NIL_DEREFERENCE.to_owned(),
                kind => format!("Cannot concat type {kind} as list"),
            };
            return Err(Error::new(message));
        };
        joined.extend(items.iter().cloned());
    }
    Ok(if joined.is_empty() {
        nil_list()
    } else {
        joined.into()
    })
}

/// The items that are not nil, as text; of anything but a list, its own text.
fn strings(value: &Value) -> Result<Vec<GoString>, Error> {
    match items(value) {
        Some(items) => items
            .iter()
            .filter(|item| !item.is_nil())
            .map(string_of)
            .collect(),
        None if value.is_nil() => Ok(Vec::new()),
        None => Ok(vec![string_of(value)?]),
    }
}

fn sort_alpha(value: &Value) -> Result<Value, Error> {
    if items(value).is_none() {
        return Ok(List::strings([string_of(value)?]).into());
    }
    let mut sorted = strings(value)?;
    sorted.sort_unstable();
    Ok(List::strings(sorted).into())
}
