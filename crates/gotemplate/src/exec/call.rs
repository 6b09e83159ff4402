//! Calls of functions and methods.

use std::rc::Rc;

use super::check::{prepare, validate};
use super::execution::Execution;
use super::frame::{At, Frame, Inputs};
use super::operand::Operand;
use super::{builtins, cost};
use crate::context::Context as _;
use crate::error::Error;
use crate::function::Function;
use crate::tree::{Builtin, Expr, FunctionRef};
use crate::value::{Args, Map, Object, Signature, Type, Value};

/// What is called.
pub(super) enum Callee<'a> {
    Builtin(Builtin),
    Host(&'static Function),
    Method(Rc<dyn Object>, &'a str, Signature),
    /// A method of a named map type, with its map
    OfMap(Map, &'static Function),
}

impl Callee<'_> {
    fn name(&self) -> &str {
        match self {
            Callee::Builtin(builtin) => builtin.name(),
            Callee::Host(function) | Callee::OfMap(_, function) => function.name,
            Callee::Method(_, name, _) => name,
        }
    }

    fn signature(&self) -> Signature {
        match self {
            Callee::Builtin(builtin) => builtins::signature(*builtin),
            Callee::Host(function) | Callee::OfMap(_, function) => function.signature,
            Callee::Method(_, _, signature) => *signature,
        }
    }
}

impl Signature {
    /// How many parameters take exactly one argument.
    fn fixed(&self) -> usize {
        self.params.len() - usize::from(self.variadic && !self.params.is_empty())
    }

    /// The type of an argument by its index.
    fn param(&self, index: usize) -> Type {
        let param = self.params.get(index).or(self.params.last());
        param.copied().unwrap_or(Type::Interface)
    }
}

impl Execution<'_> {
    /// A function with arguments. `node` is what an error of the function points at.
    pub(super) fn eval_function<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        expr: &'t Expr,
        node: At<'t>,
        function: FunctionRef,
        inputs: Inputs<'t>,
    ) -> Result<Operand, Error> {
        frame.at = Some(At::Expr(expr));
        let callee = match function {
            FunctionRef::Builtin(builtin) => Callee::Builtin(builtin),
            FunctionRef::Host { name, place } => match self.set().functions().at(place) {
                Some(function) => Callee::Host(function),
                // The template was parsed with other functions.
                None => return Err(frame.error(format_args!("{name} is not a defined function"))),
            },
        };
        self.eval_call(frame, callee, node, inputs)
    }

    pub(super) fn eval_call<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        callee: Callee<'_>,
        node: At<'t>,
        inputs: Inputs<'t>,
    ) -> Result<Operand, Error> {
        let signature = callee.signature();
        let Inputs { args, last } = inputs;
        check_count(
            frame,
            callee.name(),
            &signature,
            args.len(),
            usize::from(last.is_some()),
        )?;
        if let Some(why) = signature.refused {
            return Err(frame.error(why));
        }
        if let Callee::Builtin(builtin @ (Builtin::And | Builtin::Or)) = callee {
            return self.short_circuit(frame, builtin == Builtin::Or, Inputs { args, last });
        }
        let mut values = Vec::with_capacity(args.len() + 1);
        for (index, arg) in args.iter().enumerate() {
            values.push(self.eval_arg(frame, signature.param(index), arg)?);
        }
        let call_name = match (&callee, args.first(), &last) {
            (Callee::Builtin(Builtin::Call), Some(arg), _) => arg.to_string(),
            (Callee::Builtin(Builtin::Call), None, Some(last)) => match &last.value {
                Value::String(text) => text.to_string(),
                other => format!("<{} Value>", other.type_name()),
            },
            _ => String::new(),
        };
        if let Some(last) = last {
            values.push(validate(frame, last, signature.param(args.len()))?);
        }
        if let Callee::OfMap(map, _) = &callee {
            values.insert(0, Operand::plain(map.clone().into()));
        }
        let walks_from = match &callee {
            Callee::Builtin(builtin) => builtin.is_deep().then_some(0),
            Callee::Host(function) | Callee::OfMap(_, function) => function.walks_from,
            Callee::Method(..) => None,
        };
        let walked = walks_from.and_then(|first| values.get(first..));
        let parts = walked.map_or(0, |walked| cost::of_parts(walked, self.steps_left()));
        let own = match &callee {
            Callee::Method(object, name, _) => {
                let arguments: Vec<&Value> = values.iter().map(|operand| &operand.value).collect();
                object.cost(name, &arguments)
            }
            _ => 0,
        };
        let cost = (cost::of_arguments(&values) + cost::CALL).saturating_add(parts);
        self.spend(cost.saturating_add(own))
            .map_err(|error| frame.place(error))?;
        let result = match &callee {
            Callee::Builtin(Builtin::Call) => {
                self.call_value(&call_name, values).map(Operand::result)
            }
            Callee::Builtin(builtin) => builtins::call(self, *builtin, &values),
            Callee::Host(function) | Callee::OfMap(_, function) => {
                (function.run)(self, arguments(values)).map(Operand::result)
            }
            Callee::Method(object, name, _) => {
                object.call(name, arguments(values)).map(Operand::result)
            }
        };
        let result = result.and_then(|result| {
            self.spend(cost::of_result(&result.value))?;
            Ok(result)
        });
        result.map_err(|cause| {
            frame.at = Some(node);
            frame.call_error(callee.name(), cause)
        })
    }

    /// `and` and `or` evaluate their arguments only until one decides.
    fn short_circuit<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        is_or: bool,
        inputs: Inputs<'t>,
    ) -> Result<Operand, Error> {
        let mut value = Operand::INVALID;
        for arg in inputs.args {
            value = self.eval_arg(frame, Type::Value, arg)?;
            if value.value.is_true() == is_or {
                return Ok(value);
            }
        }
        Ok(inputs.last.unwrap_or(value))
    }

    /// The builtin `call`: a function value and its arguments.
    fn call_value(&mut self, name: &str, values: Vec<Operand>) -> Result<Value, Error> {
        let mut values = values.into_iter().map(|operand| operand.value);
        let func = match values.next().unwrap_or_default() {
            Value::Func(func) => func,
            Value::Nil => return Err("call of nil".into()),
            other => {
                return Err(Error::new(format!(
                    "non-function {name} of type {}",
                    other.type_name()
                )));
            }
        };
        let signature = func.signature();
        let (fixed, count) = (signature.fixed(), values.len());
        if signature.variadic && count < fixed {
            return Err(Error::new(format!(
                "wrong number of args for {name}: got {count} want at least {fixed}"
            )));
        }
        if !signature.variadic && count != fixed {
            return Err(Error::new(format!(
                "wrong number of args for {name}: got {count} want {fixed}"
            )));
        }
        let mut args = Vec::with_capacity(count);
        for (index, value) in values.enumerate() {
            let prepared = prepare(&value, signature.param(index));
            args.push(prepared.map_err(|cause| Error::wrap(format_args!("arg {index}"), cause))?);
        }
        func.call(Args::new(args))
    }
}

fn arguments(values: Vec<Operand>) -> Args {
    Args::new(values.into_iter().map(|operand| operand.value).collect())
}

/// `from_pipe` is 1 when the value of the command before is an argument too.
fn check_count(
    frame: &Frame<'_>,
    name: &str,
    signature: &Signature,
    written: usize,
    from_pipe: usize,
) -> Result<(), Error> {
    let (fixed, count) = (signature.fixed(), written + from_pipe);
    if signature.variadic && count < fixed {
        return Err(frame.error(format_args!(
            "wrong number of args for {name}: want at least {fixed} got {written}"
        )));
    }
    if !signature.variadic && count != fixed {
        return Err(frame.error(format_args!(
            "wrong number of args for {name}: want {fixed} got {count}"
        )));
    }
    Ok(())
}
