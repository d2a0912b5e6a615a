//! How a gate writes the bodies of refusals: in a [`BodyFormat`], or with a function of the program.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName};

use crate::refuse::{
    BodyFormat,
    refused::{Custom, KeptHeaders, Refused},
};

#[derive(Clone, Default)]
pub(crate) struct Bodies {
    /// The format that the program chooses, if any.
    chosen: Option<BodyFormat>,
    /// The format to use if `chosen` is `None`.
    default: BodyFormat,
    custom: Option<Custom>,
}

impl Bodies {
    /// Sets the default format, which applies if the program chooses no format.
    pub(crate) fn by_default(&mut self, format: BodyFormat) {
        self.default = format;
    }

    pub(crate) fn choose(&mut self, format: BodyFormat) {
        self.chosen = Some(format);
    }

    pub(crate) fn write_with<B: IntoResponse>(
        &mut self,
        write: impl Fn(&Refused<'_>) -> B + Send + Sync + 'static,
    ) {
        let write = move |refused: &Refused<'_>| -> Response { write(refused).into_response() };
        self.custom = Some(Custom::new(Arc::new(write)));
    }

    #[cfg(feature = "mcp")]
    pub(crate) fn is_chosen(&self) -> bool {
        self.chosen.is_some()
    }

    pub(crate) fn format(&self) -> BodyFormat {
        self.chosen.unwrap_or(self.default)
    }

    pub(crate) fn custom(&self) -> Option<&Custom> {
        self.custom.as_ref()
    }

    /// Keeps the headers of a request if the program has its own function to write bodies.
    pub(crate) fn keep(
        &self,
        headers: &HeaderMap,
        is_credential: impl Fn(&HeaderName) -> bool,
    ) -> KeptHeaders {
        match &self.custom {
            Some(_) => KeptHeaders::of(headers, is_credential),
            None => KeptHeaders::default(),
        }
    }
}
