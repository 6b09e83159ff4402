//! The evaluator (Go: `text/template/exec.go`).

mod builtins;
mod call;
mod check;
mod compare;
mod cost;
mod escape;
mod execution;
mod expr;
mod field;
mod frame;
mod index;
mod operand;
mod range;
mod trace;
mod walk;

use crate::error::Error;
use crate::stack::Recurse;
use crate::tree::Template;
use crate::value::Value;
pub use compare::equal;
pub use execution::Execution;
use frame::Frame;
use operand::Operand;
pub use trace::{Origin, Traced};

impl Execution<'_> {
    /// Executes a tree into the output.
    pub(crate) fn run(&mut self, tree: &Template, data: Value) -> Result<(), Error> {
        let mut frame = Frame::new(tree, Operand::plain(data));
        self.deeper(|cx| cx.walk_list(&mut frame, &tree.root))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
