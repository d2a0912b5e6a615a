//! The state that the handlers share.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::extract::FromRef;
use tokio::sync::broadcast;

use crate::{comments::Memory, documents::Document};

/// The documents, their comments, and the channel for changes.
#[derive(Clone, Debug)]
pub struct AppState {
    documents: Arc<Mutex<BTreeMap<u32, Document>>>,
    comments: Memory,
    changes: broadcast::Sender<String>,
}

impl AppState {
    /// Returns the documents by number.
    pub fn documents(&self) -> MutexGuard<'_, BTreeMap<u32, Document>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a change to all listeners.
    pub fn announce(&self, change: String) {
        // Sending fails only without a listener.
        let _ = self.changes.send(change);
    }

    /// Subscribes to changes.
    pub fn changes(&self) -> broadcast::Receiver<String> {
        self.changes.subscribe()
    }
}

impl Default for AppState {
    fn default() -> Self {
        let welcome = Document { title: "Welcome".to_owned(), text: "Hello!".to_owned() };
        Self {
            documents: Arc::new(Mutex::new([(1, welcome)].into())),
            comments: Memory::default(),
            changes: broadcast::Sender::new(16),
        }
    }
}

impl FromRef<AppState> for Memory {
    fn from_ref(state: &AppState) -> Self {
        state.comments.clone()
    }
}
