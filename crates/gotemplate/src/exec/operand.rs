//! Values as the evaluator holds them: Go's `reflect.Value`, which knows whether the value sits in an interface.

use crate::value::{Type, Value};

/// A value and whether it is held as an `interface {}`, as elements of `[]interface {}` and `map[string]interface {}`
/// are. Go's messages and its rules for nil depend on it: a nil in an interface has a type, an untyped one has not.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    pub value: Value,
    pub boxed: bool,
}

impl Operand {
    /// No value at all (Go: the zero `reflect.Value`).
    pub(super) const INVALID: Operand = Operand {
        value: Value::Nil,
        boxed: false,
    };

    /// A value by itself.
    pub(super) fn plain(value: Value) -> Operand {
        Operand {
            value,
            boxed: false,
        }
    }

    /// An element of a container or a field, by the type it is declared with.
    pub(super) fn element(value: Value, declared: Type) -> Operand {
        Operand {
            value,
            boxed: matches!(declared, Type::Interface),
        }
    }

    /// What a function, a method or a field of the host gives. Their nils are those of an interface.
    pub(super) fn result(value: Value) -> Operand {
        Operand {
            boxed: value.is_nil(),
            value,
        }
    }

    /// The value out of its interface, as a pipeline hands it on.
    pub(super) fn unboxed(self) -> Operand {
        Operand {
            value: self.value,
            boxed: false,
        }
    }

    /// Whether there is no value at all.
    pub(super) fn is_invalid(&self) -> bool {
        !self.boxed && self.value.is_nil()
    }

    /// Whether this is a nil in an interface.
    pub(super) fn is_nil_interface(&self) -> bool {
        self.boxed && self.value.is_nil()
    }

    /// The type that messages show.
    pub(super) fn type_name(&self) -> &'static str {
        if self.boxed {
            Type::Interface.name()
        } else {
            self.value.type_name()
        }
    }
}
