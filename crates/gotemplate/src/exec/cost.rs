//! What calls cost in steps. Without it a template that doubles a text in a loop would take hours and all memory within
//! few steps.

use super::operand::Operand;
use crate::value::Value;

/// Reading text and lists is fast.
const BYTES_READ_PER_STEP: usize = 64;
const ITEMS_READ_PER_STEP: usize = 16;

/// What is made also takes memory, which this bounds: a hundred million steps are 400 MB.
const BYTES_MADE_PER_STEP: usize = 4;
/// An item takes the memory of some thirty bytes.
const STEPS_PER_ITEM_MADE: usize = 6;

/// A map takes the memory of its first entries even where it has one.
const STEPS_PER_MAP_MADE: usize = 150;

/// For a function to be called: its arguments are collected, and what it makes takes some memory even where it is small.
pub(super) const CALL: u64 = 16;
/// For a template to be entered: variables, output and the place are its own.
pub(super) const TEMPLATE: u64 = 40;
/// An entry of a map that is copied before a loop.
const STEPS_PER_ENTRY_COPIED: usize = 4;

/// Output is only written once, but templates that call each other hold one output each.
const BYTES_WRITTEN_PER_STEP: usize = 16;

/// For so many bytes of output.
pub(super) fn of_output(bytes: usize) -> u64 {
    (bytes / BYTES_WRITTEN_PER_STEP) as u64
}

/// For a loop over a map, which first copies its entries.
pub(super) fn of_range(over: &Value) -> u64 {
    match over.plain() {
        Value::Map(map) => (map.len() * STEPS_PER_ENTRY_COPIED) as u64,
        _ => 0,
    }
}

/// For a function to look at its arguments.
pub(super) fn of_arguments(args: &[Operand]) -> u64 {
    let cost = |arg: &Operand| match &arg.value {
        Value::String(text) => text.len() / BYTES_READ_PER_STEP,
        Value::Bytes(bytes) => bytes.len() / BYTES_READ_PER_STEP,
        Value::List(list) => list.len() / ITEMS_READ_PER_STEP,
        _ => 0,
    };
    args.iter().map(cost).sum::<usize>() as u64
}

/// A part of a value that is walked over is often copied, too.
const STEPS_PER_PART: u64 = 16;

/// For a function to walk over all parts of its arguments. Counting ends where there are no steps left.
pub(super) fn of_parts(args: &[Operand], steps_left: u64) -> u64 {
    let most = steps_left / STEPS_PER_PART + 1;
    let mut left = most;
    for arg in args {
        count(&arg.value, MAX_DEPTH, &mut left);
    }
    (most - left) * STEPS_PER_PART
}

/// Functions that walk have a limit of their own below this; a map can hold itself.
const MAX_DEPTH: usize = 300;

fn count(value: &Value, depth: usize, left: &mut u64) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let mut part = |value: &Value| {
        *left = left.saturating_sub(1);
        if *left > 0 {
            count(value, depth, left);
        }
        *left > 0
    };
    match value {
        Value::List(list) => {
            list.iter().all(part);
        }
        Value::Map(map) => {
            map.borrow().values().all(&mut part);
        }
        _ => {}
    }
}

/// For a function to make its result.
pub(super) fn of_result(result: &Value) -> u64 {
    let cost = match result {
        Value::String(text) => text.len() / BYTES_MADE_PER_STEP,
        Value::Bytes(bytes) => bytes.len() / BYTES_MADE_PER_STEP,
        Value::List(list) => list.len() * STEPS_PER_ITEM_MADE,
        Value::Map(_) => STEPS_PER_MAP_MADE,
        _ => 0,
    };
    cost as u64
}
