//! Expressions in CEL, the language of Kubernetes' admission policies and of the rules of its definitions: read, bounded and
//! evaluated.
//!
//! An expression comes with the repository, so it is as hostile as any other input: its text and its depth are bounded,
//! and so is what it does. The crate that evaluates has no limit of its own. So each part of an expression that is as
//! expensive as its operand is large (what a macro iterates over, what is put together, what a function reads) first pays for
//! that operand: a call of [`CHARGE`] is put around it.

mod guard;
mod reason;
mod size;
mod value;

use std::cell::RefCell;
use std::sync::{Arc, LazyLock};

use cel::common::ast::IdedExpr;
use cel::common::types::{CelBool, CelList, CelMap, CelString, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Context, Env, ExecutionError, Value, extensions};
use envlint_budget::Budget;
use envlint_yaml::Path;

pub use value::{Owned, list, of_json, of_map, of_texts, of_yaml};

use guard::Guard;
use reason::{reason, refusal};

use crate::masking::{Name, Text, text};

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
