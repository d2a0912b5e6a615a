//! The page as a whole.

use base64::{Engine, engine::general_purpose::STANDARD};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::{
    audit, changes,
    data::{Access, Report},
    implications, operations, scopes,
    text::number,
    token,
};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(include_str!("decide.js"), include_str!("page.js"));

/// Writes the page. The same report always gives the same page.
pub(super) fn page(report: &Report, package: &str, since: Option<&str>) -> Markup {
    let subject = report.resource.as_deref().unwrap_or(package);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(security_policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { "Who may call what: " (subject) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#operations" { "Skip to the operations" }
                header {
                    h1 { "Who may call what" }
                    p.subject { code { (subject) } @if report.resource.is_some() { ", package " code { (package) } } }
                    (overview(report))
                    (contents(report, since))
                }
                main {
                    @if let (Some(changes), Some(revision)) = (&report.changes, since) { (changes::section(changes, revision)) }
                    (operations::public(report))
                    (callable(report))
                    (implications::section(report))
                    (scopes::section(report))
                    @if let Some(audit) = &report.audit { (audit::section(audit)) }
                }
                footer { p { "Written by " code { "cargo scopegate report" } " " (env!("CARGO_PKG_VERSION")) ". The page loads nothing and sends nothing." } }
                script #rule type="application/json" { (PreEscaped(token::rule(report))) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// Returns a content security policy that allows only the page's own script and style.
fn security_policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE),
    )
}

fn overview(report: &Report) -> Markup {
    let of = |access| report.rows.iter().filter(|row| row.access == access).count();
    let templates = report.templates().count();
    let logins = report.rows.iter().filter(|row| row.asks_for_login()).count();
    html! {
        dl.overview {
            div { dt { "Operations" } dd { (number(report.rows.len())) } }
            div { dt { "need scopes" } dd { (number(of(Access::Scopes))) } }
            div { dt { "need any token" } dd { (number(of(Access::Authenticated))) } }
            div.is-public[of(Access::Public) > 0] { dt { "are public" } dd { (number(of(Access::Public))) } }
            @if logins > 0 { div { dt { "require a certain login" } dd { (number(logins)) } } }
            div { dt { "Scopes" } dd { (number(report.scopes.len())) } }
            @if templates > 0 { div { dt { "Templates" } dd { (number(templates)) } } }
        }
        @if !report.gate.is_empty() {
            p #gate { "The gate, in the lock's words:" }
            ul.flow aria-labelledby="gate" { @for line in &report.gate { li { code { (line) } } } }
        }
    }
}

fn contents(report: &Report, since: Option<&str>) -> Markup {
    html! {
        nav aria-label="Contents" {
            ul.flow {
                @if since.is_some() && report.changes.is_some() { li { a href="#changes" { "Changes" } } }
                li { a href="#public" { "Public" } }
                li { a href="#operations" { "Operations, and what a token can call" } }
                li { a href="#implications" { "Implications" } }
                li { a href="#scopes" { "Scopes" } }
                @if report.audit.is_some() { li { a href="#audit" { "Audit log" } } }
            }
        }
    }
}

fn callable(report: &Report) -> Markup {
    html! {
        section aria-labelledby="operations" {
            h2 #operations tabindex="-1" { "Operations, and what a token can call" }
            noscript { p { "Scripts are off, so the page cannot compute what a token can call. The table shows every requirement." } }
            div.try {
                (token::panel(report))
                div.operations {
                    div.filters #filters hidden {
                        label { "Search" input #search type="search" autocomplete="off" placeholder="path, scope or handler"; }
                        label { "Show" select #show {
                            option value="all" { "all operations" }
                            option value="yes" { "what the token can call" }
                            option value="no" { "what it cannot call" }
                            option value="public" { "what is public" }
                            option value="login" { "what requires a certain login" }
                        } }
                    }
                    p #told role="status" {}
                    div.wide role="region" aria-label="Operations" tabindex="0" { (operations::table(report)) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SCRIPT, STYLE};

    #[test]
    fn neither_script_nor_style_ends_itself() {
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
        assert!(!STYLE.contains("</"));
    }
}
