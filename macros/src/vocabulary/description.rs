//! The description of a scope, from its doc comment.

use syn::{Attribute, Expr, Lit, Meta};

/// Returns the first paragraph of a doc comment, on one line.
pub(crate) fn description(attributes: &[Attribute]) -> String {
    let texts: Vec<String> = attributes.iter().filter_map(doc_text).collect();
    let lines = texts.iter().flat_map(|text| text.lines()).map(str::trim);
    let paragraph = lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty());
    paragraph.collect::<Vec<_>>().join(" ")
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => literal(&doc.value),
        _ => None,
    }
}

fn literal(value: &Expr) -> Option<String> {
    match value {
        // An empty line of a doc comment is an empty string. Without the line break that is added here, `lines` would
        // drop this line.
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(format!("{}\n", text.value())),
            _ => None,
        },
        // A `macro_rules!` macro can wrap the literal in a group.
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}
