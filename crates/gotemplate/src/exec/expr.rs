//! Pipelines, commands and operands.

use super::execution::Execution;
use super::frame::{At, Frame, Inputs};
use super::operand::Operand;
use crate::context::Context as _;
use crate::error::Error;
use crate::stack::Recurse;
use crate::strconv::quote;
use crate::tree::{Command, Expr, ExprKind, Number, Pipe, Variable};
use crate::value::{GoString, Value};

/// Reading a variable scans the ones declared after it; so many count as a step.
const VARIABLES_PER_STEP: usize = 64;

impl Execution<'_> {
    /// The value of a pipeline, out of its interface. Variables that it declares are pushed: the caller drops them.
    pub(super) fn eval_pipe<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        pipe: &'t Pipe,
    ) -> Result<Operand, Error> {
        frame.at = Some(At::Pipe(pipe));
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.eval_command(frame, command, value)?.unboxed());
        }
        let value = value.unwrap_or(Operand::INVALID);
        for variable in &pipe.decl {
            if pipe.is_assign {
                self.set_variable(frame, variable, value.clone())?;
            } else {
                frame.vars.push((variable.symbol, value.clone()));
            }
        }
        Ok(value)
    }

    /// A pipeline inside of another.
    pub(super) fn eval_nested_pipe<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        pipe: &'t Pipe,
    ) -> Result<Operand, Error> {
        self.deeper(|cx| cx.eval_pipe(frame, pipe))
    }

    /// `last` is the value of the command before, which becomes the last argument.
    fn eval_command<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        command: &'t Command,
        last: Option<Operand>,
    ) -> Result<Operand, Error> {
        let Some((first, args)) = command.args.split_first() else {
            return Ok(Operand::INVALID);
        };
        let inputs = Inputs { args, last };
        match &first.kind {
            ExprKind::Field(names) => self.eval_field_expr(frame, first, names, inputs),
            ExprKind::Chain(operand, names) => {
                self.eval_chain(frame, first, (operand, names), inputs)
            }
            ExprKind::Function(function) => {
                self.eval_function(frame, first, At::Command(command), *function, inputs)
            }
            ExprKind::Pipe(pipe) => {
                not_a_function(frame, first, &inputs)?;
                self.eval_nested_pipe(frame, pipe)
            }
            ExprKind::Variable(variable, names) => {
                self.eval_variable_expr(frame, first, (variable, names), inputs)
            }
            ExprKind::Bool(_)
            | ExprKind::Dot
            | ExprKind::Nil
            | ExprKind::Number(_)
            | ExprKind::String(..) => {
                frame.at = Some(At::Expr(first));
                not_a_function(frame, first, &inputs)?;
                match &first.kind {
                    ExprKind::Dot => Ok(frame.dot.clone()),
                    ExprKind::Nil => Err(frame.error("nil is not a command")),
                    _ => self.eval_literal(frame, first),
                }
            }
        }
    }

    /// A constant where nothing says which type is wanted.
    pub(super) fn eval_literal<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        expr: &'t Expr,
    ) -> Result<Operand, Error> {
        frame.at = Some(At::Expr(expr));
        let value = match &expr.kind {
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::String(_, text) => Value::String(text.clone()),
            ExprKind::Number(number) => ideal_constant(number)
                .ok_or_else(|| frame.error(format_args!("{} overflows int", number.text())))?,
            _ => {
                return Err(frame.error(format_args!(
                    "can't evaluate command {}",
                    quote(expr.to_string())
                )));
            }
        };
        Ok(Operand::plain(value))
    }

    pub(super) fn eval_field_expr<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        expr: &'t Expr,
        names: &'t [GoString],
        inputs: Inputs<'t>,
    ) -> Result<Operand, Error> {
        frame.at = Some(At::Expr(expr));
        self.eval_fields(frame, frame.dot.clone(), expr, names, inputs)
    }

    pub(super) fn eval_variable_expr<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        expr: &'t Expr,
        (variable, names): (&'t Variable, &'t [GoString]),
        inputs: Inputs<'t>,
    ) -> Result<Operand, Error> {
        frame.at = Some(At::Expr(expr));
        let value = self.variable(frame, variable)?;
        if names.is_empty() {
            not_a_function(frame, expr, &inputs)?;
            return Ok(value);
        }
        self.eval_fields(frame, value, expr, names, inputs)
    }

    pub(super) fn eval_chain<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        expr: &'t Expr,
        (operand, names): (&'t Expr, &'t [GoString]),
        inputs: Inputs<'t>,
    ) -> Result<Operand, Error> {
        frame.at = Some(At::Expr(expr));
        let value = self.eval_operand(frame, operand)?;
        self.eval_fields(frame, value, expr, names, inputs)
    }

    /// An operand that has fields behind it, or stands for an argument.
    pub(super) fn eval_operand<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        expr: &'t Expr,
    ) -> Result<Operand, Error> {
        frame.at = Some(At::Expr(expr));
        match &expr.kind {
            ExprKind::Dot => Ok(frame.dot.clone()),
            ExprKind::Field(names) => self.eval_field_expr(frame, expr, names, Inputs::NONE),
            ExprKind::Variable(variable, names) => {
                self.eval_variable_expr(frame, expr, (variable, names), Inputs::NONE)
            }
            ExprKind::Chain(operand, names) => {
                self.eval_chain(frame, expr, (operand, names), Inputs::NONE)
            }
            ExprKind::Pipe(pipe) => self.eval_nested_pipe(frame, pipe),
            ExprKind::Function(function) => {
                self.eval_function(frame, expr, At::Expr(expr), *function, Inputs::NONE)
            }
            ExprKind::Bool(_) | ExprKind::Nil | ExprKind::Number(_) | ExprKind::String(..) => {
                self.eval_literal(frame, expr)
            }
        }
    }

    fn variable(&mut self, frame: &Frame<'_>, variable: &Variable) -> Result<Operand, Error> {
        let found = frame
            .vars
            .iter()
            .rev()
            .position(|(symbol, _)| *symbol == variable.symbol);
        let scanned = found.unwrap_or(frame.vars.len());
        self.spend((scanned / VARIABLES_PER_STEP) as u64)
            .map_err(|error| frame.place(error))?;
        let value = found.and_then(|from_top| frame.vars.get(frame.vars.len() - 1 - from_top));
        value
            .map(|(_, value)| value.clone())
            .ok_or_else(|| undefined(frame, variable))
    }

    /// Assigns to the variable of that name that was declared last.
    pub(super) fn set_variable(
        &mut self,
        frame: &mut Frame<'_>,
        variable: &Variable,
        value: Operand,
    ) -> Result<(), Error> {
        let slot = frame
            .vars
            .iter_mut()
            .rev()
            .find(|(symbol, _)| *symbol == variable.symbol);
        match slot {
            Some(slot) => {
                slot.1 = value;
                Ok(())
            }
            None => Err(undefined(frame, variable)),
        }
    }
}

fn undefined(frame: &Frame<'_>, variable: &Variable) -> Error {
    frame.error(format_args!("undefined variable: {}", variable.name))
}

fn not_a_function(frame: &Frame<'_>, first: &Expr, inputs: &Inputs<'_>) -> Result<(), Error> {
    if inputs.is_empty() {
        return Ok(());
    }
    // Pipelines print without their parentheses here.
    Err(frame.error(format_args!("can't give argument to non-function {first}")))
}

/// The value of a number by its syntax; none when it does not fit.
fn ideal_constant(number: &Number) -> Option<Value> {
    match (number.float, number.int) {
        (Some(float), _) if number.looks_like_float() => Some(Value::float64(float)),
        (_, Some(int)) => Some(Value::int(int)),
        _ => None,
    }
}
