//! Tests of scopegate as its users see it.
