use std::collections::VecDeque;

use super::*;

const MESSAGE: &str = r#"{"jsonrpc":"2.0","id":"}\"1","result":{"tools":[ {"name":"a}","_meta":{"x":{},"securitySchemes":[{"type":"noauth"}]} } ,{"name":"b"},{"_meta":{"securitySchemes":[{"type":"oauth2","scopes":["ä"]}]},"name":"c"}],"nextCursor":"2"}}"#;
const LIFTED: &str = r#"{"jsonrpc":"2.0","id":"}\"1","result":{"tools":[ {"name":"a}","_meta":{"x":{},"securitySchemes":[{"type":"noauth"}]} ,"securitySchemes":[{"type":"noauth"}]} ,{"name":"b"},{"_meta":{"securitySchemes":[{"type":"oauth2","scopes":["ä"]}]},"name":"c","securitySchemes":[{"type":"oauth2","scopes":["ä"]}]}],"nextCursor":"2"}}"#;

/// Texts that stay unchanged.
const OTHERS: [&str; 10] = [
    "",
    "{}",
    "[]",
    r#"{"result":{"tools":[]}}"#,
    r#"{"result":{"tools":[{"name":"a"},{"_meta":{}},{"_meta":null}]}}"#,
    // Here, the tool is a list instead of an object.
    r#"{"result":{"tools":[[{"securitySchemes":[]},null]]}}"#,
    r#"{"result":{"tools":[{"_meta":{"securitySchemes":[]},"securitySchemes":[]}]}}"#,
    r#"{"result":{"tools":[{"_meta":{"securitySchemes":[]}}]}"#,
    r#"{"result":{"content":[{"_meta":{"securitySchemes":[]}}]}}"#,
    r#"{"params":{"tools":[{"_meta":{"securitySchemes":[]}}]}}"#,
];

/// A body that consists of these frames.
struct Frames(VecDeque<Frame<Bytes>>);

impl HttpBody for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }
}

fn frames<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Frames {
    Frames(pieces.into_iter().map(|piece| Frame::data(Bytes::copy_from_slice(piece))).collect())
}

async fn answer(content_type: &str, body: Frames) -> (Option<String>, String, Option<HeaderMap>) {
    let answer = Response::builder().header(CONTENT_TYPE, content_type).header(CONTENT_LENGTH, "1");
    let (parts, body) = lift(answer.body(body).unwrap()).await.into_parts();
    let body = body.collect().await.unwrap();
    let (trailers, text) = (body.trailers().cloned(), body.to_bytes());
    let length = parts.headers.get(CONTENT_LENGTH).map(|length| length.to_str().unwrap().to_owned());
    (length, String::from_utf8(text.to_vec()).unwrap(), trailers)
}

#[tokio::test]
async fn the_schemes_of_each_tool_are_copied_and_nothing_else_changes() {
    for content_type in ["application/json", "Application/JSON; charset=utf-8"] {
        let (length, text, _) = answer(content_type, frames([MESSAGE.as_bytes()])).await;
        assert_eq!((length, &*text), (Some(LIFTED.len().to_string()), LIFTED));
    }
    for other in OTHERS {
        assert_eq!(answer("application/json", frames([other.as_bytes()])).await.1, other);
    }
    assert_eq!(answer("text/plain", frames([MESSAGE.as_bytes()])).await.1, MESSAGE);
    assert_eq!(lifted(b"\xff"), None);
}

#[tokio::test]
async fn events_are_changed_wherever_they_are_cut() {
    for (end, last) in [("\n", "\n\n"), ("\r\n", "\r\n\r\n"), ("\r", "\r\r"), ("\n", "")] {
        let events = |message: &str| {
            format!(
                "id: 0{end}data:{end}{end}: ping{end}{end}event: message{end}data: {message}{end}{end}data: {{}}{end}{end}data:{message}{last}"
            )
        };
        let (before, after) = (events(MESSAGE), events(LIFTED));
        let before = before.as_bytes();
        for at in 0..before.len() {
            let (length, text, _) = answer("text/event-stream", frames([&before[..at], &before[at..]])).await;
            assert_eq!((length, &*text), (None, &*after), "{at}");
        }
        assert_eq!(answer("text/event-stream", frames(before.chunks(1))).await.1, after);
    }
}

#[tokio::test]
async fn lines_without_a_list_are_passed_on() {
    for other in OTHERS {
        for line in
            [format!("data: {other}\n\n"), format!("data: {other}"), format!("id: {MESSAGE}\n{other}\n")]
        {
            assert_eq!(answer("text/event-stream", frames([line.as_bytes()])).await.1, line);
        }
    }
}

#[tokio::test]
async fn an_event_does_not_wait_for_the_next() {
    let events = frames([&b"data: {}\n\n"[..], b"data: ", b"1\n\n"]);
    let mut events = Body::new(Events::of(events));
    let mut next = async || events.frame().await.map(|frame| frame.unwrap().into_data().unwrap());
    assert_eq!(next().await.as_deref(), Some(&b"data: {}\n\n"[..]));
    assert_eq!(next().await.as_deref(), Some(&b"data: 1\n\n"[..]));
    assert_eq!(next().await, None);
}

#[tokio::test]
async fn trailers_come_after_the_last_line() {
    let mut body = frames([&b"data: {"[..]]);
    let trailers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("x"))]);
    body.0.push_back(Frame::trailers(trailers.clone()));
    let (_, text, found) = answer("text/event-stream", body).await;
    assert_eq!((&*text, found), ("data: {", Some(trailers)));
}
