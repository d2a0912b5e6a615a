//! The kind of a method in rmcp: a tool or a prompt.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{ImplItemFn, Path};

use crate::block::is;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Tool,
    Prompt,
}

impl Kind {
    /// Recognizes the kind of a method by rmcp's attribute.
    pub(super) fn of(method: &ImplItemFn) -> Option<Self> {
        let has = |kind: &Self| method.attrs.iter().any(|attribute| is(attribute, kind.name()));
        [Self::Tool, Self::Prompt].into_iter().find(has)
    }

    /// The name of the kind, which is also the name of rmcp's attribute on the method.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
        }
    }

    /// The name of rmcp's attribute on the block. The router that this attribute emits has the same name by default.
    pub(super) const fn router(self) -> &'static str {
        match self {
            Self::Tool => "tool_router",
            Self::Prompt => "prompt_router",
        }
    }

    /// The type of rmcp's router.
    pub(super) const fn router_type(self) -> &'static str {
        match self {
            Self::Tool => "ToolRouter",
            Self::Prompt => "PromptRouter",
        }
    }

    /// The default name of a block's table.
    pub(super) const fn table(self) -> &'static str {
        match self {
            Self::Tool => "TOOLS",
            Self::Prompt => "PROMPTS",
        }
    }

    /// Emits the path of the function that makes a row.
    pub(super) fn constructor(self, krate: &Path) -> TokenStream {
        let function = syn::Ident::new(self.name(), Span::call_site());
        quote!(#krate::__private::#function)
    }
}
