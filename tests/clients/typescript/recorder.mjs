// Records HTTP exchanges.

/** Makes a `fetch` that records each request and its answer. */
export function recorder() {
  const exchanges = [];
  const recording = async (input, init) => {
    const request = new Request(input, init);
    const answer = await fetch(input, init);
    exchanges.push({
      method: request.method,
      url: request.url,
      authorization: request.headers.get("authorization"),
      version: request.headers.get("mcp-protocol-version"),
      status: answer.status,
      challenge: answer.headers.get("www-authenticate"),
    });
    return answer;
  };
  return { exchanges, fetch: recording };
}
