// A loopback proxy that adds a credential, because the suite cannot send one. It changes nothing else.

import { createServer, request } from "node:http";

/** Starts a proxy to `url`, and returns its URL and a function that stops it. */
export async function proxy(url, credential) {
  const { hostname, port, pathname } = new URL(url);
  const server = createServer((incoming, answer) => {
    const { method, url: path, rawHeaders } = incoming;
    // The headers as received, including `Host` and repeated headers.
    const headers = [...rawHeaders, "Authorization", credential];
    const outgoing = request({ hostname, port, method, path, headers, setHost: false }, (response) => {
      answer.writeHead(response.statusCode, response.rawHeaders);
      response.pipe(answer);
    });
    outgoing.on("error", (error) => answer.destroy(error));
    answer.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}${pathname}`, stop };
}
