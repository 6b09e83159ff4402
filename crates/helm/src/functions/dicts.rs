//! Functions on maps (sprig: dict.go). `set`, `unset` and the merges change the map they are given, as Go's do.
//! Where Go's order of keys is random, it is sorted here.

use std::collections::HashSet;

use envlint_gotemplate::{Args, Error, Function, GoString, List, MAP_ANY, Map, Type, Value};

use super::merge::{deep_copy, merge};
use super::text::string_of;

const ANY: Type = Type::Interface;
const S: Type = Type::String;
const MAP: Type = Type::MAP;

pub(super) static TABLE: &[Function] = &[
    Function::variadic("dict", &[ANY], |_, args| dict(&args)),
    Function::new("get", &[MAP, S], |_, args| {
        Ok(args.map(0).get(args.bytes(1)).unwrap_or_else(|| "".into()))
    }),
    Function::new("set", &[MAP, S, ANY], |_, mut args| {
        let map = args.map(0);
        if map.is_nil() {
            return Err(Error::new("assignment to entry in nil map"));
        }
        map.insert(args.string(1), args.take(2));
        Ok(map.into())
    }),
    Function::new("unset", &[MAP, S], |_, args| {
        let map = args.map(0);
        map.remove(args.bytes(1));
        Ok(map.into())
    }),
    Function::new("hasKey", &[MAP, S], |_, args| {
        Ok(args.map(0).contains_key(args.bytes(1)).into())
    }),
    Function::variadic("pluck", &[S, MAP], |_, args| {
        let maps = args.rest(1).iter().filter_map(Value::as_map);
        Ok(maps
            .filter_map(|map| map.get(args.bytes(0)))
            .collect::<List>()
            .into())
    }),
    Function::variadic("keys", &[MAP], |_, args| {
        let maps = args.rest(0).iter().filter_map(Value::as_map);
        Ok(List::strings(maps.flat_map(Map::keys)).into())
    }),
    Function::new("values", &[MAP], |_, args| {
        Ok(args
            .map(0)
            .borrow()
            .values()
            .cloned()
            .collect::<List>()
            .into())
    }),
    Function::variadic("pick", &[MAP, S], |_, args| {
        let map = args.map(0);
        let picked = args.rest(1).iter().filter_map(Value::as_string);
        Ok(picked
            .filter_map(|key| Some((key.clone(), map.get(key)?)))
            .collect::<Map>()
            .into())
    }),
    Function::variadic("omit", &[MAP, S], |_, args| {
        let omitted: HashSet<&GoString> =
            args.rest(1).iter().filter_map(Value::as_string).collect();
        let map = args.map(0);
        let entries = map.borrow();
        let kept = entries.iter().filter(|(key, _)| !omitted.contains(key));
        Ok(kept
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect::<Map>()
            .into())
    }),
    MERGE,
    MERGE.alias("mustMerge"),
    MERGE_OVERWRITE,
    MERGE_OVERWRITE.alias("mustMergeOverwrite"),
    DEEP_COPY,
    DEEP_COPY.alias("mustDeepCopy"),
    Function::variadic("dig", &[ANY], |_, args| dig(args.rest(0))),
];

const MERGE: Function =
    Function::variadic("merge", &[MAP, MAP], |_, args| merge_all(&args, false)).deep_from(1);

const MERGE_OVERWRITE: Function = Function::variadic("mergeOverwrite", &[MAP, MAP], |_, args| {
    merge_all(&args, true)
})
.deep_from(1);

const DEEP_COPY: Function =
    Function::new("deepCopy", &[ANY], |_, args| deep_copy(args.get(0))).deep();

fn merge_all(args: &Args, overwrite: bool) -> Result<Value, Error> {
    let mut target = args.map(0);
    for source in args.rest(1).iter().filter_map(Value::as_map) {
        if target.is_nil() && !source.is_nil() {
            target = Map::new();
        }
        merge(&target, source, overwrite)?;
    }
    Ok(target.into())
}

/// Keys and values in turn; a last key without a value has an empty string.
fn dict(args: &Args) -> Result<Value, Error> {
    let map = Map::new();
    for pair in args.rest(0).chunks(2) {
        if let Some(key) = pair.first() {
            let value = pair.get(1).cloned().unwrap_or_else(|| "".into());
            map.insert(string_of(key)?, value);
        }
    }
    Ok(map.into())
}

/// `dig "key" … default map`: the value down the keys, or the default where one is missing.
fn dig(args: &[Value]) -> Result<Value, Error> {
    let [keys @ .., default, map] = args else {
        return Err(Error::new("dig needs at least three arguments"));
    };
    if keys.is_empty() {
        return Err(Error::new("dig needs at least three arguments"));
    }
    plain_map(map)?;
    let texts = keys
        .iter()
        .map(|key| key.as_string().ok_or_else(|| conversion(key, "string")));
    let mut current = map.clone();
    for key in texts.collect::<Result<Vec<_>, _>>()? {
        match plain_map(&current)?.get(key) {
            Some(value) => current = value,
            None => return Ok(default.clone()),
        }
    }
    Ok(current)
}

/// Go's type assertion: a named map type such as that of `.Values` is not a `map[string]interface {}`.
fn plain_map(value: &Value) -> Result<&Map, Error> {
    match value {
        Value::Map(map) if map.ty() == &MAP_ANY => Ok(map),
        other => Err(conversion(other, MAP_ANY.name)),
    }
}

/// What Go says when a type assertion fails.
fn conversion(value: &Value, wanted: &str) -> Error {
    let found = if value.is_nil() {
        "nil"
    } else {
        value.type_name()
    };
    Error::new(format!(
        "interface conversion: interface {{}} is {found}, not {wanted}"
    ))
}
