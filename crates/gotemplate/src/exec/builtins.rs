//! The functions of text/template (Go: `funcs.go`).

use super::execution::Execution;
use super::operand::Operand;
use super::{compare, escape, index};
use crate::context::Context as _;
use crate::error::Error;
use crate::fmt::{sprint_within, sprintf_within, sprintln_within};
use crate::tree::Builtin;
use crate::value::{Signature, Type, Value};

/// The parameters of a builtin.
pub(super) fn signature(builtin: Builtin) -> Signature {
    const ONE: &[Type] = &[Type::Value];
    const TWO: &[Type] = &[Type::Value, Type::Value];
    const ANY: &[Type] = &[Type::Interface];
    const FORMAT: &[Type] = &[Type::String, Type::Interface];
    match builtin {
        Builtin::And
        | Builtin::Or
        | Builtin::Call
        | Builtin::Eq
        | Builtin::Index
        | Builtin::Slice => Signature::variadic(TWO),
        Builtin::Ge | Builtin::Gt | Builtin::Le | Builtin::Lt | Builtin::Ne => Signature::new(TWO),
        Builtin::Len | Builtin::Not => Signature::new(ONE),
        Builtin::Html | Builtin::Js | Builtin::Urlquery | Builtin::Print | Builtin::Println => {
            Signature::variadic(ANY)
        }
        Builtin::Printf => Signature::variadic(FORMAT),
    }
}

/// Calls a builtin that needs neither short circuits nor function values.
pub(super) fn call(
    cx: &Execution<'_>,
    builtin: Builtin,
    args: &[Operand],
) -> Result<Operand, Error> {
    let limit = cx.limits().output;
    let (first, rest) = match args.split_first() {
        Some((first, rest)) => (first, rest),
        None => (&Operand::INVALID, args),
    };
    let values = || -> Vec<Value> { args.iter().map(|arg| arg.value.clone()).collect() };
    let second = rest.first().unwrap_or(&Operand::INVALID);
    let boolean = |result: Result<bool, Error>| result.map(Value::Bool);
    let value = match builtin {
        Builtin::Eq => boolean(compare::eq(&first.value, rest)),
        Builtin::Ne => boolean(compare::eq(&first.value, rest).map(|equal| !equal)),
        Builtin::Lt => boolean(compare::lt(&first.value, &second.value)),
        Builtin::Le => boolean(compare::le(&first.value, second)),
        Builtin::Gt => boolean(compare::le(&first.value, second).map(|less| !less)),
        Builtin::Ge => boolean(compare::lt(&first.value, &second.value).map(|less| !less)),
        Builtin::Not => Ok(Value::Bool(!first.value.is_true())),
        Builtin::Len => index::len(first).map(Value::int),
        Builtin::Index => return index::index(first, rest),
        Builtin::Slice => index::slice(&first.value, rest),
        Builtin::Print => sprint_within(limit, &values()).map(|text| Value::String(text.into())),
        Builtin::Println => {
            sprintln_within(limit, &values()).map(|text| Value::String(text.into()))
        }
        Builtin::Printf => {
            let values = values();
            let (format, args) = values.split_first().unwrap_or((&Value::Nil, &[]));
            let format = format.as_string().cloned().unwrap_or_default();
            sprintf_within(limit, format.as_bytes(), args).map(|text| Value::String(text.into()))
        }
        Builtin::Html => {
            escape::text(limit, values()).map(|text| Value::String(escape::html(&text).into()))
        }
        Builtin::Js => {
            escape::text(limit, values()).map(|text| Value::String(escape::js(&text).into()))
        }
        Builtin::Urlquery => {
            escape::text(limit, values()).map(|text| Value::String(escape::url_query(&text).into()))
        }
        // Evaluated by the caller.
        Builtin::And | Builtin::Or | Builtin::Call => Ok(Value::Nil),
    };
    value.map(Operand::plain)
}
