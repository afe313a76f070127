//! What each operation wants of an API token.
//!
//! The default is by operation: the area follows from the part of the API that the operation is
//! documented under, and whether it reads or writes from its method. So a new operation has its
//! scope without a word, and one of a part that no token may enter (the ways in) has none.

use std::collections::HashMap;

use axum::{
    extract::MatchedPath,
    http::{Method, request::Parts},
};
use utoipa::openapi::{OpenApi, path::PathItem};

use crate::kernel::scope::{Access, Area, Scope};

/// The scope of every operation that tokens may reach.
#[derive(Debug, Default)]
pub struct Scopes(HashMap<String, (Area, Vec<Method>)>);

impl Scopes {
    /// From the finished document: `area` says into which area each part of the API falls.
    #[must_use]
    pub fn of(document: &OpenApi, area: impl Fn(&str) -> Option<Area>) -> Self {
        let mut scopes = Self::default();
        for (path, item) in &document.paths.paths {
            for (method, tag) in operations(item) {
                if let Some(area) = area(tag) {
                    scopes.0.entry(path.clone()).or_insert_with(|| (area, Vec::new())).1.push(method);
                }
            }
        }
        scopes
    }

    /// What the operation of this request wants; `None` when no token may reach it.
    pub(super) fn wanted(&self, parts: &Parts) -> Option<Scope> {
        let path = parts.extensions.get::<MatchedPath>()?;
        let method = if parts.method == Method::HEAD {
            &Method::GET
        } else {
            &parts.method
        };
        let (area, methods) = self.0.get(path.as_str())?;
        let access = if method == Method::GET { Access::Read } else { Access::Write };
        methods.contains(method).then(|| Scope::new(*area, access))
    }
}

fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &str)> {
    let all = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::PATCH, &item.patch),
        (Method::HEAD, &item.head),
    ];
    all.into_iter().filter_map(|(method, operation)| {
        let tag = operation.as_ref()?.tags.as_ref()?.first()?;
        Some((method, tag.as_str()))
    })
}
