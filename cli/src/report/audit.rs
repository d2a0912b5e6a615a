//! The section about the audit log.

use maud::{Markup, html};

use super::{
    data::{Audit, Broken, Clients},
    text::{client, count, number, scopes, time},
};

pub(super) fn section(audit: &Audit) -> Markup {
    html! {
        section aria-labelledby="audit" {
            h2 #audit { "Audit log" }
            p { (summary(audit)) }
            @if !audit.broken.is_empty() {
                ul.warning { @for file in &audit.broken { li { (broken(file)) "; the report leaves them out" } } }
            }
            h3 { "Refused most" }
            @if audit.refusals.is_empty() {
                p { "Nothing was refused." }
            } @else {
                (refusals(audit))
            }
            h3 { "Granted, but never needed" }
            (unneeded(audit))
        }
    }
}

fn summary(audit: &Audit) -> Markup {
    html! {
        @match (audit.first, audit.last) {
            (Some(first), Some(last)) => {
                "It covers " (count(audit.records, "decision", "decisions")) " from " (time(first)) " to " (time(last)) ", of which "
                (number(audit.refused)) @if audit.refused == 1 { " was a refusal." } @else { " were refusals." }
            }
            _ => "It has no decisions.",
        }
    }
}

/// Returns a text that says which lines of a log file are not records.
pub(super) fn broken(file: &Broken) -> String {
    let numbers: Vec<String> = file.numbers.iter().map(u64::to_string).collect();
    let more = file.lines.saturating_sub(file.numbers.len() as u64);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let lines = count(file.lines, "line", "lines");
    format!("{lines} of {} cannot be read as a record: {}{more}", file.file, numbers.join(", "))
}

fn refusals(audit: &Audit) -> Markup {
    html! {
        div.wide role="region" aria-label="Refused most" tabindex="0" {
            table {
                thead { tr {
                    th scope="col" { "Operation" } th scope="col" { "Reason" } th.number scope="col" { "Times" }
                    th scope="col" { "Missing" } th scope="col" { "Clients" }
                } }
                tbody {
                    @for refusal in &audit.refusals {
                        tr {
                            th scope="row" {
                                @for row in &refusal.rows { code.operation { (row) } " " }
                                @if refusal.rows.is_empty() { "no operation" }
                            }
                            td { (refusal.reason.replace('_', " ")) }
                            td.number { (number(refusal.times)) }
                            td { (scopes(&refusal.missing)) }
                            td { (clients(&refusal.clients)) }
                        }
                    }
                }
            }
        }
        @if audit.more_refusals > 0 {
            p.more { "and " (count(audit.more_refusals, "other kind", "other kinds")) ", each less frequent" }
        }
    }
}

fn unneeded(audit: &Audit) -> Markup {
    html! {
        @if audit.granted == 0 {
            p { "No token in the log grants a scope." }
        } @else if audit.unneeded.is_empty() {
            p { "Each of the " (count(audit.granted, "granted scope", "granted scopes")) " was needed at least once." }
        } @else {
            p {
                (number(audit.unneeded.len())) " of " (count(audit.granted, "granted scope", "granted scopes"))
                @if audit.unneeded.len() == 1 { " was never needed" } @else { " were never needed" }
                ". All allowed requests would have been allowed without them. A longer log may show a need."
            }
            div.wide role="region" aria-label="Granted, but never needed" tabindex="0" {
                table {
                    thead { tr { th scope="col" { "Scope" } th.number scope="col" { "Decisions" } th scope="col" { "Granted to" } } }
                    tbody {
                        @for grant in &audit.unneeded {
                            tr {
                                th scope="row" { code { (grant.scope) } }
                                td.number { (number(grant.times)) }
                                td { (clients(&grant.clients)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn clients(clients: &Clients) -> Markup {
    html! {
        @for (at, (who, times)) in clients.most.iter().enumerate() {
            @if at > 0 { ", " }
            (client(who)) " (" (number(*times)) ")"
        }
        @if clients.more > 0 { ", and " (number(clients.more)) " more" }
    }
}
