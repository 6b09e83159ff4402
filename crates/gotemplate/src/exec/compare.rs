//! `eq`, `ne`, `lt`, `le`, `gt` and `ge`.

use std::cmp::Ordering;
use std::rc::Rc;

use super::operand::Operand;
use crate::error::Error;
use crate::fmt::sprintf;
use crate::value::{Kind, Value};

const BAD_TYPE: &str = "invalid type for comparison";

/// Go's `basicKind`: the kinds of values that compare by value. None for all others.
#[derive(PartialEq, Clone, Copy)]
enum Basic {
    Bool,
    Int,
    Uint,
    Float,
    String,
}

fn basic_kind(value: &Value) -> Option<Basic> {
    Some(match value.kind() {
        Kind::Bool => Basic::Bool,
        Kind::Int(_) => Basic::Int,
        Kind::Uint(_) => Basic::Uint,
        Kind::Float(_) => Basic::Float,
        Kind::String => Basic::String,
        _ => return None,
    })
}

/// Whether the first equals any of the others.
pub(super) fn eq(first: &Value, others: &[Operand]) -> Result<bool, Error> {
    if others.is_empty() {
        return Err("missing argument for comparison".into());
    }
    for other in others {
        if equal(first, &other.value)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether two values are equal, as `eq` has it.
///
/// # Errors
/// When they cannot be compared.
pub fn equal(a: &Value, b: &Value) -> Result<bool, Error> {
    let (kind_a, kind_b) = (basic_kind(a), basic_kind(b));
    if kind_a.is_none() && kind_b.is_none() {
        return equal_others(a, b);
    }
    if let Some(order) = order(&a.plain(), &b.plain()) {
        return Ok(order == Some(Ordering::Equal));
    }
    if a.is_nil() || b.is_nil() {
        return Ok(false);
    }
    Err(incompatible(a, b))
}

/// Values that are no numbers, strings or booleans.
fn equal_others(a: &Value, b: &Value) -> Result<bool, Error> {
    let same_kind = std::mem::discriminant(&a.kind()) == std::mem::discriminant(&b.kind());
    if !same_kind && !a.is_nil() && !b.is_nil() {
        let shown = sprintf(
            "%s: %s, %s: %v",
            &[
                a.clone(),
                a.type_name().into(),
                b.type_name().into(),
                b.clone(),
            ],
        )?;
        return Err(Error::new(format!(
            "non-comparable types {}",
            String::from_utf8_lossy(&shown)
        )));
    }
    if is_nil(a) || is_nil(b) {
        return Ok(is_nil(a) == is_nil(b));
    }
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if a.kind() == Kind::Pointer => {
            Ok(Rc::ptr_eq(a, b) || a.equals(b.as_ref()).unwrap_or(false))
        }
        // A type that can be compared knows whether a value is equal to itself.
        (Value::Object(a), Value::Object(b)) if b.equals(b.as_ref()).is_some() => {
            Ok(a.type_name() == b.type_name() && a.equals(b.as_ref()).unwrap_or(false))
        }
        _ => Err(not_comparable(b)?),
    }
}

fn not_comparable(value: &Value) -> Result<Error, Error> {
    let shown = sprintf("%s: %s", &[value.clone(), value.type_name().into()])?;
    Ok(Error::new(format!(
        "non-comparable type {}",
        String::from_utf8_lossy(&shown)
    )))
}

/// Nil, or a nil slice or map.
fn is_nil(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        _ => false,
    }
}

/// The order of two values of one basic kind, or of integers whatever their sign; the inner one is none for NaN.
fn order(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    Some(match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Int(a, _), Value::Int(b, _)) => Some(a.cmp(b)),
        (Value::Uint(a, _), Value::Uint(b, _)) => Some(a.cmp(b)),
        (Value::Int(a, _), Value::Uint(b, _)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::Uint(a, _), Value::Int(b, _)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::Float(a, _), Value::Float(b, _)) => a.partial_cmp(b),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => return None,
    })
}

pub(super) fn lt(a: &Value, b: &Value) -> Result<bool, Error> {
    let (Some(kind_a), Some(kind_b)) = (basic_kind(a), basic_kind(b)) else {
        return Err(BAD_TYPE.into());
    };
    if kind_a == Basic::Bool && kind_b == Basic::Bool {
        return Err(BAD_TYPE.into());
    }
    match order(&a.plain(), &b.plain()) {
        Some(order) => Ok(order == Some(Ordering::Less)),
        None => Err(incompatible(a, b)),
    }
}

pub(super) fn le(a: &Value, b: &Operand) -> Result<bool, Error> {
    Ok(lt(a, &b.value)? || equal(a, &b.value)?)
}

fn incompatible(a: &Value, b: &Value) -> Error {
    Error::new(format!(
        "incompatible types for comparison: {} and {}",
        a.type_name(),
        b.type_name()
    ))
}
