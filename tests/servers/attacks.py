"""Requests that a server, but not the gate, may read as a call of `purge_files`. The key allows only `list_files`."""

import gzip

CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{%s}}'
LIST = (CALL % '"name":"list_files"').encode()
PURGE = (CALL % '"name":"purge_files"').encode()

# In UTF-8 this is an argument of `list_files`. In UTF-7 it is a second name, `purge_files`. The last name counts.
UTF_7 = (
    CALL
    % '"name":"list_files","arguments":{"a":"+ACI-},+ACI-name+ACI-:+ACI-purge_files+ACI-,+ACI-b+ACI-:{+ACI-c+ACI-:+ACI-"}'
).encode()

JSON = ("Content-Type", "application/json")

# Each of these types makes some server read the body as UTF-7.
TYPES = [
    "application/json; charset=utf-7",
    "application/json;charset=UTF-7",
    "application/json; charset*=us-ascii''utf-7",
    "application/json; charset*=utf-7",
    "application/json; charset*0=utf-7",
    "application/json; charset*0=utf; charset*1=-7",
    "application/json; charset*0*=us-ascii''utf-7",
    "application/json; charset*0*=us-ascii''utf; charset*1*=-7",
    "application/json; (c)charset=utf-7",
    "application/json; charset(c)=utf-7",
    "application/json; charset=(c)utf-7",
    "application/json; charset *=us-ascii''utf-7",
    "application/json; charset =utf-7",
    "application/json; charset= utf-7",
    "application/json; a=b; charset=utf-7",
    "application/json; charset=utf-8; charset=utf-7",
    "application/json; charset=utf-7; charset=utf-8",
    "application/json; charset=utf-8; charset*=us-ascii''utf-7",
    "application/json; charset=\"utf-7\"",
    "application/json; charset=utf\\-7",
    "application/json; x=\"; charset=utf-8\"; charset=utf-7",
    "application/json (c); charset=utf-7",
    "application/json, application/json; charset=utf-7",
]


def bodies():
    """Yields header fields and bodies. None of them may run a call that the gate did not judge."""
    for kind in TYPES:
        yield [("Content-Type", kind)], UTF_7
    for second in TYPES[:3]:
        yield [JSON, ("Content-Type", second)], UTF_7
        yield [("Content-Type", second), JSON], UTF_7
        yield [JSON, ("Content_Type", second)], UTF_7
        yield [("Content_Type", second), JSON], UTF_7
    yield [JSON, ("Content-Encoding", "gzip")], gzip.compress(PURGE)
    yield [JSON, ("Content_Encoding", "gzip")], gzip.compress(PURGE)
    yield [JSON, ("Transfer-Encoding", "gzip, chunked")], chunked(gzip.compress(PURGE))
    yield [JSON, ("Transfer-Encoding", "chunked"), ("Trailer", "Content-Type")], chunked(
        UTF_7, b"Content-Type: application/json; charset=utf-7\r\n"
    )


def chunked(body, trailers=b""):
    return b"%x\r\n%s\r\n0\r\n%s\r\n" % (len(body), body, trailers)
