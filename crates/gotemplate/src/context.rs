//! What a function sees of the execution that called it.

use std::any::Any;

/// Bounds of one execution. Reaching one ends it with an error of its own.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep templates may call templates; Go stops at 100,000
    pub depth: usize,
    /// Bytes of output of one template, and of the text one function call makes
    pub output: usize,
    /// Nodes executed, in all templates together
    pub steps: u64,
}

impl Default for Limits {
    /// Roomy for real charts: 10,000 templates deep, 256 MiB of output, a hundred million steps.
    fn default() -> Limits {
        Limits {
            depth: 10_000,
            output: 256 << 20,
            steps: 100_000_000,
        }
    }
}

/// The execution that a function is called from.
pub struct Context<'a> {
    pub(crate) host: &'a mut dyn Any,
    pub(crate) limits: Limits,
}

impl Context<'_> {
    /// The state that the host gave to the execution, when it is of this type.
    pub fn host<T: Any>(&mut self) -> Option<&mut T> {
        self.host.downcast_mut()
    }

    /// The bounds of the execution. A function that makes large text respects `output`.
    pub fn limits(&self) -> Limits {
        self.limits
    }
}
