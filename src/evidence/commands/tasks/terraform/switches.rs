//! Whether a resource or a module is there at all: `count` and `for_each`, as far as variables that are known decide.
//!
//! <https://developer.hashicorp.com/terraform/language/meta-arguments/count>

use super::attribute;
use super::ways::Values;

/// Conditions in conditions.
const DEEPEST: usize = 20;
/// Longer conditions are not evaluated, in bytes.
const LONGEST: usize = 1000;

/// Whether a block with variables makes anything. None where what decides is not known.
pub(super) fn is_made(body: &str, values: &Values) -> Option<bool> {
    if let Some(count) = attribute(body, "count") {
        return Some(value(count, values)? != "0");
    }
    let each = attribute(body, "for_each")?.trim();
    let choice = split_choice(each)?;
    let taken = match is_true(choice.condition, values)? {
        true => choice.then,
        false => choice.other,
    };
    let taken: String = taken.split_whitespace().collect();
    let is_empty = ["{}", "[]", "toset([])", "tomap({})"].contains(&taken.as_str());
    Some(!is_empty)
}

/// `condition ? then : other`
struct Choice<'t> {
    condition: &'t str,
    then: &'t str,
    other: &'t str,
}

fn split_choice(text: &str) -> Option<Choice<'_>> {
    let (condition, rest) = split_at(text, "?")?;
    let (then, other) = split_at(rest, ":")?;
    Some(Choice {
        condition,
        then,
        other,
    })
}

/// The text before and behind a sign that stands in no quotes and no brackets.
fn split_at<'t>(text: &'t str, sign: &str) -> Option<(&'t str, &'t str)> {
    let mut depth = 0usize;
    let mut is_quoted = false;
    for (at, char) in text.char_indices() {
        match char {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && text.get(at..)?.starts_with(sign) => {
                return Some((text.get(..at)?, text.get(at + sign.len()..)?));
            }
            _ => {}
        }
    }
    None
}

/// A number, a text or a word, as far as it is known.
fn value(text: &str, values: &Values) -> Option<String> {
    (text.len() <= LONGEST).then(|| value_at(text, values, 0))?
}

fn is_true(text: &str, values: &Values) -> Option<bool> {
    (text.len() <= LONGEST).then(|| is_true_at(text, values, 0))?
}

fn value_at(text: &str, values: &Values, depth: usize) -> Option<String> {
    let text = bare(text);
    if depth > DEEPEST {
        return None;
    }
    if let Some(choice) = split_choice(text) {
        let taken = match is_true_at(choice.condition, values, depth + 1)? {
            true => choice.then,
            false => choice.other,
        };
        return value_at(taken, values, depth + 1);
    }
    if let Some(quoted) = text.strip_prefix('"') {
        let quoted = quoted.strip_suffix('"')?;
        return (!quoted.contains(['"', '$', '%', '\\'])).then(|| quoted.to_owned());
    }
    let is_word = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
    let is_name = text.starts_with(|char: char| char.is_ascii_alphabetic());
    match text.chars().all(is_word) {
        true if matches!(text, "true" | "false") || !is_name => Some(text.to_owned()),
        true => values.get(text).cloned(),
        false => None,
    }
}

fn is_true_at(text: &str, values: &Values, depth: usize) -> Option<bool> {
    let text = bare(text);
    if depth > DEEPEST || text.is_empty() {
        return None;
    }
    let of = |text: &str| is_true_at(text, values, depth + 1);
    for (sign, decides) in [("||", true), ("&&", false)] {
        if let Some((left, right)) = split_at(text, sign) {
            let (left, right) = (of(left), of(right));
            return match (left, right) {
                (Some(side), _) | (_, Some(side)) if side == decides => Some(decides),
                (Some(_), Some(_)) => Some(!decides),
                _ => None,
            };
        }
    }
    for (sign, same) in [("==", true), ("!=", false)] {
        if let Some((left, right)) = split_at(text, sign) {
            let left = value_at(left, values, depth + 1)?;
            let right = value_at(right, values, depth + 1)?;
            return Some((left == right) == same);
        }
    }
    if let Some(negated) = text.strip_prefix('!') {
        return of(negated).map(|is_true| !is_true);
    }
    if let Some(arguments) = text.strip_prefix("contains(") {
        return contains(arguments.strip_suffix(')')?, values, depth);
    }
    match value_at(text, values, depth + 1)?.as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// `contains(["a", "b"], var.x)`
fn contains(arguments: &str, values: &Values, depth: usize) -> Option<bool> {
    let (list, wanted) = split_at(arguments, ",")?;
    let list = list.trim().strip_prefix('[')?.strip_suffix(']')?;
    let wanted = value_at(wanted, values, depth + 1)?;
    let items = list.split(',').filter(|item| !item.trim().is_empty());
    let items: Option<Vec<String>> = items
        .map(|item| value_at(item, values, depth + 1))
        .collect();
    Some(items?.contains(&wanted))
}

/// An expression without the brackets around all of it.
fn bare(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inner) = text
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'))
        .filter(|inner| is_balanced(inner))
    {
        text = inner.trim();
    }
    text
}

/// Whether each bracket is closed behind where it is opened.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0usize;
    for char in text.chars() {
        match char {
            '(' => depth += 1,
            ')' if depth == 0 => return false,
            ')' => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_variables_decide() {
        let values = Values::from(
            [
                ("var.on", "true"),
                ("var.off", "false"),
                ("var.env", "prod"),
                ("var.count", "2"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        for (body, expected) in [
            ("count = var.on ? 1 : 0", Some(true)),
            ("count = var.on ? 0 : 1", Some(false)),
            ("count = var.count", Some(true)),
            ("count = 0", Some(false)),
            ("count = var.other ? 1 : 0", None),
            ("count = (var.on && !var.off) ? 1 : 0", Some(true)),
            ("count = var.off && var.other ? 1 : 0", Some(false)),
            ("count = var.on && var.other ? 1 : 0", None),
            (
                "count = var.env == \"prod\" || var.other ? 1 : 0",
                Some(true),
            ),
            ("count = var.env != \"prod\" ? 1 : 0", Some(false)),
            (
                "count = contains([\"dev\", \"test\"], var.env) ? 1 : 0",
                Some(false),
            ),
            ("count = length(var.list)", None),
            ("count = (var.on) && (var.off) ? 1 : 0", Some(false)),
            (
                "for_each = var.off ? toset([\"a\"]) : toset([])",
                Some(false),
            ),
            ("for_each = var.on ? { a = 1 } : {}", Some(true)),
            ("for_each = toset([\"a\"])", None),
            ("name = \"a\"", None),
        ] {
            assert_eq!(is_made(body, &values), expected, "{body}");
        }
        let deep = format!("count = {}var.on ? 1 : 0", "!".repeat(900));
        assert_eq!(is_made(&deep, &values), None);
    }
}
