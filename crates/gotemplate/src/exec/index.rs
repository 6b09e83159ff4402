//! `index`, `slice` and `len`.

use super::check::prepare;
use super::operand::Operand;
use crate::error::Error;
use crate::value::{GoString, List, Type, UintKind, Value};

/// `index x 1 2 3` is `x[1][2][3]`.
pub(super) fn index(item: &Operand, indexes: &[Operand]) -> Result<Operand, Error> {
    if item.value.is_nil() {
        return Err("index of untyped nil".into());
    }
    let mut item = item.clone().unboxed();
    for index in indexes {
        if item.value.is_nil() {
            return Err("index of nil pointer".into());
        }
        item = element(&item.value, &index.value)?;
    }
    Ok(item)
}

fn element(item: &Value, index: &Value) -> Result<Operand, Error> {
    match item.plain() {
        Value::String(text) => {
            let at = position(index, text.len())?;
            let byte = text
                .as_bytes()
                .get(at)
                .ok_or("reflect: string index out of range")?;
            Ok(Operand::plain(Value::Uint(
                u64::from(*byte),
                UintKind::Uint8,
            )))
        }
        Value::Bytes(bytes) => {
            let byte = bytes
                .get(position(index, bytes.len())?)
                .ok_or("reflect: slice index out of range")?;
            Ok(Operand::plain(Value::Uint(
                u64::from(*byte),
                UintKind::Uint8,
            )))
        }
        Value::List(list) => {
            let value = list
                .get(position(index, list.len())?)
                .ok_or("reflect: slice index out of range")?;
            Ok(Operand::element(value.clone(), list.ty().elem))
        }
        Value::Map(map) => {
            let key = prepare(index, Type::String)?;
            let declared = map.ty().elem;
            let value = key.as_string().and_then(|key| map.get(key));
            Ok(Operand::element(
                value.unwrap_or_else(|| Value::zero(declared)),
                declared,
            ))
        }
        _ => Err(Error::new(format!(
            "can't index item of type {}",
            pointee(item)
        ))),
    }
}

/// An index. One that is equal to the length passes, as in Go, where the access fails then.
fn position(index: &Value, cap: usize) -> Result<usize, Error> {
    let x = match index.plain() {
        Value::Int(n, _) => n,
        Value::Uint(n, _) => n as i64,
        Value::Nil => return Err("cannot index slice/array with nil".into()),
        _ => {
            return Err(Error::new(format!(
                "cannot index slice/array with type {}",
                index.type_name()
            )));
        }
    };
    let valid = usize::try_from(x).ok().filter(|x| *x <= cap);
    valid.ok_or_else(|| Error::new(format!("index out of range: {x}")))
}

/// `slice x 1 2` is `x[1:2]`, `slice x 1 2 3` is `x[1:2:3]`.
pub(super) fn slice(item: &Value, indexes: &[Operand]) -> Result<Value, Error> {
    if item.is_nil() {
        return Err("slice of untyped nil".into());
    }
    if indexes.len() > 3 {
        return Err(Error::new(format!(
            "too many slice indexes: {}",
            indexes.len()
        )));
    }
    let plain = item.plain();
    let len = match &plain {
        Value::String(_) if indexes.len() == 3 => {
            return Err("cannot 3-index slice a string".into());
        }
        Value::String(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        _ => {
            return Err(Error::new(format!(
                "can't slice item of type {}",
                pointee(item)
            )));
        }
    };
    let mut bounds = [0, len, len];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        if index.boxed {
            // Go looks into interfaces for `index`, but not here.
            return Err("cannot index slice/array with type interface {}".into());
        }
        *bound = position(&index.value, len)?;
    }
    let [from, to, cap] = bounds;
    if from > to {
        return Err(Error::new(format!("invalid slice index: {from} > {to}")));
    }
    if to > cap {
        return Err(Error::new(format!("invalid slice index: {to} > {cap}")));
    }
    Ok(match plain {
        Value::String(text) => Value::String(GoString::from(
            text.as_bytes().get(from..to).unwrap_or_default(),
        )),
        Value::Bytes(bytes) => Value::bytes(bytes.get(from..to).unwrap_or_default()),
        Value::List(list) => Value::List(List::typed(
            list.ty(),
            list.get(from..to).unwrap_or_default().to_vec(),
        )),
        other => other,
    })
}

pub(super) fn len(item: &Operand) -> Result<i64, Error> {
    if item.is_invalid() {
        // What Go's reflection says here.
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    let len = match item.value.plain() {
        Value::Nil => return Err("len of nil pointer".into()),
        Value::String(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => return Err(Error::new(format!("len of type {}", pointee(&item.value)))),
    };
    Ok(len as i64)
}

/// The type behind a pointer.
fn pointee(value: &Value) -> &'static str {
    value.type_name().trim_start_matches('*')
}
