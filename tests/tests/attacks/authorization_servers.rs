//! What a hostile authorization server, or a token of one, can do.
