//! What can be done with a slice.

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use super::data::{Items, List, Value};
use super::string::GoString;
use super::types::{LIST_ANY, LIST_STRING, ListType};

impl List {
    /// A `[]interface {}`.
    pub fn new(items: Vec<Value>) -> List {
        List::typed(&LIST_ANY, items)
    }

    /// A list of another slice type. The items must be of its element type: nothing checks it.
    pub fn typed(ty: &'static ListType, items: Vec<Value>) -> List {
        List(Rc::new(Items {
            ty,
            nil: false,
            items,
        }))
    }

    /// A `[]string`.
    pub fn strings<T: Into<GoString>>(items: impl IntoIterator<Item = T>) -> List {
        List::typed(
            &LIST_STRING,
            items
                .into_iter()
                .map(|item| Value::String(item.into()))
                .collect(),
        )
    }

    /// A nil slice: empty, prints as `[]`, is `null` in JSON.
    pub fn nil(ty: &'static ListType) -> List {
        List(Rc::new(Items {
            ty,
            nil: true,
            items: Vec::new(),
        }))
    }

    /// Whether this is Go's nil slice and not an empty one.
    pub fn is_nil(&self) -> bool {
        self.0.nil
    }

    /// The slice type.
    pub fn ty(&self) -> &'static ListType {
        self.0.ty
    }

    /// Whether both are the same slice in memory.
    pub fn ptr_eq(&self, other: &List) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// The items, when nothing else shares them.
    pub(super) fn into_unshared_items(self) -> Option<Vec<Value>> {
        Rc::into_inner(self.0).map(|mut inner| std::mem::take(&mut inner.items))
    }
}

impl Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0.items
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> List {
        List::new(items.into_iter().collect())
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(self.ty().name).field(&self.0.items).finish()
    }
}
