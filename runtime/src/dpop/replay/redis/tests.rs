//! Tests that need no server. The tests that need a server are in `tests/`.

use std::time::Duration;

use super::{RedisStore, milliseconds};

#[track_caller]
fn check_refused(url: &str) {
    let error = RedisStore::new(url).unwrap_err().to_string();
    assert!(error.contains("write for example `redis://127.0.0.1:6379/0`"), "{error}");
    assert!(!error.contains("s3cret"), "{error}");
}

#[test]
fn a_url_of_something_else_is_refused_and_not_shown() {
    check_refused("");
    check_refused("127.0.0.1:6379");
    check_refused("https://:s3cret@redis.internal");
    check_refused("redis://:s3cret@redis.internal:port");
    check_refused("redis://:s3cret@redis.internal/first");
    if cfg!(not(feature = "redis-tls")) {
        check_refused("rediss://:s3cret@redis.internal");
    }
}

#[test]
fn a_password_is_not_shown() {
    let shown = format!("{:#?}", RedisStore::new("redis://reader:s3cret@redis.internal/1").unwrap());

    assert!(shown.contains("redis.internal:6379"), "{shown}");
    assert!(!shown.contains("s3cret") && !shown.contains("reader"), "{shown}");
}

#[test]
fn no_lifetime_is_shortened_or_more_than_redis_takes() {
    assert_eq!(milliseconds(Duration::ZERO), 1);
    assert_eq!(milliseconds(Duration::from_micros(1_500)), 2);
    assert_eq!(milliseconds(Duration::from_secs(600)), 600_001);
    assert!(i64::try_from(milliseconds(Duration::MAX)).is_ok());
}
