//! Why a text is no expression, and why one cannot be evaluated.

use cel::ExecutionError;

use crate::masking::{Name, Said, Text, text};
use crate::source::nearest;

/// Why a text is no expression, without what the parser would have liked instead.
pub(super) fn refusal(errors: &cel::ParseErrors) -> Text {
    let Some(first) = errors.errors.first() else {
        return "it is no expression".into();
    };
    if first.msg.contains("Recursion limit") {
        return "it is nested too deeply".into();
    }
    let said = first.msg.split(" expecting {").next().unwrap_or_default();
    let said = said.strip_prefix("Syntax error: ").unwrap_or(said);
    let misplaced = ["mismatched input ", "extraneous input "];
    let misplaced = misplaced.iter().find_map(|start| said.strip_prefix(start));
    let said = match misplaced.map(|input| input.trim_matches('\'')) {
        Some("<EOF>") => "it ends too early".into(),
        Some(input) => text!("`{}` cannot stand there", Said(&input)),
        None => Text::of(&Said(&said.replace("'<EOF>'", "the end"))),
    };
    text!(
        "{}, in line {} at column {}",
        said,
        first.pos.0.max(1),
        first.pos.1.max(1)
    )
}

/// Why an expression cannot be evaluated. What the crate says holds values of the manifest.
pub(super) fn reason(error: &ExecutionError) -> Text {
    match error {
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "it divides by zero".into()
        }
        ExecutionError::Overflow(..) => "a number in it is too large".into(),
        ExecutionError::IndexOutOfBounds(_) => "it reads behind the end of a list".into(),
        ExecutionError::UndeclaredReference(name) => text!(
            "there is no function or variable `{}`{}",
            Name(name),
            meant(nearest(name, FUNCTIONS))
        ),
        ExecutionError::NoSuchOverload(overload) => text!(
            "`{}` does not take {}",
            Name(overload.function().trim_matches(['_', '@'])),
            Text::listed(overload.argument_types())
        ),
        ExecutionError::UnsupportedBinaryOperator(operator, left, right) => text!(
            "it cannot {} {} and {}",
            *operator,
            Name(left.type_of()),
            Name(right.type_of())
        ),
        ExecutionError::UnexpectedType { got, want } => {
            text!("it needs a {} where it has a {}", Name(want), Name(got))
        }
        ExecutionError::FunctionError { function, .. } => text!("`{}` fails", Name(function)),
        _ => "it fails".into(),
    }
}

/// Says what was probably meant, behind what is not known.
pub(super) fn meant(near: Option<&str>) -> Text {
    near.map_or_else(Text::new, |near| text!("; did you mean `{}`?", Name(near)))
}

/// Functions, for those who misspell one: of the language, and of what is added to it.
const FUNCTIONS: [&str; 40] = [
    "all",
    "bool",
    "bytes",
    "charAt",
    "contains",
    "distinct",
    "double",
    "duration",
    "endsWith",
    "exists",
    "exists_one",
    "filter",
    "first",
    "flatten",
    "format",
    "getDate",
    "getDayOfWeek",
    "getFullYear",
    "getHours",
    "getMonth",
    "has",
    "indexOf",
    "int",
    "last",
    "lastIndexOf",
    "lowerAscii",
    "map",
    "matches",
    "reverse",
    "size",
    "slice",
    "sort",
    "split",
    "startsWith",
    "string",
    "substring",
    "timestamp",
    "trim",
    "type",
    "upperAscii",
];
