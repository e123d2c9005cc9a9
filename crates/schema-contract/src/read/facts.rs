//! The facts found so far, and what oids they are about.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use crate::{
    Value,
    fact::{Fact, Key, Object, Part},
};

/// An object, or a part of one.
pub(super) type Known = (Arc<Object>, Option<Arc<Part>>);

/// The facts found so far, and what oids they are about.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) found: Vec<Fact>,
    known: HashMap<(u32, u32), Known>,
}

impl Facts {
    /// Remembers what an oid of a catalog stands for, for those that refer to it.
    pub(super) fn register(&mut self, class: u32, oid: u32, object: &Arc<Object>, part: Option<&Arc<Part>>) {
        self.known
            .insert((class, oid), (Arc::clone(object), part.cloned()));
    }

    /// What an oid of a catalog stands for.
    pub(super) fn known(&self, class: u32, oid: u32) -> Option<Known> {
        self.known.get(&(class, oid)).cloned()
    }

    /// A fact about an object as a whole.
    pub(super) fn object(
        &mut self,
        object: &Arc<Object>,
        property: impl Into<Cow<'static, str>>,
        value: impl Into<Value>,
    ) {
        self.push(object, None, property.into(), value.into());
    }

    /// A fact about a part of an object.
    pub(super) fn part(
        &mut self,
        object: &Arc<Object>,
        part: &Arc<Part>,
        property: impl Into<Cow<'static, str>>,
        value: impl Into<Value>,
    ) {
        self.push(object, Some(Arc::clone(part)), property.into(), value.into());
    }

    pub(super) fn push(
        &mut self,
        object: &Arc<Object>,
        part: Option<Arc<Part>>,
        property: Cow<'static, str>,
        value: Value,
    ) {
        self.found.push(Fact {
            key: Key {
                object: Arc::clone(object),
                part,
                property,
            },
            value,
        });
    }
}

/// A part by kind and name.
pub(super) fn part(kind: &'static str, name: &str) -> Arc<Part> {
    Arc::new(Part {
        kind: Cow::Borrowed(kind),
        name: name.to_owned(),
    })
}
