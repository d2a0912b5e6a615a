//! Comments: a controller, generic over the store.

use std::{
    collections::HashMap,
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    extract::{FromRef, Path, State},
    http::StatusCode,
    routing::get,
};

use crate::state::AppState;

/// A store of comments.
pub trait CommentStore: Clone + Send + Sync + 'static {
    /// Returns the comments on a document.
    fn of(&self, document: u32) -> Vec<String>;
    /// Adds a comment on a document.
    fn add(&self, document: u32, comment: String);
}

/// The handlers for comments in the store `S`.
#[derive(Debug)]
pub struct Comments<S>(PhantomData<S>);

impl<S: CommentStore + FromRef<AppState>> Comments<S> {
    pub(crate) async fn list(State(store): State<S>, Path(document): Path<u32>) -> Json<Vec<String>> {
        Json(store.of(document))
    }

    pub(crate) async fn add(
        State(store): State<S>,
        Path(document): Path<u32>,
        comment: String,
    ) -> StatusCode {
        store.add(document, comment);
        StatusCode::CREATED
    }
}

impl<S: CommentStore + FromRef<AppState>> Comments<S> {
    /// The routes below one document.
    pub fn routes() -> Router<AppState> {
        Router::new().route("/", get(Self::list).post(Self::add))
    }
}

/// Keeps comments in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<HashMap<u32, Vec<String>>>>);

impl CommentStore for Memory {
    fn of(&self, document: u32) -> Vec<String> {
        let comments = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        comments.get(&document).cloned().unwrap_or_default()
    }

    fn add(&self, document: u32, comment: String) {
        let mut comments = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        comments.entry(document).or_default().push(comment);
    }
}
