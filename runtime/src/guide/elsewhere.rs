//! The guides are not here, because they link to items of all features, and this documentation was built without some
//! features. Read the guides on [docs.rs](https://docs.rs/scopegate/latest/scopegate/guide/index.html), or build this
//! page with all features: in the repository of scopegate, run `cargo doc -p scopegate --all-features`.

macro_rules! elsewhere {
    ($($name:ident)*) => {$(
        #[doc = concat!("[On docs.rs](https://docs.rs/scopegate/latest/scopegate/guide/", stringify!($name), "/index.html).")]
        pub mod $name {}
    )*};
}

// Each guide to which another page of this documentation links.
elsewhere! { browsers discovery dpop mcp observing operating providers refused testing }
