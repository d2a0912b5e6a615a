//! Parses times in GitHub's format.

/// Parses a time in UTC (`2026-01-31T23:59:59Z`, [RFC 3339, section 5.6]) into the seconds since 1970.
///
/// [RFC 3339, section 5.6]: https://www.rfc-editor.org/rfc/rfc3339#section-5.6
pub(super) fn seconds(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    // Fractions of a second are dropped, so the token expires slightly earlier.
    let time = time.split_once('.').map_or(time, |(whole, _)| whole);
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let is_time = hour < 24 && minute < 60 && second <= 60;
    if !is_time || !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Some(((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

fn numbers(text: &str, between: char, lengths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(between);
    let mut numbers = [0; 3];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part = parts.next().filter(|part| part.len() == length)?;
        *number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(numbers)
}

/// Returns the number of days from 1970-01-01 to a date. In this calculation, a year begins in March, so that the leap
/// day is the last day of the year.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let since_march = (month + 9) % 12;
    year * 365 + year / 4 - year / 100 + year / 400 + (since_march * 306 + 5) / 10 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        let check = |text, expected: Option<i64>| assert_eq!(seconds(text), expected, "{text}");
        check("1970-01-01T00:00:00Z", Some(0));
        check("2000-02-29T12:34:56Z", Some(951_827_696));
        check("2026-11-26T21:00:00Z", Some(1_795_726_800));
        check("2100-03-01T00:00:00.999Z", Some(4_107_542_400));
        for text in [
            "",
            "2026-11-26",
            "2026-11-26T21:00:00",
            "2026-11-26T21:00:00+01:00",
            "2026-13-01T00:00:00Z",
            "2026-11-26T24:00:00Z",
            "26-11-26T21:00:00Z",
            "2026-1-26T21:00:00Z",
            "2026-11-26T21:00:00:00Z",
            "+026-11-26T21:00:00Z",
        ] {
            check(text, None);
        }
    }
}
