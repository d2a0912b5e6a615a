// Controls a headless Chromium with the DevTools protocol over a pipe. Each message is JSON, followed by a zero byte.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export const OPTIONS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

// Starts the browser with the profile folder `profile`.
export function launch(profile) {
  const options = [...OPTIONS, `--user-data-dir=${profile}`, "--remote-debugging-pipe"];
  const chromium = spawn("chromium", options, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const [, , , to, from] = chromium.stdio;
  const answers = new Map();
  const listeners = new Map();
  let received = "";
  from.setEncoding("utf8");
  from.on("data", (piece) => {
    const messages = (received + piece).split("\0");
    received = messages.pop();
    for (const { id, method, params, result, error } of messages.map((message) => JSON.parse(message))) {
      if (method) listeners.get(method)?.(params);
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

  // Evaluates an expression in the page, and returns its value. While the browser changes pages, it returns nothing.
  const value = (expression) =>
    send("Runtime.evaluate", { expression, returnByValue: true }).then(({ result }) => result.value, () => undefined);

  // Calls a function in the page, awaits its result, and returns it. An error in the page is thrown here.
  async function call(f, ...parameters) {
    const expression = `(${f})(...${JSON.stringify(parameters)})`;
    const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  // Waits until an expression is truthy.
  async function until(what, expression) {
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
      const found = await value(expression);
      if (found) return console.log(`${what}: ${found}`);
    }
    const seen = await value("`${location}\\n${document.body.innerText}`");
    throw new Error(`not seen within a minute: ${what}\nThe page is ${seen}`);
  }

  // Opens a page in a new tab, and calls `prepare` before it loads.
  async function open(url, prepare = async () => {}) {
    sessionId = undefined;
    const { targetId } = await send("Target.createTarget", { url: "about:blank" });
    ({ sessionId } = await send("Target.attachToTarget", { targetId, flatten: true }));
    await prepare();
    await send("Page.navigate", { url });
  }

  // Writes a picture of the page, or of the element that a selector finds, in the colours of a light page.
  async function picture(file, { width = 800, height = 600, selector } = {}) {
    await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "light" }] });
    await send("Emulation.setScrollbarsHidden", { hidden: true });
    await call(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    const box = (found) => {
      const { x, y, width, height } = document.querySelector(found).getBoundingClientRect();
      return { x: x + scrollX - 16, y: y + scrollY - 16, width: width + 32, height: height + 32, scale: 1 };
    };
    const clip = selector && (await call(box, selector));
    const { data } = await send("Page.captureScreenshot", { format: "png", clip, captureBeyondViewport: Boolean(selector) });
    writeFileSync(file, Buffer.from(data, "base64"));
  }

  const kill = () => chromium.kill();

  // Runs `count` checks, says whether they passed, and ends the browser.
  async function check(count, run) {
    try {
      await run();
      console.log(`${count} passed, 0 failed`);
    } catch (error) {
      console.error(error);
      process.exitCode = 1;
    } finally {
      kill();
    }
  }

  return { send, picture, value, call, until, open, check, on: (method, listener) => listeners.set(method, listener), kill };
}
