//! The arguments of functions: under which tests each is looked at.

use envlint_gotemplate::tree::Expr;

use super::abstraction::Known;
use super::record::{Guard, Use};
use super::walk::Walker;

impl Walker<'_> {
    /// The arguments of a function, the one that is piped to it last.
    pub(super) fn arguments(
        &mut self,
        name: &str,
        rest: &[Expr],
        last: Option<Known>,
        dot: &Known,
        guard: Guard,
    ) -> Vec<Known> {
        match (name, rest, last) {
            ("ternary", [yes, no, test], None) => {
                let test = self.operand(test, dot, guard);
                self.sides([yes, no], test, dot, guard)
            }
            ("ternary", [yes, no], Some(test)) => self.sides([yes, no], test, dot, guard),
            (_, rest, last) => {
                let mut arguments = self.in_turn(name, rest, dot, guard);
                arguments.extend(last);
                arguments
            }
        }
    }

    /// Those of `ternary`. Both sides are computed, but nobody sees what becomes of the values in one of them.
    fn sides(
        &mut self,
        [yes, no]: [&Expr; 2],
        test: Known,
        dot: &Known,
        guard: Guard,
    ) -> Vec<Known> {
        let truth = test.truth();
        let holds = self.flow.record.guard(truth.clone(), guard);
        let fails = self.flow.record.guard(truth.not(), guard);
        let yes = self.operand(yes, dot, holds);
        let no = self.operand(no, dot, fails);
        vec![yes, no, test]
    }

    /// One after the other: `and` and `or` stop at the first that decides.
    fn in_turn(&mut self, name: &str, rest: &[Expr], dot: &Known, guard: Guard) -> Vec<Known> {
        let mut arguments = Vec::with_capacity(rest.len() + 1);
        let mut inside = guard;
        for arg in rest {
            let value = self.operand(arg, dot, inside);
            let goes_on = match name {
                "and" => Some(value.truth()),
                "or" => Some(value.truth().not()),
                _ => None,
            };
            if let Some(condition) = goes_on {
                self.flow.take(&value, Use::Tested, inside);
                inside = self.flow.record.guard(condition, inside);
            }
            arguments.push(value);
        }
        arguments
    }
}
