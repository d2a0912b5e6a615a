//! The operations and their requirements.

use maud::{Markup, html};

use super::{
    data::{Access, Report, Row},
    text::{count, listed, path, scopes},
};

/// Writes the section about public operations.
pub(super) fn public(report: &Report) -> Markup {
    let public: Vec<&Row> = report.rows.iter().filter(|row| row.access == Access::Public).collect();
    html! {
        section.public aria-labelledby="public" {
            h2 #public { "Public" }
            @if public.is_empty() {
                p { "No operation is public. Each needs a token." }
            } @else {
                p { strong { (count(public.len(), "operation needs", "operations need")) " no token." } " Anybody can call:" }
                ul.names { @for row in public { li { (name(row)) } } }
            }
        }
    }
}

/// Writes the table of operations and their requirements.
pub(super) fn table(report: &Report) -> Markup {
    html! {
        table {
            caption { "What each operation needs" (floor(report)) }
            thead { tr { th scope="col" { "Operation" } th scope="col" { "Needs" } } }
            tbody {
                @for row in &report.rows {
                    tr.is-public[row.access == Access::Public] data-row=(row.id) {
                        th scope="row" {
                            (name(row))
                            @if row.handler != row.place() { span.by { (path(&row.handler)) } }
                        }
                        td { (needs(row)) }
                    }
                }
            }
        }
    }
}

fn floor(report: &Report) -> Markup {
    html! {
        @if !report.floor.is_empty() {
            " besides " (listed(&report.floor, "and")) ", which every non-public operation needs"
        }
    }
}

/// Writes the methods and the path of a row, or the handler if no path is known.
pub(super) fn name(row: &Row) -> Markup {
    let methods = row.methods.join(", ");
    html! {
        code.operation {
            @if !methods.is_empty() { span.method { (methods) } " " }
            (path(row.place()))
        }
    }
}

fn needs(row: &Row) -> Markup {
    html! {
        @match row.access {
            Access::Public => span.badge { "Public" },
            Access::Authenticated => "any valid token",
            Access::Scopes => {
                @for (at, alternative) in row.alternatives.iter().enumerate() {
                    div { @if at > 0 { span.or { "or " } } (scopes(alternative)) }
                }
            }
        }
        @if row.asks_for_login() { p.more { "with a login " (login(row)) } }
        @if !row.also.is_empty() { p.more { "the handler may also demand " (listed(&row.also, "or")) } }
        @if !row.related.is_empty() { p.more { "clients should also request " (listed(&row.related, "and")) } }
    }
}

/// Describes the required login. The text follows the words "with a login".
fn login(row: &Row) -> Markup {
    html! {
        @if !row.acr_values.is_empty() { "by " code { "acr" } " " (listed(&row.acr_values, "or")) }
        @if let Some(seconds) = row.max_age {
            @if !row.acr_values.is_empty() { ", " }
            "at most " (count(seconds, "second", "seconds")) " ago"
        }
    }
}
