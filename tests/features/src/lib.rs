//! What a program is told that uses a feature of scopegate without enabling it.
