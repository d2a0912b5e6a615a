//! What rmcp makes of a method: a tool or a prompt.

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
    /// Tells by rmcp's attribute.
    pub(super) fn of(method: &ImplItemFn) -> Option<Self> {
        let has = |kind: &Self| method.attrs.iter().any(|attribute| is(attribute, kind.name()));
        [Self::Tool, Self::Prompt].into_iter().find(has)
    }

    /// Names rmcp's attribute, and what it makes.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
        }
    }

    /// Names rmcp's attribute on the block, and the router that it makes unless it is told another name.
    pub(super) const fn router(self) -> &'static str {
        match self {
            Self::Tool => "tool_router",
            Self::Prompt => "prompt_router",
        }
    }

    /// Names the type of rmcp's router.
    pub(super) const fn router_type(self) -> &'static str {
        match self {
            Self::Tool => "ToolRouter",
            Self::Prompt => "PromptRouter",
        }
    }

    /// Names the table of a block.
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
