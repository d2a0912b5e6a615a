//! The guides link to items of all features, and this documentation was built without some features. Read the guides on
//! [docs.rs](https://docs.rs/scopegate/latest/scopegate/guide/index.html).

macro_rules! elsewhere {
    ($($name:ident)*) => {$(
        #[doc = concat!("[On docs.rs](https://docs.rs/scopegate/latest/scopegate/guide/", stringify!($name), "/index.html).")]
        pub mod $name {}
    )*};
}

// The guides to which other pages link.
elsewhere! { browsers discovery dpop mcp observing operating providers refused testing }
