//! What calls cost in steps. Without it a template that doubles a text in a loop would take hours and all memory within
//! few steps.

use super::Operand;
use crate::Value;

/// Reading text and lists is fast.
const BYTES_READ_PER_STEP: usize = 256;
const ITEMS_READ_PER_STEP: usize = 16;

/// What is made also takes memory, which this bounds: fifty million steps are 400 MB.
const BYTES_MADE_PER_STEP: usize = 8;
const ITEMS_MADE_PER_STEP: usize = 4;

/// Output is only written once, but templates that call each other hold one output each.
const BYTES_WRITTEN_PER_STEP: usize = 16;

/// For so many bytes of output.
pub(super) fn of_output(bytes: usize) -> u64 {
    (bytes / BYTES_WRITTEN_PER_STEP) as u64
}

/// For a loop over a map, which first copies its entries.
pub(super) fn of_range(over: &Value) -> u64 {
    match over.plain() {
        Value::Map(map) => (map.len() / ITEMS_READ_PER_STEP) as u64,
        _ => 0,
    }
}

/// For a function to look at its arguments.
pub(super) fn of_arguments(args: &[Operand]) -> u64 {
    let cost = |arg: &Operand| size(&arg.value, BYTES_READ_PER_STEP, ITEMS_READ_PER_STEP);
    args.iter().map(cost).sum::<usize>() as u64
}

/// For a function to make its result.
pub(super) fn of_result(result: &Value) -> u64 {
    size(result, BYTES_MADE_PER_STEP, ITEMS_MADE_PER_STEP) as u64
}

fn size(value: &Value, bytes_per_step: usize, items_per_step: usize) -> usize {
    match value {
        Value::String(text) => text.len() / bytes_per_step,
        Value::Bytes(bytes) => bytes.len() / bytes_per_step,
        Value::List(list) => list.len() / items_per_step,
        _ => 0,
    }
}
