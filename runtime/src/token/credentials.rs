//! Parses the `Authorization` header.

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

use super::Scheme;

/// The credential of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials<'a> {
    /// There is no token, for example because the `Authorization` header is missing or has a scheme that the gate does
    /// not accept. The gate ignores a token in the query ([OAuth 2.1, section 5.1]).
    ///
    /// [OAuth 2.1, section 5.1]: https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13#section-5.1
    Absent,
    /// A Bearer token with legal characters; nothing else has been checked.
    Bearer(&'a str),
    /// A token that was sent with the scheme DPoP ([RFC 9449, section 7.1]) and has only legal characters.
    ///
    /// [RFC 9449, section 7.1]: https://www.rfc-editor.org/rfc/rfc9449#section-7.1
    Dpop(&'a str),
    /// A credential that cannot be a token, such as `Bearer` with nothing after it.
    NotAToken(Scheme),
    /// More than one credential ([RFC 6750, section 2](https://www.rfc-editor.org/rfc/rfc6750#section-2)).
    Several,
}

impl<'a> Credentials<'a> {
    /// Reads the `Authorization` header. If `takes_dpop` is `false`, the result for the scheme DPoP is `Absent`, as for
    /// an unknown scheme.
    pub(crate) fn of(headers: &'a HeaderMap, takes_dpop: bool) -> Self {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Absent,
            (Some(value), None) => Self::read(value, takes_dpop),
            (Some(_), Some(_)) => Self::Several,
        }
    }

    /// Parses `credentials = auth-scheme 1*SP token68`, with the scheme in upper or lower case ([RFC 9110, section
    /// 11.4]).
    ///
    /// [RFC 9110, section 11.4]: https://www.rfc-editor.org/rfc/rfc9110#section-11.4
    fn read(value: &'a HeaderValue, takes_dpop: bool) -> Self {
        let bytes = value.as_bytes().trim_ascii();
        let scheme_end = bytes.iter().position(u8::is_ascii_whitespace).unwrap_or(bytes.len());
        let (name, rest) = bytes.split_at(scheme_end);
        let scheme = match name {
            _ if name.eq_ignore_ascii_case(b"Bearer") => Scheme::Bearer,
            _ if takes_dpop && name.eq_ignore_ascii_case(b"DPoP") => Scheme::Dpop,
            _ => return Self::Absent,
        };
        let token = &rest[rest.iter().take_while(|byte| **byte == b' ').count()..];
        match str::from_utf8(token) {
            Ok(token) if is_b64token(token) => Self::presented(token, scheme),
            _ => Self::NotAToken(scheme),
        }
    }

    const fn presented(token: &'a str, scheme: Scheme) -> Self {
        match scheme {
            Scheme::Bearer => Self::Bearer(token),
            Scheme::Dpop => Self::Dpop(token),
        }
    }
}

/// Tells whether a text has the form `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
/// ([RFC 6750, section 2.1]).
///
/// [RFC 6750, section 2.1]: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
pub(crate) fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    // Without an early exit, the compiled code checks many bytes at once. Tokens are long, so this is faster.
    !body.is_empty() && body.bytes().fold(true, |legal, byte| legal & is_b64token_byte(byte))
}

const fn is_b64token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&[u8]], expected: Credentials<'_>) {
        assert_eq!(Credentials::of(&headers_of(lines), false), expected);
    }

    #[track_caller]
    fn check_with_dpop(lines: &[&[u8]], expected: Credentials<'_>) {
        assert_eq!(Credentials::of(&headers_of(lines), true), expected);
    }

    fn headers_of(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(line).unwrap());
        }
        headers
    }

    #[test]
    fn a_token_has_the_characters_of_the_grammar() {
        let legal: String =
            (0..128).map(char::from).filter(|&byte| is_b64token(&format!("a{byte}a"))).collect();
        assert_eq!(legal, "+-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");
        assert!(!is_b64token("aéa"));
    }

    #[test]
    fn reads_the_header_as_the_grammar_says() {
        use Credentials::{Absent, Bearer, Several};
        const NOT_A_TOKEN: Credentials<'_> = Credentials::NotAToken(Scheme::Bearer);
        check(&[], Absent);
        check(&[b""], Absent);
        check(&[b"Basic dTpw"], Absent);
        check(&[b"Bearerx abc"], Absent);
        check(&[b"DPoP abc"], Absent);
        check(&[b"\xff abc"], Absent);
        check(&[b"Bearer abc"], Bearer("abc"));
        check(&[b"bEaReR   abc"], Bearer("abc"));
        check(&[b" Bearer abc-._~+/== "], Bearer("abc-._~+/=="));
        check(&[b"Bearer"], NOT_A_TOKEN);
        check(&[b"Bearer "], NOT_A_TOKEN);
        check(&[b"Bearer ="], NOT_A_TOKEN);
        check(&[b"Bearer a=b"], NOT_A_TOKEN);
        check(&[b"Bearer\tabc"], NOT_A_TOKEN);
        check(&[b"Bearer a b"], NOT_A_TOKEN);
        check(&[b"Bearer a, Bearer b"], NOT_A_TOKEN);
        check(&[b"Bearer \"abc\""], NOT_A_TOKEN);
        check(&[b"Bearer \xc3\xa9"], NOT_A_TOKEN);
        check(&[b"Bearer abc", b"Bearer abc"], Several);
        check(&[b"Bearer abc", b"Basic dTpw"], Several);
    }

    #[test]
    fn reads_the_scheme_of_dpop_where_it_is_taken() {
        use Credentials::{Absent, Bearer, Dpop, NotAToken, Several};
        check_with_dpop(&[b"DPoP abc"], Dpop("abc"));
        check_with_dpop(&[b"dpop  abc=="], Dpop("abc=="));
        check_with_dpop(&[b"DPoP"], NotAToken(Scheme::Dpop));
        check_with_dpop(&[b"DPoP a b"], NotAToken(Scheme::Dpop));
        check_with_dpop(&[b"DPoP a, Bearer a"], NotAToken(Scheme::Dpop));
        check_with_dpop(&[b"DPoPx abc"], Absent);
        check_with_dpop(&[b"Bearer abc"], Bearer("abc"));
        check_with_dpop(&[b"DPoP abc", b"Bearer abc"], Several);
        check_with_dpop(&[b"DPoP abc", b"DPoP abc"], Several);
    }
}
