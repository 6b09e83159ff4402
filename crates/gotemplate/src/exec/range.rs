//! `range`.

use super::walk::Flow;
use super::{At, Frame, Operand, cost};
use crate::error::Error;
use crate::fmt::{DEFAULT_LIMIT, append};
use crate::tree::{Branch, Node};
use crate::{Context, Iteration, Value};

/// The elements of a value, each with its index or key.
type Elements = Box<dyn Iterator<Item = (Operand, Operand)>>;

impl Context<'_> {
    pub(super) fn walk_range<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        node: &'t Node,
        branch: &'t Branch,
    ) -> Result<Flow, Error> {
        frame.at = Some(At::Node(node));
        let mark = frame.vars.len();
        let value = self.eval_pipe(frame, &branch.pipe)?;
        let outer = frame.dot.clone();
        let flow = self.iterate(frame, branch, &value.value)?;
        frame.dot = outer;
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
            frame.dot = element;
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
    let integers = |end: u64, make: fn(u64, &Value) -> Value| -> Result<Elements, Error> {
        if variables > 1 {
            let shown = shown(value)?;
            return Err(frame.error(format_args!(
                "can't use {shown} to iterate over more than one variable"
            )));
        }
        let kind = value.plain();
        Ok(Box::new((0..end).map(move |n| {
            (Operand::INVALID, Operand::plain(make(n, &kind)))
        })))
    };
    match value.plain() {
        Value::Nil => Ok(Box::new(std::iter::empty())),
        Value::Int(n, _) => integers(u64::try_from(n).unwrap_or(0), |n, like| match like {
            Value::Int(_, kind) => Value::Int(n as i64, *kind),
            _ => Value::Nil,
        }),
        Value::Uint(n, _) => integers(n, |n, like| match like {
            Value::Uint(_, kind) => Value::Uint(n, *kind),
            _ => Value::Nil,
        }),
        Value::List(list) => {
            let declared = list.ty().elem;
            Ok(Box::new((0..list.len()).map(move |index| {
                let item = list.get(index).cloned().unwrap_or_default();
                (
                    Operand::plain(Value::int(index as i64)),
                    Operand::element(item, declared),
                )
            })))
        }
        Value::Bytes(bytes) => Ok(Box::new((0..bytes.len()).map(move |index| {
            let byte = bytes.get(index).copied().unwrap_or_default();
            let byte = Value::Uint(u64::from(byte), crate::UintKind::Uint8);
            (
                Operand::plain(Value::int(index as i64)),
                Operand::plain(byte),
            )
        }))),
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
            Some(Iteration::Seq(_)) if variables > 1 => {
                let shown = shown(value)?;
                Err(frame.error(format_args!(
                    "can't use {shown} iterate over more than one variable"
                )))
            }
            Some(Iteration::Seq(values)) => Ok(Box::new(
                values.map(|value| (Operand::INVALID, Operand::plain(value))),
            )),
            Some(Iteration::Seq2(pairs)) => Ok(Box::new(pairs.map(move |(first, second)| {
                let (first, second) = (Operand::plain(first), Operand::plain(second));
                // With fewer than two variables the first value of a pair is the element.
                if variables > 1 {
                    (first, second)
                } else {
                    (Operand::INVALID, first)
                }
            }))),
            None => Err(cannot_iterate(frame, value)?),
        },
        Value::Bool(_) | Value::Float(..) | Value::String(_) | Value::Object(_) => {
            Err(cannot_iterate(frame, value)?)
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
