// The example `mcp-files`, started as a person starts it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const PROGRAM = new URL("../../../target/debug/mcp-files", import.meta.url).pathname;

/** Starts the program on a free port, waits until it is ready, and returns its URL and how to stop it. */
export async function start(variables = {}) {
  const port = await freePort();
  const child = spawn(PROGRAM, {
    env: { ...variables, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (text) => (log += text));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes(" is ready at ")) {
      return { url: new URL(`http://127.0.0.1:${port}/mcp`), stop: () => stop(child) };
    }
  }
  throw new Error(`${PROGRAM} ended before it was ready:\n${log}`);
}

async function stop(child) {
  child.kill();
  await once(child, "exit");
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
