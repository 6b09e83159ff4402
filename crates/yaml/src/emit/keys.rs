//! goyaml's order of keys: natural, so that `a2` stands before `a10`, and letters behind everything else.

use std::cmp::Ordering;

use super::dialect::Dialect;

/// Sorts by goyaml's order. That order is not always transitive, so the standard sort, which may panic then, is not
/// used; any order is right for keys on which it contradicts itself.
pub(super) fn sorted<'a, V>(
    entries: impl Iterator<Item = (&'a String, V)>,
    dialect: Dialect,
) -> Vec<(&'a str, V)> {
    let entries: Vec<(&str, V)> = entries.map(|(key, value)| (key.as_str(), value)).collect();
    merge_sort(entries, dialect)
}

fn merge_sort<V>(mut left: Vec<(&str, V)>, dialect: Dialect) -> Vec<(&str, V)> {
    if left.len() < 2 {
        return left;
    }
    let right = left.split_off(left.len() / 2);
    let mut sorted = Vec::with_capacity(left.len() + right.len());
    let mut left = merge_sort(left, dialect).into_iter().peekable();
    let mut right = merge_sort(right, dialect).into_iter().peekable();
    loop {
        let from_left = match (left.peek(), right.peek()) {
            (Some(left), Some(right)) => compare(left.0, right.0, dialect) != Ordering::Greater,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => return sorted,
        };
        sorted.extend(if from_left { left.next() } else { right.next() });
    }
}

/// Two keys, by their first difference: a letter is greater than anything else, but behind a digit smaller in goyaml
/// v3; runs of digits compare as numbers, then by their length.
fn compare(left: &str, right: &str, dialect: Dialect) -> Ordering {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let Some(at) = left
        .iter()
        .zip(&right)
        .position(|(left, right)| left != right)
    else {
        return left.len().cmp(&right.len());
    };
    let (Some(&first), Some(&second)) = (left.get(at), right.get(at)) else {
        return Ordering::Equal;
    };
    let behind_digit = at
        .checked_sub(1)
        .and_then(|at| left.get(at))
        .is_some_and(char::is_ascii_digit);
    let letter = if dialect == Dialect::V3 && behind_digit {
        Ordering::Less
    } else {
        Ordering::Greater
    };
    match (first.is_alphabetic(), second.is_alphabetic()) {
        (true, true) => return first.cmp(&second),
        (true, false) => return letter,
        (false, true) => return letter.reverse(),
        (false, false) => {}
    }
    // Zeros behind another digit are part of a number that has begun before.
    let before = left.get(..at).unwrap_or_default().iter().rev();
    let begun = (first == '0' || second == '0')
        && before
            .take_while(|char| char.is_ascii_digit())
            .any(|char| *char != '0');
    let start = i64::from(begun);
    let (first_number, first_length) = number(left.get(at..).unwrap_or_default(), start);
    let (second_number, second_length) = number(right.get(at..).unwrap_or_default(), start);
    first_number
        .cmp(&second_number)
        .then(first_length.cmp(&second_length))
        .then(first.cmp(&second))
}

/// The number that text begins with, wrapping as Go's int64 does, and how many digits it has.
fn number(text: &[char], start: i64) -> (i64, usize) {
    let digits = text.iter().map_while(|char| char.to_digit(10));
    digits.fold((start, 0), |(number, length), digit| {
        (
            number.wrapping_mul(10).wrapping_add(i64::from(digit)),
            length + 1,
        )
    })
}
