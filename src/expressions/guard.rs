//! What an expression names, how deep it is, and where it has to pay.

use cel::common::ast::{EntryExpr, Expr, IdedEntryExpr, IdedExpr, operators};
use envlint_yaml::Path;

use super::reason::meant;
use super::{CHARGE, DEEPEST, REFUSED, SQUARED, Variable};
use crate::masking::{Name, Text, text};
use crate::source::nearest;

/// Walks an expression once: what it names, how deep it is, and where it has to pay.
#[derive(Default)]
pub(super) struct Guard {
    pub(super) variables: &'static [Variable],
    pub(super) uses: Vec<&'static str>,
    pub(super) value: Option<Path>,
    pub(super) refused: Option<Text>,
    /// The variables of macros around.
    pub(super) locals: Vec<String>,
}

impl Guard {
    fn refuse(&mut self, reason: impl Into<Text>) {
        self.refused.get_or_insert(reason.into());
    }

    pub(super) fn expression(&mut self, node: &mut IdedExpr, depth: usize) {
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
