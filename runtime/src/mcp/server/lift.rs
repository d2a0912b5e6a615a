//! Copies `securitySchemes` to the top level of each tool in the answer to `tools/list`.
//!
//! rmcp's type for a tool has no field for `securitySchemes`, so the server writes this member into `_meta`. This
//! module then adds a copy to the top level of the tool, in the JSON text of the answer. All other bytes stay as they
//! are. An answer that cannot be parsed stays unchanged.

use std::{
    convert::Infallible,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    response::Response,
};
use http::{
    HeaderMap, HeaderValue, Method, Request,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use http_body_util::BodyExt;
use hyper::body::Frame;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use super::schemes::MEMBER;

/// Marks a request for a list of tools.
#[derive(Clone, Copy)]
pub(in crate::mcp) struct AsksForTools;

/// Tells whether the answer to a request can contain a list of tools. A resumed stream can also contain such a list,
/// because the stream repeats answers that the client lost.
pub(super) fn may_list_tools<B>(request: &Request<B>) -> bool {
    let resumes = request.method() == Method::GET && request.headers().contains_key("last-event-id");
    resumes || request.extensions().get::<AsksForTools>().is_some()
}

/// Copies the schemes of each tool to the top level of the tool. The answer is one JSON text or a stream of events.
pub(super) async fn lift<B>(answer: Response<B>) -> Response
where
    B: HttpBody<Data = Bytes, Error = Infallible> + Send + Unpin + 'static,
{
    let (mut parts, body) = answer.into_parts();
    if has_type(&parts.headers, "text/event-stream") {
        parts.headers.remove(CONTENT_LENGTH);
        return Response::from_parts(parts, Body::new(Events::of(body)));
    }
    if !has_type(&parts.headers, "application/json") {
        return Response::from_parts(parts, Body::new(body));
    }
    let Ok(whole) = body.collect().await;
    let whole = whole.to_bytes();
    let whole = lifted(&whole).map_or(whole, Bytes::from);
    if parts.headers.contains_key(CONTENT_LENGTH) {
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    }
    Response::from_parts(parts, Body::from(whole))
}

fn has_type(headers: &HeaderMap, expected: &str) -> bool {
    let essence = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()?.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(expected))
}

/// The body of an event stream, whose lines are handled one by one.
struct Events<B> {
    body: B,
    /// The beginning of a line whose end has not arrived yet.
    begun: Vec<u8>,
    /// A frame without data (trailers) that came after an incomplete line. `poll_frame` returns the line first, and
    /// then this frame.
    held: Option<Frame<Bytes>>,
    has_ended: bool,
}

impl<B> HttpBody for Events<B>
where
    B: HttpBody<Data = Bytes, Error = Infallible> + Unpin,
{
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(held) = self.held.take() {
            return Poll::Ready(Some(Ok(held)));
        }
        while !self.has_ended {
            let Some(Ok(frame)) = ready!(Pin::new(&mut self.body).poll_frame(cx)) else {
                self.has_ended = true;
                break;
            };
            match frame.into_data() {
                Ok(piece) => {
                    let lines = self.add(&piece);
                    if !lines.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(lines.into()))));
                    }
                }
                Err(other) if self.begun.is_empty() => return Poll::Ready(Some(Ok(other))),
                Err(other) => {
                    self.held = Some(other);
                    break;
                }
            }
        }
        // The last line can end without a line break.
        let rest = (!self.begun.is_empty()).then(|| Frame::data(self.end().into()));
        Poll::Ready(rest.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.begun.is_empty() && self.held.is_none() && (self.has_ended || self.body.is_end_stream())
    }
}

impl<B> Events<B> {
    const fn of(body: B) -> Self {
        Self { body, begun: Vec::new(), held: None, has_ended: false }
    }

    /// Adds a piece of the body, and returns the lines that are now complete.
    fn add(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut ended = Vec::new();
        for line in piece.split_inclusive(|byte| is_end(*byte)) {
            self.begun.extend_from_slice(line);
            if line.last().copied().is_some_and(is_end) {
                ended.append(&mut self.end());
            }
        }
        ended
    }

    /// Ends the current line, and returns it. If the line lists tools, the schemes of each tool are copied to the
    /// tool's top level.
    fn end(&mut self) -> Vec<u8> {
        let line = mem::take(&mut self.begun);
        lifted_in_line(&line).unwrap_or(line)
    }
}

/// Tells whether a byte ends a line. In `\r\n`, the `\r` ends the line, and the `\n` then counts as an empty line.
const fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn lifted_in_line(line: &[u8]) -> Option<Vec<u8>> {
    const FIELD: &[u8] = b"data:";
    let message = line.strip_prefix(FIELD)?;
    Some([FIELD, lifted(message)?.as_bytes()].concat())
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    result: Listed<'a>,
}

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow)]
    tools: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Tool<'a> {
    #[serde(borrow, default, rename = "_meta")]
    meta: Option<Meta<'a>>,
    /// The member `securitySchemes` at the top level of the tool, if present. A later version of rmcp could write this
    /// member at the top level.
    #[serde(default, rename = "securitySchemes")]
    lifted: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow, default, rename = "securitySchemes")]
    schemes: Option<&'a RawValue>,
}

/// Copies the schemes of each tool to the tool's top level, and returns the new message. Returns `None` if there are no
/// schemes to copy, or if the message cannot be parsed.
fn lifted(message: &[u8]) -> Option<String> {
    let message = str::from_utf8(message).ok()?;
    let Answer { result: Listed { tools } } = serde_json::from_str(message).ok()?;
    let (mut lifted, mut rest) = (String::new(), message);
    for tool in tools.iter().map(|tool| tool.get()) {
        let Tool { meta, lifted: None } = serde_json::from_str(tool).ok()? else { continue };
        let Some(schemes) = meta.and_then(|meta| meta.schemes) else { continue };
        let members = tool.strip_suffix('}')?;
        // The tool is a slice of the message, so the difference of the two addresses is the position of the tool.
        let start = members.as_ptr().addr().checked_sub(rest.as_ptr().addr())?;
        let (before, after) = rest.split_at_checked(start + members.len())?;
        lifted.extend([before, ",\"", MEMBER, "\":", schemes.get()]);
        rest = after;
    }
    if lifted.is_empty() {
        return None;
    }
    lifted.push_str(rest);
    Some(lifted)
}

#[cfg(test)]
mod tests;
