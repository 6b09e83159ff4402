//! Expressions in CEL, the language of Kubernetes' admission policies and of the rules of its definitions: read, bounded and
//! evaluated.
//!
//! An expression comes with the repository, so it is as hostile as any other input: its text and its depth are bounded,
//! and so is what it does. The crate that evaluates has no limit of its own. So each part of an expression that is as
//! expensive as its operand is large (what a macro iterates over, what is put together, what a function reads) first pays for
//! that operand: a call of [`CHARGE`] is put around it.

mod size;
mod value;

use std::cell::RefCell;
use std::sync::{Arc, LazyLock};

use cel::common::ast::{EntryExpr, Expr, IdedEntryExpr, IdedExpr, operators};
use cel::common::types::{CelBool, CelList, CelMap, CelString, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Context, Env, ExecutionError, Value, extensions};
use envlint_budget::Budget;
use envlint_yaml::Path;

pub use value::{Owned, list, of_json, of_map, of_texts, of_yaml};

use crate::masking::{Name, Said, Text, text};
use crate::source::nearest;

/// The longest expression, in bytes.
const LONGEST: usize = 4_096;
/// The deepest one: what is evaluated recurses as deep.
const DEEPEST: usize = 200;
/// Functions whose result can be much larger than what they read.
const REFUSED: [&str; 2] = ["join", "replace"];
/// The function that pays for its argument and returns it. No expression can name it.
const CHARGE: &str = "@charge";
/// What one text costs more for each so many of its bytes.
const BYTES: u64 = 64;
/// What a regular expression costs at least, which is made anew each time.
const MATCH: u64 = 2_000;
/// Functions that compare each part of what they read with each other part, and what share of these comparisons costs as
/// much as a value.
const SQUARED: [&str; 3] = ["distinct", "indexOf", "lastIndexOf"];
const COMPARED: u64 = 8;

/// What an expression may do in one environment of an app: values read. That is a fraction of a second.
pub const MOST: u64 = 1_000_000;
/// What expressions that are of no app may take together, in steps of a chart: as much as an app.
pub const MOST_TOGETHER: u64 = 160_000_000;
/// What reading a value costs in the steps of a chart.
const STEPS: u64 = 10;

/// The stack that expressions have at least: half of it. A sum that is as long as the longest expression needs a quarter.
const STACK: usize = 32 * 1024 * 1024;

thread_local! {
    static LEFT: RefCell<Budget> = RefCell::new(Budget::new(0));
}

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    // The names are free: an error would only be a name that is taken.
    let _ = env.add_extension(extensions::strings);
    let _ = env.add_extension(extensions::lists);
    let _ = env.add_overload(CHARGE, "charge_dyn", vec![DYN_TYPE], charge);
    let _ = env.add_overload(
        CHARGE,
        "charge_match",
        vec![DYN_TYPE, DYN_TYPE],
        charge_match,
    );
    let _ = env.add_overload(
        CHARGE,
        "charge_squared",
        vec![DYN_TYPE, DYN_TYPE, DYN_TYPE],
        charge_squared,
    );
    Arc::new(env)
});

/// A variable that an expression may name.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// The fields that it always has, and no others; empty where an expression may ask for any.
    pub fields: &'static [&'static str],
}

impl Variable {
    /// One of which nobody knows what is in it.
    pub const fn open(name: &'static str) -> Variable {
        Variable { name, fields: &[] }
    }
}

/// An expression that can be evaluated.
#[derive(Debug)]
pub struct Expression {
    root: IdedExpr,
    /// The variables that it names.
    uses: Vec<&'static str>,
    /// The first of the values that it names.
    pub value: Option<Path>,
}

/// What an expression comes to.
#[derive(Debug)]
pub enum Verdict {
    /// It is true.
    Holds,
    /// It is false.
    Breaks,
    /// It reads a key that is not there.
    Lacks(String),
    /// It cannot be evaluated: why.
    Fails(Text),
    /// It takes too long.
    TooLong,
}

/// The root of all scopes: the functions.
pub fn functions<'v>() -> Context<'static, 'v> {
    Context::with_env(Arc::clone(&ENVIRONMENT))
}

/// Does what recurses as deep as an expression: to read, evaluate and drop it.
pub fn on_large_stack<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK / 2, STACK, work)
}

/// Evaluates something within what is left to an app, in steps of its chart, and at most [`MOST`] values at once.
pub fn within<T>(steps: &Budget, work: impl FnOnce() -> T) -> T {
    let share = MOST.min(steps.left() / STEPS);
    LEFT.set(Budget::new(share));
    let done = work();
    steps.spend((share - LEFT.with_borrow(Budget::left)) * STEPS);
    done
}

impl Expression {
    /// Reads an expression that may name these variables.
    ///
    /// # Errors
    /// Why it cannot be one.
    pub fn read(text: &str, variables: &'static [Variable]) -> Result<Expression, Text> {
        if text.len() > LONGEST {
            return Err(text!("it is longer than {} bytes", LONGEST));
        }
        on_large_stack(|| Expression::parse(text, variables))
    }

    fn parse(text: &str, variables: &'static [Variable]) -> Result<Expression, Text> {
        let read = ENVIRONMENT.parser().parse(text);
        let mut root = read.map_err(|errors| refusal(&errors))?;
        let mut guard = Guard {
            variables,
            ..Guard::default()
        };
        guard.expression(&mut root, 0);
        match guard.refused {
            Some(reason) => Err(reason),
            None => Ok(Expression {
                root,
                uses: guard.uses,
                value: guard.value,
            }),
        }
    }

    /// Whether it names a variable.
    pub fn uses(&self, variable: &str) -> bool {
        self.uses.contains(&variable)
    }

    /// Evaluates it.
    pub fn evaluate(&self, scope: &Context<'_, '_>) -> Verdict {
        let result = Value::resolve_val(&self.root, scope);
        // `||` and the macros hide an error that does not matter for their result; this one does.
        if LEFT.with_borrow(Budget::is_spent) {
            return Verdict::TooLong;
        }
        match result {
            Ok(value) => match value.downcast_ref::<CelBool>().map(|holds| *holds.inner()) {
                Some(true) => Verdict::Holds,
                Some(false) => Verdict::Breaks,
                None => Verdict::Fails(text!(
                    "its result is of the type {}, and must be true or false",
                    Name(value.get_type().name())
                )),
            },
            Err(ExecutionError::NoSuchKey(key)) => Verdict::Lacks(key.to_string()),
            Err(error) => Verdict::Fails(reason(&error)),
        }
    }
}

/// Why a text is no expression, without what the parser would have liked instead.
fn refusal(errors: &cel::ParseErrors) -> Text {
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
fn reason(error: &ExecutionError) -> Text {
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
fn meant(near: Option<&str>) -> Text {
    near.map_or_else(Text::new, |near| text!("; did you mean `{}`?", Name(near)))
}

/// Walks an expression once: what it names, how deep it is, and where it has to pay.
#[derive(Default)]
struct Guard {
    variables: &'static [Variable],
    uses: Vec<&'static str>,
    value: Option<Path>,
    refused: Option<Text>,
    /// The variables of macros around.
    locals: Vec<String>,
}

impl Guard {
    fn refuse(&mut self, reason: impl Into<Text>) {
        self.refused.get_or_insert(reason.into());
    }

    fn expression(&mut self, node: &mut IdedExpr, depth: usize) {
        if depth > DEEPEST {
            return self.refuse("it is nested too deeply");
        }
        let below = depth + 1;
        if let Some(path) = value_path(&node.expr) {
            self.value.get_or_insert(path);
        }
        match &mut node.expr {
            Expr::Unspecified => self.refuse("a part of it is missing"),
            Expr::Struct(_) => self.refuse("it makes an object of a type, and there are none"),
            Expr::Literal(_) => {}
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => {
                if let Expr::Ident(name) = &select.operand.expr {
                    self.field(name, &select.field);
                }
                self.expression(&mut select.operand, below);
            }
            Expr::List(list) => {
                for element in &mut list.elements {
                    self.expression(element, below);
                    pay(element);
                }
            }
            Expr::Map(map) => {
                for IdedEntryExpr { expr, .. } in &mut map.entries {
                    let EntryExpr::MapEntry(entry) = expr else {
                        self.refuse("it makes an object of a type, and there are none");
                        continue;
                    };
                    self.expression(&mut entry.key, below);
                    self.expression(&mut entry.value, below);
                    pay(&mut entry.value);
                }
            }
            Expr::Comprehension(comprehension) => {
                self.expression(&mut comprehension.iter_range, below);
                pay(&mut comprehension.iter_range);
                let before = self.locals.len();
                self.locals.push(comprehension.iter_var.clone());
                self.locals.extend(comprehension.iter_var2.clone());
                self.locals.push(comprehension.accu_var.clone());
                for part in [
                    &mut comprehension.accu_init,
                    &mut comprehension.loop_cond,
                    &mut comprehension.loop_step,
                    &mut comprehension.result,
                ] {
                    self.expression(part, below);
                }
                self.locals.truncate(before);
            }
            Expr::Call(call) => {
                if REFUSED.contains(&call.func_name.as_str()) {
                    let name = call.func_name.clone();
                    self.refuse(text!("an expression cannot call `{}` here", Name(&name)));
                }
                let is_free = is_free(&call.func_name)
                    || call.args.first().is_some_and(
                        |first| matches!(&first.expr, Expr::Ident(name) if name.starts_with('@')),
                    );
                let is_squared = SQUARED.contains(&call.func_name.as_str());
                let operands = call.target.as_deref_mut().into_iter().chain(&mut call.args);
                let mut operands = operands.peekable();
                while let Some(operand) = operands.next() {
                    self.expression(operand, below);
                    let is_pattern = call.func_name == "matches" && operands.peek().is_none();
                    match (is_free, is_pattern, is_squared) {
                        (true, ..) => {}
                        (false, true, _) => wrap(operand, 1),
                        (false, false, true) => wrap(operand, 2),
                        (false, false, false) => pay(operand),
                    }
                }
            }
        }
    }

    fn name(&mut self, name: &str) {
        let is_known = name.starts_with('@')
            || self.locals.iter().any(|local| local == name)
            || TYPES.contains(&name);
        if is_known {
            return;
        }
        match self.variables.iter().find(|known| known.name == name) {
            Some(known) if self.uses.contains(&known.name) => {}
            Some(known) => self.uses.push(known.name),
            None => {
                let near = nearest(name, self.variables.iter().map(|known| known.name));
                self.refuse(text!(
                    "there is no variable `{}`{}",
                    Name(name),
                    meant(near)
                ));
            }
        }
    }

    /// A field of something that may be a variable.
    fn field(&mut self, name: &str, field: &str) {
        let is_local = self.locals.iter().any(|local| local == name);
        let known = self.variables.iter().find(|known| known.name == name);
        let Some(known) = known.filter(|known| !known.fields.is_empty() && !is_local) else {
            return;
        };
        if !known.fields.contains(&field) {
            let near = nearest(field, known.fields.iter().copied());
            let others = match near {
                Some(_) => meant(near),
                None => text!("; it has {}", Text::listed(known.fields)),
            };
            self.refuse(text!("`{}` has no `{}`{}", Name(name), Name(field), others));
        }
    }
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

/// The names of types, which are values of their own: `type(x) == string`; and the first part of some functions.
const TYPES: [&str; 14] = [
    "bool",
    "bytes",
    "double",
    "duration",
    "dyn",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "timestamp",
    "type",
    "uint",
    "strings",
];

/// What costs nothing, whatever its operands are.
fn is_free(function: &str) -> bool {
    matches!(
        function,
        operators::LOGICAL_AND
            | operators::LOGICAL_OR
            | operators::LOGICAL_NOT
            | operators::CONDITIONAL
            | operators::NOT_STRICTLY_FALSE
            | operators::INDEX
            | operators::GREATER
            | operators::GREATER_EQUALS
            | operators::LESS
            | operators::LESS_EQUALS
            | "size"
            | "type"
    )
}

/// `values.api.replicas` as a path of the values.
fn value_path(expr: &Expr) -> Option<Path> {
    let mut keys = Vec::new();
    let mut at = expr;
    loop {
        match at {
            Expr::Select(select) => {
                keys.push(&select.field);
                at = &select.operand.expr;
            }
            Expr::Ident(name) if name == "values" && !keys.is_empty() => break,
            _ => return None,
        }
    }
    Some(
        keys.iter()
            .rev()
            .fold(Path::root(), |path, key| path.key(key.as_str())),
    )
}

fn pay(operand: &mut IdedExpr) {
    // Literals are bounded by the text.
    if !matches!(operand.expr, Expr::Literal(_)) {
        wrap(operand, 0);
    }
}

/// Puts a call of [`CHARGE`] around an operand. How many arguments there are besides says which of its overloads is meant.
fn wrap(operand: &mut IdedExpr, more: usize) {
    let id = operand.id;
    let none = IdedExpr {
        id,
        expr: Expr::Literal(cel::common::ast::LiteralValue::Null),
    };
    let mut args = vec![std::mem::take(operand)];
    args.resize(1 + more, none);
    *operand = IdedExpr {
        id,
        expr: Expr::Call(cel::common::ast::CallExpr {
            func_name: CHARGE.to_owned(),
            target: None,
            args,
        }),
    };
}

type Charged<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

fn charge<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Charged<'b, 'v> {
    take(args, |value, left| weigh(value, left))
}

/// For a pattern: what it is compiled to may be much larger than its text.
fn charge_match<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Charged<'b, 'v> {
    take(args, |value, left| {
        let pattern = value.downcast_ref::<CelString>().map(CelString::inner);
        left.spend(MATCH.saturating_add(pattern.map_or(0, size::compiled)));
    })
}

fn charge_squared<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Charged<'b, 'v> {
    take(args, |value, left| {
        let before = left.left();
        weigh(value, left);
        let weight = before - left.left();
        left.spend(weight.saturating_mul(weight) / COMPARED);
    })
}

fn take<'b, 'v>(
    args: Vec<CowVal<'b, 'v>>,
    spend: impl FnOnce(&dyn Val, &Budget),
) -> Charged<'b, 'v> {
    let Some(value) = args.into_iter().next() else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    let is_paid = LEFT.with_borrow(|left| {
        spend(&*value, left);
        !left.is_spent()
    });
    match is_paid {
        true => Ok(value),
        false => Err(ExecutionError::function_error(CHARGE, "too much")),
    }
}

/// Takes a value's weight from what is left: one for each value in it, and more for long texts.
fn weigh(value: &dyn Val, left: &Budget) {
    left.spend(1);
    if left.is_spent() {
        return;
    }
    if let Some(text) = value.downcast_ref::<CelString>() {
        left.spend(text.inner().len() as u64 / BYTES);
    } else if let Some(list) = value.downcast_ref::<CelList>() {
        list.inner().iter().for_each(|item| weigh(&**item, left));
    } else if let Some(map) = value.downcast_ref::<CelMap>() {
        map.inner().values().for_each(|item| weigh(&**item, left));
    }
}

#[cfg(test)]
mod tests;
