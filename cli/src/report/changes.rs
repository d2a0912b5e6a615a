//! The section about changes since an older version. The exporter writes the text of each change, as it does for
//! `check --since`.

use maud::{Markup, html};

use super::{
    data::Change,
    text::{count, sentence},
};

pub(super) fn section(changes: &[Change], revision: &str) -> Markup {
    html! {
        section aria-labelledby="changes" {
            h2 #changes { "Changes since " code { (revision) } }
            @if changes.is_empty() {
                p { "Access has not changed." }
            } @else {
                p { (count(changes.len(), "change", "changes")) ". A weaker requirement admits callers who were refused before." }
            }
            @for group in changes.chunk_by(|one, other| one.direction == other.direction) {
                div.change.weaker[opens(group)] {
                    h3 { (heading(group)) }
                    ul { @for change in group { li { (sentence(&change.words)) } } }
                }
            }
        }
    }
}

/// Returns the heading of a group of changes.
fn heading(group: &[Change]) -> &str {
    match group.first().map_or("", |change| &change.direction) {
        "weaker" => "Weaker",
        "changed" => "Weaker for some, stricter for others",
        "stricter" => "Stricter",
        "otherwise" => "Otherwise",
        other => other,
    }
}

fn opens(group: &[Change]) -> bool {
    group.first().is_some_and(|change| matches!(&*change.direction, "weaker" | "changed"))
}
