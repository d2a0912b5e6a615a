//! What is different from an older version, in the lock's words.

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
                p { "The same callers are let in as before." }
            } @else {
                p { (count(changes.len(), "change", "changes")) ". Weaker ones let somebody in who was refused before." }
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

/// Returns the lock's word for what the changes do.
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
