//! What can be done with a map.

use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use super::data::{Entries, Map, Value};
use super::string::GoString;
use super::types::{MAP_ANY, MapType};

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Map {
        Map::typed(&MAP_ANY, BTreeMap::new())
    }

    /// A map of another type. The values must be of its element type: nothing checks it.
    pub fn typed(ty: &'static MapType, entries: BTreeMap<GoString, Value>) -> Map {
        let shared = Rc::new(Entries {
            nil: false,
            entries: RefCell::new(entries),
        });
        Map { ty, shared }
    }

    /// A nil map: empty, prints as `map[]`, is `null` in JSON. Go panics on a write to it; here the entry is kept.
    pub fn nil(ty: &'static MapType) -> Map {
        let shared = Rc::new(Entries {
            nil: true,
            entries: RefCell::default(),
        });
        Map { ty, shared }
    }

    /// The same map as a value of another type: a Go conversion, after which both share their entries.
    #[must_use]
    pub fn with_type(&self, ty: &'static MapType) -> Map {
        Map {
            ty,
            shared: Rc::clone(&self.shared),
        }
    }

    /// Whether this is Go's nil map and not an empty one.
    pub fn is_nil(&self) -> bool {
        self.shared.nil
    }

    /// The map type.
    pub fn ty(&self) -> &'static MapType {
        self.ty
    }

    /// The value of a key.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.shared.entries.borrow().get(key.as_ref()).cloned()
    }

    /// Whether the key is there, whatever its value.
    pub fn contains_key(&self, key: impl AsRef<[u8]>) -> bool {
        self.shared.entries.borrow().contains_key(key.as_ref())
    }

    /// Sets the value of a key for everyone who shares the map; returns the value before.
    pub fn insert(&self, key: impl Into<GoString>, value: impl Into<Value>) -> Option<Value> {
        self.shared
            .entries
            .borrow_mut()
            .insert(key.into(), value.into())
    }

    /// Removes a key for everyone who shares the map; returns its value.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        self.shared.entries.borrow_mut().remove(key.as_ref())
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.shared.entries.borrow().len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries in the order of their keys, as they are now. Values are shared, so the copy is shallow.
    pub fn entries(&self) -> Vec<(GoString, Value)> {
        self.borrow()
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    /// The keys, sorted.
    pub fn keys(&self) -> Vec<GoString> {
        self.borrow().keys().cloned().collect()
    }

    /// A view of the entries. The map must not be changed while it is held: keep it for reads that call nothing else.
    pub fn borrow(&self) -> Ref<'_, BTreeMap<GoString, Value>> {
        self.shared.entries.borrow()
    }

    /// Whether both are the same map in memory.
    pub fn ptr_eq(&self, other: &Map) -> bool {
        Rc::ptr_eq(&self.shared, &other.shared)
    }

    /// The values, when nothing else shares them.
    pub(super) fn into_unshared_values(self) -> Option<impl Iterator<Item = Value>> {
        Rc::into_inner(self.shared).map(|inner| inner.entries.take().into_values())
    }
}

impl Default for Map {
    fn default() -> Self {
        Map::new()
    }
}

impl<K: Into<GoString>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Map {
        Map::typed(
            &MAP_ANY,
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Maps can contain themselves, so only the keys are shown.
        f.debug_tuple(self.ty().name).field(&self.keys()).finish()
    }
}
