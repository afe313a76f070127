//! Long-lived objects that a slice builds at start and finds again in its handlers and jobs.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::Arc,
};

/// A set of objects, one of each type. Filled by `app` before the port opens, then immutable.
#[derive(Default, Clone)]
pub struct Services(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl Services {
    /// Adds an object of a type that is not there yet.
    #[must_use]
    pub fn with<T: Send + Sync + 'static>(mut self, service: Arc<T>) -> Self {
        self.0.insert(TypeId::of::<T>(), service);
        self
    }

    /// The object of this type, if `app` put one in.
    #[must_use]
    pub fn find<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.get(&TypeId::of::<T>()).cloned().and_then(|any| any.downcast().ok())
    }
}
