//! `range`.

use super::cost;
use super::execution::Execution;
use super::frame::{At, Frame};
use super::operand::Operand;
use super::walk::Flow;
use crate::context::Context as _;
use crate::error::Error;
use crate::fmt::{DEFAULT_LIMIT, append};
use crate::tree::{Branch, Node};
use crate::value::{Iteration, UintKind, Value};

/// The elements of a value, each with its index or key.
type Elements = Box<dyn Iterator<Item = (Operand, Operand)>>;

impl Execution<'_> {
    pub(super) fn walk_range<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        node: &'t Node,
        branch: &'t Branch,
    ) -> Result<Flow, Error> {
        frame.at = Some(At::Node(node));
        let mark = frame.vars.len();
        self.begin_traced();
        let value = self.eval_pipe(frame, &branch.pipe)?;
        let outer = (frame.dot.clone(), frame.is_dot_made);
        let flow = self.iterate(frame, branch, &value.value)?;
        (frame.dot, frame.is_dot_made) = outer;
        frame.vars.truncate(mark);
        Ok(flow)
    }

    fn iterate<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        branch: &'t Branch,
        value: &Value,
    ) -> Result<Flow, Error> {
        self.spend(cost::of_range(value))
            .map_err(|error| frame.place(error))?;
        let body_mark = frame.vars.len();
        let is_made = self.may_be_made(frame, &branch.pipe);
        let mut elements = elements(frame, value, branch.pipe.decl.len())?.peekable();
        if elements.peek().is_none() {
            return match &branch.otherwise {
                Some(otherwise) => self.walk_list(frame, otherwise),
                None => Ok(Flow::Next),
            };
        }
        for (index, element) in elements {
            self.spend(1).map_err(|error| frame.place(error))?;
            self.set_loop_variables(frame, branch, index, &element)?;
            (frame.dot, frame.is_dot_made) = (element, is_made);
            let flow = self.walk_list(frame, &branch.body)?;
            frame.vars.truncate(body_mark);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(Flow::Next)
    }

    /// With one variable it is the element, with two the index comes first.
    fn set_loop_variables<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        branch: &'t Branch,
        index: Operand,
        element: &Operand,
    ) -> Result<(), Error> {
        let pipe = &branch.pipe;
        let values = match pipe.decl.as_slice() {
            [] => return Ok(()),
            [only] => [Some((only, element.clone())), None],
            [first, second, ..] => [Some((first, index)), Some((second, element.clone()))],
        };
        if pipe.is_assign {
            for (variable, value) in values.into_iter().flatten() {
                self.set_variable(frame, variable, value)?;
            }
            return Ok(());
        }
        // The pipeline has declared them: they are on top.
        let count = pipe.decl.len();
        let first = frame.vars.len().saturating_sub(count);
        let slots = frame.vars.get_mut(first..).unwrap_or_default().iter_mut();
        for (slot, (_, value)) in slots.zip(values.into_iter().flatten()) {
            slot.1 = value;
        }
        Ok(())
    }
}

fn elements(frame: &Frame<'_>, value: &Value, variables: usize) -> Result<Elements, Error> {
    match value.plain() {
        Value::Nil => Ok(Box::new(std::iter::empty())),
        Value::Int(..) | Value::Uint(..) if variables > 1 => {
            let shown = shown(value)?;
            Err(frame.error(format_args!(
                "can't use {shown} to iterate over more than one variable"
            )))
        }
        Value::Int(end, kind) => Ok(unindexed((0..end).map(move |n| Value::Int(n, kind)))),
        Value::Uint(end, kind) => Ok(unindexed((0..end).map(move |n| Value::Uint(n, kind)))),
        Value::List(list) => {
            let declared = list.ty().elem;
            let len = list.len();
            let items = (0..len).map(move |index| list.get(index).cloned().unwrap_or_default());
            Ok(indexed(
                items.map(move |item| Operand::element(item, declared)),
            ))
        }
        Value::Bytes(bytes) => {
            let bytes =
                (0..bytes.len()).map(move |index| bytes.get(index).copied().unwrap_or_default());
            Ok(indexed(bytes.map(|byte| {
                Operand::plain(Value::Uint(byte.into(), UintKind::Uint8))
            })))
        }
        Value::Map(map) => {
            // The entries as they are now: the body may change the map.
            let declared = map.ty().elem;
            Ok(Box::new(map.entries().into_iter().map(
                move |(key, value)| {
                    (
                        Operand::plain(Value::String(key)),
                        Operand::element(value, declared),
                    )
                },
            )))
        }
        Value::Func(func) => match func.iterate() {
            Some(iteration) => iterated(frame, value, iteration, variables),
            None => Err(cannot_iterate(frame, value)?),
        },
        Value::Bool(_) | Value::Float(..) | Value::String(_) | Value::Object(_) => {
            Err(cannot_iterate(frame, value)?)
        }
    }
}

fn unindexed(values: impl Iterator<Item = Value> + 'static) -> Elements {
    Box::new(values.map(|value| (Operand::INVALID, Operand::plain(value))))
}

fn indexed(items: impl Iterator<Item = Operand> + 'static) -> Elements {
    Box::new(
        items
            .enumerate()
            .map(|(index, item)| (Operand::plain(Value::int(index as i64)), item)),
    )
}

/// What a function yields.
fn iterated(
    frame: &Frame<'_>,
    func: &Value,
    iteration: Iteration,
    variables: usize,
) -> Result<Elements, Error> {
    match iteration {
        Iteration::Seq(_) if variables > 1 => {
            let shown = shown(func)?;
            Err(frame.error(format_args!(
                "can't use {shown} iterate over more than one variable"
            )))
        }
        Iteration::Seq(values) => Ok(unindexed(values)),
        // With fewer than two variables the first value of a pair is the element.
        Iteration::Seq2(pairs) if variables < 2 => Ok(unindexed(pairs.map(|(first, _)| first))),
        Iteration::Seq2(pairs) => {
            Ok(Box::new(pairs.map(|(first, second)| {
                (Operand::plain(first), Operand::plain(second))
            })))
        }
    }
}

fn cannot_iterate(frame: &Frame<'_>, value: &Value) -> Result<Error, Error> {
    Ok(frame.error(format_args!("range can't iterate over {}", shown(value)?)))
}

fn shown(value: &Value) -> Result<String, Error> {
    let mut shown = Vec::new();
    append(&mut shown, value, DEFAULT_LIMIT)?;
    Ok(String::from_utf8_lossy(&shown).into_owned())
}
