//! Go's `reflect.DeepEqual`.

use std::rc::Rc;

use envlint_gotemplate::{Error, List, Map, Object, Value};

use super::semver::Version;

/// Values nested deeper than this are not compared: a map can hold itself.
const MAX_DEPTH: usize = 250;

/// Whether both have the same type and the same content.
pub(super) fn deep_equal(left: &Value, right: &Value) -> Result<bool, Error> {
    equal(left, right, MAX_DEPTH)
}

fn equal(left: &Value, right: &Value, depth: usize) -> Result<bool, Error> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Error::new(
            "the values are nested too deeply to compare them",
        ));
    };
    if left.type_name() != right.type_name() {
        return Ok(false);
    }
    Ok(match (left, right) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(l), Value::Bool(r)) => l == r,
        (Value::Int(l, _), Value::Int(r, _)) => l == r,
        (Value::Uint(l, _), Value::Uint(r, _)) => l == r,
        (Value::Float(l, _), Value::Float(r, _)) => l == r,
        (Value::String(l), Value::String(r)) => l == r,
        (Value::Bytes(l), Value::Bytes(r)) => l == r,
        (Value::List(l), Value::List(r)) => return equal_lists(l, r, depth),
        (Value::Map(l), Value::Map(r)) => return equal_maps(l, r, depth),
        (Value::Object(l), Value::Object(r)) => return equal_objects(l, r, depth),
        // Functions are equal only when both are nil, which a value never is.
        _ => false,
    })
}

fn equal_lists(left: &List, right: &List, depth: usize) -> Result<bool, Error> {
    if left.is_nil() != right.is_nil() || left.len() != right.len() {
        return Ok(false);
    }
    if left.ptr_eq(right) {
        return Ok(true);
    }
    for (l, r) in left.iter().zip(right.iter()) {
        if !equal(l, r, depth)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn equal_maps(left: &Map, right: &Map, depth: usize) -> Result<bool, Error> {
    if left.is_nil() != right.is_nil() || left.len() != right.len() {
        return Ok(false);
    }
    if left.ptr_eq(right) {
        return Ok(true);
    }
    let (left, right) = (left.borrow(), right.borrow());
    for ((left_key, l), (right_key, r)) in left.iter().zip(right.iter()) {
        if left_key != right_key || !equal(l, r, depth)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn equal_objects(
    left: &Rc<dyn Object>,
    right: &Rc<dyn Object>,
    depth: usize,
) -> Result<bool, Error> {
    if Rc::ptr_eq(left, right) {
        return Ok(true);
    }
    let version = |object: &Rc<dyn Object>| object.as_any().downcast_ref::<Version>().cloned();
    if let (Some(l), Some(r)) = (version(left), version(right)) {
        // What the pointers point to; `==` compares the pointers.
        return Ok(l == r);
    }
    if let (Some(l), Some(r)) = (left.underlying(), right.underlying()) {
        return equal(&l, &r, depth);
    }
    if let Some(equal) = left.equals(&**right) {
        return Ok(equal);
    }
    let (left, right) = (left.fields(), right.fields());
    for ((_, l), (_, r)) in left.iter().zip(&right) {
        if !equal(l, r, depth)? {
            return Ok(false);
        }
    }
    Ok(left.len() == right.len() && !left.is_empty())
}
