//! The compiler's messages for programs that use a feature of scopegate without enabling it.
