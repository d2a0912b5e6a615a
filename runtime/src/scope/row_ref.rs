//! A reference to a row, for the code that handles a request.

use std::{ops::Deref, sync::Arc};

use super::table::Row;

/// A reference to a static or shared row. The code that handles a request often passes a row to other code, so this
/// type is small and cheap to clone.
#[derive(Clone, Debug)]
#[expect(unnameable_types, reason = "a sealed trait returns it")]
pub enum RowRef {
    Const(&'static Row),
    Shared(Arc<Row>),
}

impl Deref for RowRef {
    type Target = Row;

    fn deref(&self) -> &Row {
        match self {
            Self::Const(row) => row,
            Self::Shared(row) => row,
        }
    }
}

impl From<Row> for RowRef {
    fn from(row: Row) -> Self {
        Self::Shared(Arc::new(row))
    }
}
