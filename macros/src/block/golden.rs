//! The expansion of `#[scoped_handlers]`, written out for readers. `UPDATE_EXPECT=1 cargo test` updates it.

#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use expect_test::expect;
use quote::quote;

use super::scoped_handlers;
use crate::golden::check;

#[test]
fn a_block_of_handlers() {
    let item = quote! {
        /// Handlers.
        #[cfg(feature = "files")]
        impl<T: Store> crate::Files<T> where T: Clone {
            /// Lists files.
            #[requires_scope("files:read", EXPORT)]
            #[debug_handler]
            pub(crate) async fn list<'a, S>(State(store): State<Self>) -> Json<S> { body }

            #[cfg(unix)]
            #[scopegate::public]
            async fn r#type() {}

            async fn helper(&self) {}
        }
    };
    check(
        scoped_handlers(quote!(crate = ::api::gate), item),
        &expect![[r#"
            /// Handlers.
            #[cfg(feature = "files")]
            impl<T: Store> crate::Files<T>
            where
                T: Clone,
            {
                /// Lists files.
                #[debug_handler]
                pub(crate) async fn list<'a, S>(
                    _: ::api::gate::Guard<__scopes_of_crate_Files_T__list::list>,
                    State(store): State<Self>,
                ) -> Json<S> {
                    body
                }
                #[cfg(unix)]
                async fn r#type(_: ::api::gate::Guard<__scopes_of_crate_Files_T__type::r#type>) {}
                async fn helper(&self) {}
            }
            #[requires_scope(crate = ::api::gate, "files:read", EXPORT)]
            ///Files<T>::list
            #[cfg(feature = "files")]
            pub(crate) enum __scopes_of_crate_Files_T__list {}
            #[scopegate::public(crate = ::api::gate)]
            ///Files<T>::type
            #[cfg(feature = "files")]
            #[cfg(unix)]
            enum __scopes_of_crate_Files_T__type {}
        "#]],
    );
}

#[test]
fn what_a_free_handler_is_checked_for_is_checked_in_a_block() {
    let item = quote! {
        impl Files {
            #[cfg(unix)]
            #[public]
            async fn read(access: Access) {}

            #[requires_scope("files:read")]
            fn list(access: Access) -> String {
                access.require("files:write")
            }
        }
    };
    check(
        scoped_handlers(quote!(), item),
        &expect![[r#"
            impl Files {
                #[cfg(unix)]
                async fn read(_: ::scopegate::Guard<__scopes_of_Files__read::read>, access: Access) {}
                async fn list(
                    _: ::scopegate::Guard<__scopes_of_Files__list::list>,
                    access: Access,
                ) -> String {
                    access.require("files:write")
                }
            }
            #[public(crate = ::scopegate)]
            ///Files::read
            #[cfg(unix)]
            enum __scopes_of_Files__read {}
            #[requires_scope(crate = ::scopegate, "files:read")]
            ///Files::list
            enum __scopes_of_Files__list {}
            #[cfg(unix)]
            const _: () = {
                const _: fn() = || {
                    #[allow(unused_imports)]
                    use ::scopegate::__private::{
                        IsOptional as __Rule, OfAnotherType as _, TypeOf as __TypeOf,
                    };
                    __Rule::check(__TypeOf::<Access>::kind());
                };
            };
            const _: fn() = || {
                #[allow(unused_imports)]
                use ::scopegate::__private::{
                    IsDeclared as __Rule, OfAnotherType as _, TypeOf as __TypeOf,
                };
                __Rule::check(__TypeOf::<Access>::kind());
            };
            ::core::compile_error! {
                "a handler must be `async`; write `async fn`"
            }
        "#]],
    );
}

#[test]
fn after_a_mistake_the_block_is_still_there() {
    let item = quote! {
        impl Files {
            #[authenticated]
            async fn list(&self) {}

            #[public]
            #[authenticated]
            async fn read() {}
        }
    };
    check(
        scoped_handlers(quote!(), item),
        &expect![[r#"
            impl Files {
                async fn list(&self) {}
                async fn read(_: ::scopegate::Guard<__scopes_of_Files__read::read>) {}
            }
            #[public(crate = ::scopegate)]
            ///Files::read
            enum __scopes_of_Files__read {}
            const _: () = {
                #[authenticated]
                #[doc(hidden)]
                enum __scopes_of_nothing {}
            };
            const _: () = {
                #[authenticated]
                #[doc(hidden)]
                enum __scopes_of_nothing {}
            };
            ::core::compile_error! {
                "a handler takes no `self`; take what it needs from `State`"
            }
            ::core::compile_error! {
                "this handler has two scope attributes; write everything in one"
            }
        "#]],
    );
}

#[test]
fn mistakes_in_several_places_are_all_said() {
    let item = quote! {
        impl Files {
            #[cfg_attr(unix, requires_scope("files:read"))]
            async fn list() {}

            #[requires_scope("files:read")]
            #[tool]
            async fn read() {}

            #[authenticated]
            async fn many(_: A, _: A, _: A, _: A, _: A, _: A, _: A, _: A, _: A, _: A, _: A, _: A, _: A, _: A, _: A, _: A) {}
        }
    };
    let expanded = scoped_handlers(quote!("files:read"), item).to_string();
    assert_eq!(expanded.matches("compile_error").count(), 4, "{expanded}");
}

#[test]
fn a_block_that_declares_nothing_is_a_mistake() {
    let item = quote!(
        impl Files {
            async fn list() {}
        }
    );
    let expanded = scoped_handlers(quote!(), item).to_string();
    assert!(expanded.contains("no function of this block has a scope attribute"), "{expanded}");
}
