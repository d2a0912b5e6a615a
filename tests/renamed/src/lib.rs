//! Programs whose dependencies have other names. The crate is one of its own, because nothing here is called `scopegate` or `rmcp`.
