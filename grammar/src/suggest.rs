//! Finds the known name that is closest to an unknown name, for messages such as "did you mean".

use alloc::{collections::BTreeSet, string::String, vec::Vec};

use crate::distance::distance;

/// Returns the candidate that is closest to `text`, if any candidate is close.
///
/// The distance of a candidate is the number of edits that turn `text` into the candidate. A candidate is close if this
/// distance is at most a third of the longer text's length. An edit changes, removes or adds a character, or swaps two
/// neighboring characters. Upper and lower case count as the same. Of equally close candidates, the first is returned.
pub fn suggest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = candidates.into_iter().filter_map(|candidate| {
        let limit = text.len().max(candidate.len()) / 3;
        // A candidate of a very different length is skipped without a comparison. `text` can come from outside
        // the program and have any length, and a comparison of long texts is slow.
        if text.len().abs_diff(candidate.len()) > limit {
            return None;
        }
        let distance = distance(&text.to_ascii_lowercase(), &candidate.to_ascii_lowercase());
        (distance <= limit).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Tells whether one of two scopes is likely a misspelling of the other.
///
/// Both scopes are legal, so this function can only guess. The result is `false` for scopes that a program may
/// define on purpose: different words (`read` and `write`), plurals and other endings (`file` and `files`),
/// different numbers (`v1` and `v2`), and different short words (`im` and `rm`).
///
/// Two scopes are alike if they differ only in separators or letter case. Two scopes are also alike if only one word
/// differs: two neighboring letters are swapped, or one letter is changed, missing or added. Swapped letters count only
/// in words of at least four letters. A changed, missing or added letter counts only if the longer of the two words has
/// at least five letters.
pub fn are_alike(left: &str, right: &str) -> bool {
    if left == right || left.len().abs_diff(right.len()) > 1 {
        return false;
    }
    let mut different =
        words(left).zip(words(right)).filter(|(left, right)| !left.eq_ignore_ascii_case(right));
    words(left).count() == words(right).count()
        && different.next().is_none_or(|(left, right)| is_misspelt(left, right) && different.next().is_none())
}

/// Returns the search keys of a scope. Two scopes that are alike share at least one key, so only scopes with a common
/// key have to be compared. One key consists of the scope's words. Each of the other keys lacks one letter of one word.
pub fn alike_keys(text: &str) -> BTreeSet<String> {
    let words: Vec<String> = words(text).map(str::to_ascii_lowercase).collect();
    let mut keys = BTreeSet::from([words.join(" ")]);
    for (at, word) in words.iter().enumerate().filter(|(_, word)| !has_digit(word)) {
        for cut in 0..word.len() {
            let mut shorter = words.clone();
            if let Some(word) = shorter.get_mut(at) {
                word.remove(cut);
            }
            keys.insert(shorter.join(" "));
        }
    }
    keys
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_ascii_alphanumeric())
}

fn is_misspelt(left: &str, right: &str) -> bool {
    let (left, right) = (left.to_ascii_lowercase(), right.to_ascii_lowercase());
    if has_digit(&left) || has_digit(&right) || distance(&left, &right) != 1 {
        return false;
    }
    let (short, long) = if left.len() < right.len() { (&left, &right) } else { (&right, &left) };
    let is_swapped = short.len() == long.len() && {
        let mut changed = short.bytes().zip(long.bytes()).filter(|(left, right)| left != right);
        changed.by_ref().count() == 2
    };
    if is_swapped { short.len() >= 4 } else { long.len() >= 5 && !is_ending(short, long) }
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Tells whether only the ending differs, as in `file` and `files`, `share` and `shared`, `use` and `user`.
fn is_ending(short: &str, long: &str) -> bool {
    long.strip_prefix(short).is_some_and(|ending| matches!(ending, "s" | "d" | "r" | "n" | "y"))
}

#[cfg(test)]
mod tests {
    use super::{alike_keys, are_alike, suggest};

    #[test]
    fn suggests_what_is_close() {
        let scopes = ["files:read", "files:write", "admin"];
        for (text, expected) in [
            ("files:raed", Some("files:read")),
            ("file:write", Some("files:write")),
            ("files.write", Some("files:write")),
            ("FILES:READ", Some("files:read")),
            ("amdin", Some("admin")),
            ("mail:send", None),
            ("a", None),
            ("", None),
        ] {
            assert_eq!(suggest(text, scopes), expected, "{text}");
        }
        assert_eq!(suggest("abcd", ["abce", "abcf"]), Some("abce"), "the first of equals");
    }

    #[test]
    fn misspellings_are_alike() {
        for (left, right) in [
            ("files:read", "files:raed"),
            ("files:read", "flies:read"),
            ("files:write", "files:wrte"),
            ("files:write", "files:writte"),
            ("files:write", "files:wriye"),
            ("files:read", "files.read"),
            ("files:read", "Files:Read"),
            ("user-library-read", "user-libary-read"),
            ("tenant:{tenant}:read", "tenant:{tenant}:raed"),
        ] {
            assert!(are_alike(left, right), "{left} {right}");
            assert!(are_alike(right, left), "{right} {left}");
            assert!(!alike_keys(left).is_disjoint(&alike_keys(right)), "{left} {right}");
        }
    }

    #[test]
    fn what_programs_have_on_purpose_is_not() {
        for (left, right) in [
            ("files:read", "files:read"),
            ("files:read", "files:write"),
            ("file:read", "files:read"),
            ("share", "shared"),
            ("im:read", "rm:read"),
            ("config:get", "config:set"),
            ("api:v1", "api:v2"),
            ("item:10000", "item:10001"),
            ("a", "b"),
            ("read", "reader"),
            ("read:files", "files:read"),
            ("repo", "repo:status"),
            ("patient/Observation.rs", "patient/Observation.r"),
        ] {
            assert!(!are_alike(left, right), "{left} {right}");
            assert!(!are_alike(right, left), "{right} {left}");
        }
    }

    /// Compares each scope with the other scopes of the same provider. All scopes come from real providers.
    #[test]
    fn no_scopes_of_a_provider_are_alike() {
        for scopes in [
            "repo repo:status repo_deployment public_repo repo:invite security_events admin:repo_hook write:repo_hook read:repo_hook \
             admin:org write:org read:org admin:public_key write:public_key read:public_key admin:org_hook gist notifications user \
             read:user user:email user:follow project read:project delete_repo write:packages read:packages delete:packages \
             admin:gpg_key write:gpg_key read:gpg_key codespace workflow read:audit_log",
            "api read_user read_api read_repository write_repository read_registry write_registry sudo admin_mode create_runner \
             manage_runner ai_features k8s_proxy read_service_ping openid profile email",
            "bookmarks:read bookmarks:write calls:read calls:write channels:history channels:join channels:manage channels:read \
             chat:write chat:write.public commands dnd:read emoji:read files:read files:write groups:history groups:read groups:write \
             im:history im:read im:write links:read links:write lists:read lists:write metadata.message:read mpim:history mpim:read \
             mpim:write pins:read pins:write reactions:read reactions:write reminders:read reminders:write remote_files:read \
             remote_files:share remote_files:write team:read usergroups:read usergroups:write users.profile:read users:read \
             users:read.email users:write workflow.steps:execute",
            "User.Read User.ReadBasic.All User.ReadWrite User.Read.All Mail.Read Mail.ReadWrite Mail.Send Calendars.Read \
             Calendars.ReadWrite Contacts.Read Contacts.ReadWrite Files.Read Files.Read.All Files.ReadWrite Files.ReadWrite.All \
             Sites.Read.All Sites.ReadWrite.All Tasks.Read Tasks.ReadWrite Notes.Read Notes.Create Group.Read.All Directory.Read.All",
            "https://www.googleapis.com/auth/drive https://www.googleapis.com/auth/drive.file \
             https://www.googleapis.com/auth/drive.readonly https://www.googleapis.com/auth/drive.metadata \
             https://www.googleapis.com/auth/drive.appdata https://www.googleapis.com/auth/calendar \
             https://www.googleapis.com/auth/calendar.events https://www.googleapis.com/auth/contacts \
             https://www.googleapis.com/auth/gmail.send https://www.googleapis.com/auth/gmail.modify",
            "user-read-private user-read-email user-library-read user-library-modify playlist-read-private playlist-modify-public \
             playlist-modify-private user-top-read user-read-recently-played user-follow-read user-follow-modify streaming \
             app-remote-control ugc-image-upload",
            "channel:bot channel:read:polls channel:read:goals channel:manage:polls channel:read:vips channel:manage:vips bits:read \
             user:bot user:read:chat user:write:chat user:read:email moderator:read:chatters moderator:manage:shoutouts",
            "read_products write_products read_orders write_orders read_themes write_themes read_customers write_customers \
             read_price_rules write_price_rules read_checkouts write_checkouts read_locales write_locales read_locations",
            "read:jira-work write:jira-work manage:jira-project manage:jira-configuration read:jira-user read:me offline \
             read:confluence-content.all read:confluence-space.summary write:confluence-content",
        ] {
            let scopes: alloc::vec::Vec<&str> = scopes.split_whitespace().collect();
            for (at, left) in scopes.iter().enumerate() {
                for right in &scopes[at + 1..] {
                    assert!(!are_alike(left, right), "{left} {right}");
                }
            }
        }
    }
}
