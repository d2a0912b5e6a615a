// Starts the examples as a user would.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

const PROGRAMS = new URL("../../../target/debug/", import.meta.url);

/** Starts `mcp-files` on a free port, waits until it is ready, and returns its URL and a function that stops it. */
export async function start(variables = {}) {
  return startProgram("mcp-files", await freePort(), variables);
}

/** Starts a program that serves `/mcp` on a port. */
export async function startProgram(name, port, variables) {
  const path = new URL(name, PROGRAMS).pathname;
  const child = spawn(path, {
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
  throw new Error(`${path} ended before it was ready:\n${log}`);
}

async function stop(child) {
  child.kill();
  await once(child, "exit");
}

/** Finds a free port. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
