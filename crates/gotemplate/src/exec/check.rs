//! Arguments: checked against and converted to the types of parameters.

use super::execution::Execution;
use super::frame::{At, Frame};
use super::operand::Operand;
use crate::error::Error;
use crate::tree::{Expr, ExprKind};
use crate::value::{Type, Value};

impl Execution<'_> {
    /// An argument for a parameter. Constants take the parameter's type.
    pub(super) fn eval_arg<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        ty: Type,
        arg: &'t Expr,
    ) -> Result<Operand, Error> {
        frame.at = Some(At::Expr(arg));
        match &arg.kind {
            ExprKind::Nil if ty.can_be_nil() => Ok(Operand::plain(Value::zero(ty))),
            ExprKind::Nil => Err(frame.error(format_args!("cannot assign nil to {ty}"))),
            ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(..) => {
                self.eval_constant(frame, ty, arg)
            }
            _ => {
                let value = self.eval_operand(frame, arg)?;
                validate(frame, value, ty)
            }
        }
    }

    fn eval_constant<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        ty: Type,
        arg: &'t Expr,
    ) -> Result<Operand, Error> {
        let number = match &arg.kind {
            ExprKind::Number(number) => Some(number),
            _ => None,
        };
        let (value, wanted) = match (ty, &arg.kind) {
            (Type::Interface | Type::Value, _) => return self.eval_literal(frame, arg),
            (Type::Bool, ExprKind::Bool(value)) => (Some(Value::Bool(*value)), "bool"),
            (Type::Bool, _) => (None, "bool"),
            (Type::String, ExprKind::String(_, text)) => {
                (Some(Value::String(text.clone())), "string")
            }
            (Type::String, _) => (None, "string"),
            (Type::Int(kind), _) => (
                number
                    .and_then(|n| n.int)
                    .map(|n| Value::Int(kind.wrap(n), kind)),
                "integer",
            ),
            (Type::Uint(kind), _) => (
                number
                    .and_then(|n| n.uint)
                    .map(|n| Value::Uint(kind.wrap(n), kind)),
                "unsigned integer",
            ),
            (Type::Float(kind), _) => (
                number.and_then(|n| n.float).map(|n| Value::Float(n, kind)),
                "float",
            ),
            (
                Type::Bytes
                | Type::List(_)
                | Type::Map(_)
                | Type::Object(_)
                | Type::Func(_)
                | Type::Methods(_),
                _,
            ) => {
                return Err(frame.error(format_args!("can't handle {arg} for arg of type {ty}")));
            }
        };
        value
            .map(Operand::plain)
            .ok_or_else(|| frame.error(format_args!("expected {wanted}; found {arg}")))
    }
}

/// Go's `validateType`: the value as the parameter's type, or why it cannot be.
pub(super) fn validate(frame: &Frame<'_>, operand: Operand, ty: Type) -> Result<Operand, Error> {
    if operand.is_invalid() {
        if ty.can_be_nil() {
            return Ok(Operand::plain(Value::zero(ty)));
        }
        return Err(frame.error(format_args!("invalid value; expected {ty}")));
    }
    let got = match (ty, operand.value.ty()) {
        (Type::Interface | Type::Value, _) => return Ok(operand),
        (_, Some(from)) if from.assignable_to(ty) => return Ok(operand.unboxed()),
        (_, None) => Type::Interface.name(),
        (_, Some(from)) => {
            if let Value::Object(object) = &operand.value {
                // A pointer is followed once.
                if matches!(ty, Type::Object(name) if object.type_name().strip_prefix('*') == Some(name))
                {
                    return Ok(operand.unboxed());
                }
                // A named slice or map is assignable to the type it is made of.
                let plain = operand.value.plain();
                if matches!(plain, Value::List(_) | Value::Map(_))
                    && plain.ty().is_some_and(|plain| plain.assignable_to(ty))
                {
                    return Ok(Operand::plain(plain));
                }
            }
            from.name()
        }
    };
    Err(frame.error(format_args!(
        "wrong type for value; expected {ty}; got {got}"
    )))
}

/// Go's `prepareArg`: the check of values that `call` and `index` take, which also converts between integers.
pub(super) fn prepare(value: &Value, ty: Type) -> Result<Value, Error> {
    let Some(from) = value.ty() else {
        if ty.can_be_nil() {
            return Ok(Value::zero(ty));
        }
        return Err(Error::new(format!("value is nil; should be of type {ty}")));
    };
    if from.assignable_to(ty) {
        return Ok(value.clone());
    }
    match (value, ty) {
        (Value::Int(n, _), Type::Int(kind)) => Ok(Value::Int(kind.wrap(*n), kind)),
        (Value::Int(n, _), Type::Uint(kind)) => Ok(Value::Uint(kind.wrap(*n as u64), kind)),
        (Value::Uint(n, _), Type::Int(kind)) => Ok(Value::Int(kind.wrap(*n as i64), kind)),
        (Value::Uint(n, _), Type::Uint(kind)) => Ok(Value::Uint(kind.wrap(*n), kind)),
        _ => Err(Error::new(format!("value has type {from}; should be {ty}"))),
    }
}
