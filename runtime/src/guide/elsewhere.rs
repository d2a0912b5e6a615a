//! This documentation was built without some features. It does not include the guides, because they link to items of
//! all features. Read the guides on [docs.rs](https://docs.rs/scopegate/latest/scopegate/guide/index.html). To build
//! the guides yourself, run `cargo doc -p scopegate --all-features` in the repository of scopegate.

macro_rules! elsewhere {
    ($($name:ident)*) => {$(
        #[doc = concat!("[On docs.rs](https://docs.rs/scopegate/latest/scopegate/guide/", stringify!($name), "/index.html).")]
        pub mod $name {}
    )*};
}

// These are the guides that other pages of this documentation link to.
elsewhere! { browsers discovery dpop mcp observing operating providers refused testing }
