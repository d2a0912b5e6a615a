//! Handlers and routers that would mount something open.
