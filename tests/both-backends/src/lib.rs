//! Only a test; see `tests/`.
