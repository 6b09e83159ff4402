//! Fields, map keys and methods.

use super::call::Callee;
use super::execution::Execution;
use super::frame::{At, Frame, Inputs};
use super::operand::Operand;
use crate::error::Error;
use crate::set::MissingKey;
use crate::strconv::quote;
use crate::suggest::nearest;
use crate::tree::Expr;
use crate::value::{GoString, Map, Value};

impl Execution<'_> {
    /// `.x.y.z`, of which only the last gets the arguments.
    pub(super) fn eval_fields<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        receiver: Operand,
        expr: &'t Expr,
        names: &'t [GoString],
        inputs: Inputs<'t>,
    ) -> Result<Operand, Error> {
        let Some((final_name, names)) = names.split_last() else {
            return Ok(receiver);
        };
        let mut receiver = receiver;
        // The key that gave no value, and where it was looked up: the slip is there when a field of nothing is asked for.
        let mut missing = None;
        for name in names {
            let next = self.eval_field(frame, name, expr, Inputs::NONE, &receiver);
            let next = next.map_err(|error| hint(error, &missing))?;
            missing = next.value.is_nil().then_some((receiver, name));
            receiver = next;
        }
        self.eval_field(frame, final_name, expr, inputs, &receiver)
            .map_err(|error| hint(error, &missing))
    }

    fn eval_field<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        name: &'t GoString,
        expr: &'t Expr,
        inputs: Inputs<'t>,
        receiver: &Operand,
    ) -> Result<Operand, Error> {
        if receiver.is_invalid() {
            // No value is treated as a missing key.
            return match self.set().missing_key() {
                MissingKey::Error => {
                    Err(frame.error(format_args!("nil data; no entry for key {}", quote(name))))
                }
                MissingKey::NoValue | MissingKey::Zero => Ok(Operand::INVALID),
            };
        }
        let type_name = receiver.type_name();
        if receiver.is_nil_interface() {
            return Err(frame.error(format_args!("nil pointer evaluating {type_name}.{name}")));
        }
        let has_args = !inputs.is_empty();
        if let Value::Object(object) = &receiver.value {
            let method_name = name.to_str_lossy();
            if let Some(signature) = object.method(&method_name) {
                let callee = Callee::Method(object.clone(), &method_name, signature);
                return self.eval_call(frame, callee, At::Expr(expr), inputs);
            }
            if let Some(field) = object.field(&method_name) {
                if has_args {
                    let message = format!("{name} has arguments but cannot be invoked as function");
                    return Err(frame.error(message));
                }
                return Ok(Operand::result(field));
            }
        }
        if let (Value::Map(map), Some(method)) = (&receiver.value, name.to_str())
            && map.ty().named
            && let Some(method) = self.set().functions().method(map.ty().name, method)
        {
            let callee = Callee::OfMap(map.clone(), method);
            return self.eval_call(frame, callee, At::Expr(expr), inputs);
        }
        match receiver.value.plain() {
            Value::Map(_) if has_args => {
                Err(frame.error(format_args!("{name} is not a method but has arguments")))
            }
            Value::Map(map) => self.map_entry(frame, &map, name),
            _ => Err(frame.error(format_args!(
                "can't evaluate field {name} in type {type_name}"
            ))),
        }
    }

    fn map_entry(&self, frame: &Frame<'_>, map: &Map, name: &GoString) -> Result<Operand, Error> {
        let declared = map.ty().elem;
        if let Some(value) = map.get(name) {
            return Ok(Operand::element(value, declared));
        }
        match self.set().missing_key() {
            MissingKey::NoValue => Ok(Operand::INVALID),
            MissingKey::Zero => Ok(Operand::element(Value::zero(declared), declared)),
            MissingKey::Error => {
                let suggestion = nearest_key(map, name);
                let message = format!("map has no entry for key {}", quote(name));
                Err(frame.error(message).suggest(suggestion))
            }
        }
    }
}

/// Adds the nearest key to an error about a field of nothing.
fn hint(error: Error, missing: &Option<(Operand, &GoString)>) -> Error {
    match missing {
        Some((receiver, name)) if error.suggestion().is_none() && error.cause().is_none() => {
            let suggestion = match receiver.value.plain() {
                Value::Map(map) => nearest_key(&map, name),
                _ => None,
            };
            error.suggest(suggestion)
        }
        _ => error,
    }
}

fn nearest_key(map: &Map, name: &GoString) -> Option<String> {
    let keys = map.keys();
    nearest(
        &name.to_str_lossy(),
        keys.iter()
            .filter_map(GoString::to_str)
            .filter(|key| name != key),
    )
}
