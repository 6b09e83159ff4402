//! What a function sees of the execution that called it.

use std::any::Any;
use std::sync::Arc;

use crate::error::Error;
use crate::limits::Limits;
use crate::tree::Template;
use crate::value::{GoString, Value};

/// The execution of a template, as the functions that it calls see it.
pub trait Context {
    /// The state that the host gave to the execution. `host` gives it with its type.
    fn state(&mut self) -> &mut dyn Any;

    /// The bounds of the execution. A function that makes large text respects `output`.
    fn limits(&self) -> Limits;

    /// Counts work against the limit of steps. Functions that loop for long may call it too.
    ///
    /// # Errors
    /// When the limit is reached.
    fn spend(&mut self, steps: u64) -> Result<(), Error>;

    /// The name of the set of templates.
    fn set_name(&self) -> &str;

    /// Executes a template of the set and returns its output (Go: `ExecuteTemplate`).
    ///
    /// # Errors
    /// When there is no such template, when it fails, or when a limit is reached.
    fn execute(&mut self, name: &str, data: Value) -> Result<Vec<u8>, Error>;

    /// Parses a text with the functions of the set.
    ///
    /// # Errors
    /// Go's message for the first mistake.
    fn parse(&self, name: &str, text: GoString) -> Result<Vec<Arc<Template>>, Error>;

    /// Executes the template of a name after some were added to the set; they are known inside of it only. `None` when
    /// there is none of that name among those added. (Go programs clone the set for that.)
    ///
    /// # Errors
    /// When it fails, or when a limit is reached.
    fn execute_added(
        &mut self,
        trees: &[Arc<Template>],
        name: &str,
        data: Value,
    ) -> Result<Option<Vec<u8>>, Error>;
}

impl dyn Context + '_ {
    /// The state that the host gave to the execution, when it is of this type.
    pub fn host<T: Any>(&mut self) -> Option<&mut T> {
        self.state().downcast_mut()
    }
}
