//! The objects of an environment, to be looked up by what others call them.

use std::collections::HashMap;

use crate::manifests::RenderedObject;

/// The objects of an environment by their kinds and namespaces.
pub(super) struct ByName<'o> {
    own: &'o str,
    kinds: HashMap<&'o str, HashMap<&'o str, Named<'o>>>,
}

/// The objects of one kind in one namespace, in the order in which they are rendered.
#[derive(Default)]
pub(super) struct Named<'o> {
    pub(super) all: Vec<&'o RenderedObject>,
    by_name: HashMap<&'o str, Vec<&'o RenderedObject>>,
}

impl<'o> ByName<'o> {
    /// Those of these objects; `own` is the namespace of those that name none.
    pub(super) fn of(objects: &'o [RenderedObject], own: &'o str) -> ByName<'o> {
        let mut kinds: HashMap<&str, HashMap<&str, Named<'o>>> = HashMap::new();
        for object in objects {
            let of_kind = kinds.entry(&object.kind).or_default();
            let named = of_kind.entry(namespace(object, own)).or_default();
            named.all.push(object);
            named.by_name.entry(&object.name).or_default().push(object);
        }
        ByName { own, kinds }
    }

    /// The namespace of an object.
    pub(super) fn namespace<'n>(&self, object: &'n RenderedObject) -> &'n str
    where
        'o: 'n,
    {
        namespace(object, self.own)
    }

    /// The objects of a kind in the namespace of another object.
    pub(super) fn of_kind(&self, kind: &str, near: &RenderedObject) -> Option<&Named<'o>> {
        self.kinds.get(kind)?.get(self.namespace(near))
    }
}

impl<'o> Named<'o> {
    /// The first object of a name, of whatever group.
    pub(super) fn get(&self, name: &str) -> Option<&'o RenderedObject> {
        self.by_name.get(name)?.first().copied()
    }

    /// The first object of a name in a group: Knative has Services, too.
    pub(super) fn of_group(&self, group: &str, name: &str) -> Option<&'o RenderedObject> {
        let mut named = self.by_name.get(name)?.iter();
        named.find(|object| object.group() == group).copied()
    }
}

fn namespace<'n>(object: &'n RenderedObject, own: &'n str) -> &'n str {
    object.namespace.as_deref().unwrap_or(own)
}
