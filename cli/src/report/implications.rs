//! The section about implications. The section shows trees in which each scope covers all scopes below it.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::data::{Report, Scope, Wildcards};

pub(super) fn section(report: &Report) -> Markup {
    let mut graph = Graph::of(&report.scopes);
    html! {
        section aria-labelledby="implications" {
            h2 #implications { "Scopes that cover others" }
            p { (wildcards(report.wildcards)) }
            @if graph.roots.is_empty() {
                p { "No scope implies another." }
            } @else {
                p { "A token with a scope also has all scopes below it." }
                ul.tree {
                    @for root in graph.roots.clone() { li { (graph.node(root)) } }
                }
            }
        }
    }
}

fn wildcards(wildcards: Wildcards) -> Markup {
    html! {
        @match wildcards {
            Wildcards::Off => { "Wildcards are off: " code { "*" } " is an ordinary character." },
            Wildcards::Prefixed | Wildcards::PrefixedAndBare => {
                "A scope that ends in " code { ":*" } " or " code { "/*" } " is a wildcard. It covers each longer scope that begins with the text before "
                "the " code { "*" } "."
                @if wildcards == Wildcards::PrefixedAndBare { " " code { "*" } " alone covers every scope." }
            }
        }
    }
}

/// The scopes, each with the scopes that it covers directly.
struct Graph<'a> {
    children: BTreeMap<&'a str, Vec<Child<'a>>>,
    /// The scopes that cover other scopes and are not covered by any other scope. The page shows one tree for each
    /// root.
    roots: Vec<&'a str>,
    shown: BTreeSet<&'a str>,
}

#[derive(Clone, Copy)]
struct Child<'a> {
    scope: &'a str,
    by_wildcard: bool,
}

impl<'a> Graph<'a> {
    fn of(scopes: &'a [Scope]) -> Self {
        let children: BTreeMap<&str, Vec<Child<'_>>> =
            scopes.iter().map(|scope| (&*scope.name, children(scope))).collect();
        let mut graph = Self { children, roots: Vec::new(), shown: BTreeSet::new() };
        graph.roots = graph.find_roots();
        graph
    }

    /// Finds the roots. Wildcards can cover each other in a cycle. If no root covers the cycle, one of its wildcards
    /// becomes a root.
    fn find_roots(&self) -> Vec<&'a str> {
        let children: BTreeSet<&str> = self.children.values().flatten().map(|child| child.scope).collect();
        let (mut below, mut roots): (Vec<_>, Vec<_>) = self
            .children
            .iter()
            .filter(|(_, children)| !children.is_empty())
            .map(|(scope, _)| *scope)
            .partition(|scope| children.contains(scope));
        let mut reached = BTreeSet::new();
        for root in &roots {
            self.reach(root, &mut reached);
        }
        below.retain(|scope| {
            let is_new = !reached.contains(scope);
            self.reach(scope, &mut reached);
            is_new
        });
        roots.extend(below);
        roots
    }

    fn reach(&self, scope: &'a str, reached: &mut BTreeSet<&'a str>) {
        let mut next = vec![scope];
        while let Some(scope) = next.pop() {
            if reached.insert(scope) {
                next.extend(self.children.get(scope).into_iter().flatten().map(|child| child.scope));
            }
        }
    }

    /// Writes a scope, followed by its children: the scopes that it implies or matches. Leaves the children out if the
    /// page already shows this scope with its children.
    fn node(&mut self, scope: &'a str) -> Markup {
        let is_new = self.shown.insert(scope);
        let children = self.children.get(scope).cloned().unwrap_or_default();
        html! {
            code { (scope) }
            @if !children.is_empty() && !is_new { span.more { " (as above)" } }
            @if !children.is_empty() && is_new {
                ul {
                    @for child in children {
                        li {
                            @if child.by_wildcard { span.more { "by its " code { "*" } ": " } }
                            (self.node(child.scope))
                        }
                    }
                }
            }
        }
    }
}

fn children(scope: &Scope) -> Vec<Child<'_>> {
    let implied = scope.implies.iter().map(|child| Child { scope: child, by_wildcard: false });
    let matched = scope.matches.iter().filter(|child| !scope.implies.contains(child));
    implied.chain(matched.map(|child| Child { scope: child, by_wildcard: true })).collect()
}
