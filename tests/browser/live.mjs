// A person at the page of `examples/live`, in a headless browser: `node live.mjs PAGE PROFILE`. It logs in, says something, sees its
// token expire, and goes on with a new one.
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

const [page, profile] = process.argv.slice(2);
const chromium = spawn("chromium", [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", `--user-data-dir=${profile}`, "--remote-debugging-pipe",
], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });

// ---- The DevTools protocol over a pipe: messages in JSON, each with a zero at its end.

const [, , , to, from] = chromium.stdio;
const answers = new Map();
let received = "";
from.on("data", (piece) => {
  const messages = (received + piece).split("\0");
  received = messages.pop();
  for (const { id, result, error } of messages.map((message) => JSON.parse(message))) {
    const [resolve, reject] = answers.get(id) ?? [];
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
    answers.delete(id);
  }
});

let asked = 0;
let sessionId;
const send = (method, params = {}) => new Promise((resolve, reject) => {
  answers.set(++asked, [resolve, reject]);
  to.write(`${JSON.stringify({ id: asked, method, params, sessionId })}\0`);
});

// Evaluates an expression in the page, and returns its value; nothing while the browser goes from one page to the next.
const value = (expression) =>
  send("Runtime.evaluate", { expression, returnByValue: true }).then(({ result }) => result.value, () => undefined);

async function until(what, expression) {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
    const found = await value(expression);
    if (found) return console.log(`${what}: ${found}`);
  }
  const seen = await value("`${location}\\n${document.body.innerText}`");
  throw new Error(`not seen within a minute: ${what}\nThe page is ${seen}`);
}

const logged = (text, times) => `[...document.querySelectorAll("#log li")].filter((line) => line.textContent.includes("${text}")).length >= ${times}`;
const heard = (texts) => `[...document.querySelectorAll("#said li")].map((line) => line.textContent).join() === "${texts}"`;
const click = (selector) => value(`document.querySelector('${selector}').click()`);
async function say(text) {
  await value(`document.getElementById("text").value = "${text}"`);
  await click("#form button");
}

async function visit() {
  const { targetId } = await send("Target.createTarget", { url: page });
  ({ sessionId } = await send("Target.attachToTarget", { targetId, flatten: true }));
  await until("the page has no token", `document.getElementById("expiry")?.textContent === "You have no token."`);
  await click("#login");
  await until("the server asks", `document.querySelector("button[value=allow]") && document.body.innerText.includes("live:write") && location.href`);
  await click("button[value=allow]");
  await until("server-sent events", logged("events: open", 1));
  await until("a WebSocket", logged("socket: open", 1));
  await until("the expiry", `/^Your token expires in [0-9]+ s, at /.exec(document.getElementById("expiry").textContent)?.[0]`);
  await say("hello");
  await until("it comes back", heard("1: hello"));
  await until("the socket answers", logged("socket: that was message 1", 1));

  await until("the events end with the token", logged("events: the token expired", 1));
  await until("the socket ends with the token", logged("socket: the token expired", 1));
  await until("the socket is open again", logged("socket: open", 2));
  await say("meanwhile");
  await until("the events are open again", logged("events: open", 2));
  await until("nothing is missed", heard("1: hello,2: meanwhile"));
  await say("again");
  await until("it goes on", heard("1: hello,2: meanwhile,3: again"));
}

try {
  await visit();
  console.log("1 passed, 0 failed");
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
} finally {
  chromium.kill();
}
