//! `merge` and `deepCopy`: what dario.cat/mergo and mitchellh/copystructure do to the maps of a template.

use envlint_gotemplate::{Error, List, Map, Value};

/// Maps nested deeper than this are not merged or copied: a map can hold itself.
const MAX_DEPTH: usize = 250;

fn too_deep() -> Error {
    Error::new("the values are nested too deeply: does a map contain itself?")
}

/// Merges `source` into `target`, in place. Keys that `target` does not have, or whose value there is empty (`false`,
/// `0`, `""`, an empty list or map), get the value of `source`: the same map or list, not a copy. Maps that are on both
/// sides are merged. With `overwrite`, every other value of `source` wins, even an empty one or nil.
pub(super) fn merge(target: &Map, source: &Map, overwrite: bool) -> Result<(), Error> {
    merge_level(target, source, overwrite, MAX_DEPTH)
}

fn merge_level(target: &Map, source: &Map, overwrite: bool, depth: usize) -> Result<(), Error> {
    let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
    if target.ptr_eq(source) {
        return Ok(());
    }
    for (key, value) in source.entries() {
        if value.is_nil() {
            if overwrite {
                target.insert(key, value);
            }
            continue;
        }
        let existing = target.get(&key).unwrap_or_default();
        if let (Value::Map(inner), Value::Map(value)) = (&existing, &value) {
            if !inner.is_nil() {
                merge_level(inner, value, overwrite, depth)?;
            }
            if !inner.is_empty() {
                continue;
            }
        }
        if overwrite || is_empty(&existing) {
            target.insert(key, value);
        }
    }
    Ok(())
}

/// Mergo's notion of empty: structs never are.
fn is_empty(value: &Value) -> bool {
    !value.is_true()
}

/// A copy that shares no map or list with the value. Objects of the host do not change, so they are shared.
pub(super) fn deep_copy(value: &Value) -> Result<Value, Error> {
    if value.is_nil() {
        return Err(Error::new(
            "reflect: call of reflect.Value.Type on zero Value",
        ));
    }
    copy(value, MAX_DEPTH)
}

fn copy(value: &Value, depth: usize) -> Result<Value, Error> {
    let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
    match value {
        Value::List(list) if !list.is_nil() => {
            let items = list
                .iter()
                .map(|item| copy(item, depth))
                .collect::<Result<_, _>>()?;
            Ok(List::typed(list.ty(), items).into())
        }
        Value::Map(map) if !map.is_nil() => {
            let entries = map.borrow();
            let copies = entries
                .iter()
                .map(|(key, value)| Ok((key.clone(), copy(value, depth)?)));
            Ok(Map::typed(map.ty(), copies.collect::<Result<_, Error>>()?).into())
        }
        other => Ok(other.clone()),
    }
}
