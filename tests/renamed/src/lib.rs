//! Programs with renamed dependencies. This is a separate crate, because no dependency here is called `scopegate` or `rmcp`.
