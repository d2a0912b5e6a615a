//! Writes spans of time in a form that people can read.

use std::time::Duration;

/// Writes a span in days, hours, minutes or seconds, rounded down, as in `58 minutes`. Uses the largest unit in which
/// the number is at least 2.
pub(super) fn words(span: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let seconds = span.as_secs();
    let units = [(DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes")];
    match units.into_iter().find(|(unit, _)| seconds >= 2 * unit) {
        Some((unit, name)) => format!("{} {name}", seconds / unit),
        None if seconds == 1 => "1 second".to_owned(),
        None => format!("{seconds} seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_written_in_the_unit_that_tells_most() {
        let check = |seconds, expected| assert_eq!(words(Duration::from_secs(seconds)), expected);
        check(0, "0 seconds");
        check(1, "1 second");
        check(119, "119 seconds");
        check(120, "2 minutes");
        check(7_199, "119 minutes");
        check(7_200, "2 hours");
        check(172_799, "47 hours");
        check(86_400 * 400, "400 days");
    }
}
