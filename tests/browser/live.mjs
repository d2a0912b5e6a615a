// A user of the page of `examples/live`, in a headless browser: `node live.mjs PAGE PROFILE PICTURES`. The user logs in, sends a message, sees
// the token expire, and continues with a new token.
import { launch } from "./chromium.mjs";

const [page, profile, pictures] = process.argv.slice(2);
const { open, picture, value, until, check } = launch(profile);

const logged = (text, times) => `[...document.querySelectorAll("#log li")].filter((line) => line.textContent.includes("${text}")).length >= ${times}`;
const heard = (texts) => `[...document.querySelectorAll("#said li")].map((line) => line.textContent).join() === "${texts}"`;
const click = (selector) => value(`document.querySelector('${selector}').click()`);
async function say(text) {
  await value(`document.getElementById("text").value = "${text}"`);
  await click("#form button");
}

async function visit() {
  await open(page);
  await until("the page has no token", `document.readyState === "complete" && document.getElementById("expiry")?.textContent === "You have no token."`);
  await click("#login");
  await until("the server asks", `document.querySelector("button[value=allow]") && document.body.innerText.includes("live:write") && location.href`);
  await click("button[value=allow]");
  await until("server-sent events", logged("events: open", 1));
  await until("a WebSocket", logged("socket: open", 1));
  await until("the expiry", `/^Your token expires in [0-9]+ s, at /.exec(document.getElementById("expiry").textContent)?.[0]`);
  await say("hello");
  await until("the message comes back", heard("1: hello"));
  await until("the socket answers", logged("socket: that was message 1", 1));

  await until("the events end with the token", logged("events: the token expired", 1));
  await until("the socket ends with the token", logged("socket: the token expired", 1));
  await until("the socket is open again", logged("socket: open", 2));
  await say("meanwhile");
  await until("the events are open again", logged("events: open", 2));
  await until("nothing is missed", heard("1: hello,2: meanwhile"));
  await say("again");
  await until("the chat goes on", heard("1: hello,2: meanwhile,3: again"));
  await picture(`${pictures}/live.png`, { width: 700, height: 560 });
}

await check(1, visit);
