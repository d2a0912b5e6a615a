//! The guides name items of all features. These features are not all enabled, so read the guides on
//! [docs.rs](https://docs.rs/scopegate/latest/scopegate/guide/index.html).

macro_rules! elsewhere {
    ($($name:ident)*) => {$(
        #[doc = concat!("[On docs.rs](https://docs.rs/scopegate/latest/scopegate/guide/", stringify!($name), "/index.html).")]
        pub mod $name {}
    )*};
}

// Those that other pages name.
elsewhere! { browsers discovery dpop mcp observing operators providers testing }
