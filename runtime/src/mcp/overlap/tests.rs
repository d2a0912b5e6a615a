use super::{Overlap, UriTemplate};
use crate::mcp::uri_template::{segments, separators};

#[track_caller]
fn check(earlier: &'static str, later: &'static str, expected: Overlap) {
    let [one, other] = [earlier, later].map(|text| UriTemplate::parse(text).unwrap());
    assert_eq!(Overlap::of(&one, &other), expected, "{earlier}, then {later}");
}

#[test]
fn a_later_template_is_reached_or_not() {
    use Overlap::{Harmless, Hidden, Partial, Same};

    check("docs://{tenant}/{name}", "docs://secret/{name}", Hidden);
    check("docs://secret/{name}", "docs://{tenant}/{name}", Harmless);
    check("docs://{a}/{b}", "docs://{c}/{d}", Same);
    check("docs://{x}/a", "docs://b/{y}", Partial);
    check("docs://{x}/a", "docs://{y}/b", Harmless);
    check("docs://{x}", "docs://{x}/{y}", Harmless);
    check("docs://{x}", "file://{x}", Harmless);
    check("a:{x}.txt", "a:b{y}", Partial);
    check("a:{x}.txt", "a:b{y}.txt", Hidden);
    check("a:b{y}.txt", "a:{x}.txt", Harmless);
    check("a:b{x}", "a:c{y}", Harmless);
    check("a:{x}", "a:{y}:", Harmless);
}

/// Returns every URI that has at most four characters after `s:`. The characters are `a`, `b`, and the two that
/// templates treat specially, `.` and `/`.
fn uris() -> impl Iterator<Item = String> {
    let char = || ["", "a", "b", ".", "/"].into_iter();
    char().flat_map(move |one| {
        char().flat_map(move |two| {
            char().flat_map(move |three| char().map(move |four| format!("s:{one}{two}{three}{four}")))
        })
    })
}

#[test]
fn what_it_says_is_true_of_every_uri() {
    let parts = ["", "a", "b", "{}", "a{}", "{}a", "{}b", "b{}", "a{}b"];
    let templates: Vec<&'static str> = parts
        .iter()
        .flat_map(|one| parts.iter().map(move |two| format!("s:{one}/{two}")).chain([format!("s:{one}")]))
        .map(|text| text.replacen("{}", "{x}", 1).replacen("{}", "{y}", 1))
        .map(|text| &*text.leak())
        .collect();
    let uris: Vec<String> = uris().collect();
    let parsed: Vec<UriTemplate> = templates.iter().map(|text| UriTemplate::parse(text).unwrap()).collect();
    for earlier in &parsed {
        for later in &parsed {
            let fits = |template: &UriTemplate, uri: &str| {
                template.separators() == separators(uri)
                    && template.captures(&segments(uri).collect::<Vec<_>>()).is_some()
            };
            let both = uris.iter().any(|uri| fits(earlier, uri) && fits(later, uri));
            let later_alone = uris.iter().any(|uri| fits(later, uri) && !fits(earlier, uri));
            let earlier_alone = uris.iter().any(|uri| fits(earlier, uri) && !fits(later, uri));
            match Overlap::of(earlier, later) {
                Overlap::Hidden => assert!(!later_alone, "{earlier:?} {later:?}"),
                Overlap::Same => assert!(!later_alone && !earlier_alone, "{earlier:?} {later:?}"),
                Overlap::Harmless => assert!(!both || !earlier_alone && later_alone, "{earlier:?} {later:?}"),
                Overlap::Partial => assert!(!both || earlier_alone && later_alone, "{earlier:?} {later:?}"),
            }
        }
    }
}
