// A user of the page of `examples/quickstart`, in a headless browser: `node quickstart.mjs PAGE PROFILE PICTURES`. The
// 401 names a scope, and the user grants it. The 403 names one scope more, and the user grants this scope, too.
import { launch } from "./chromium.mjs";

const [page, profile, pictures] = process.argv.slice(2);
const { open, picture, value, until, check } = launch(profile);

// Waits for the newest line of the page to have all of these texts.
const newest = (what, ...texts) => until(what, `(${JSON.stringify(texts)}).every((text) => document.querySelector("#log li")?.innerText.includes(text))
  && document.querySelector("#log li").innerText`);
const click = (selector) => value(`document.querySelector('${selector}').click()`);
// Waits until the consent page asks for exactly these scopes, and allows them.
async function allow(file, ...scopes) {
  const asked = '[...document.querySelectorAll("input[name=scope]")].map((box) => box.value).join(" ")';
  await until("the consent page", `document.querySelector("h1")?.innerText === "The quickstart page asks for access"
    && ${asked} === "${scopes.join(" ")}" && document.body.innerText`);
  if (file) await picture(`${pictures}/${file}`, { width: 520, height: 690 });
  await click("button[value=allow]");
}

async function visit() {
  await open(page);
  await until("the page", `document.readyState === "complete" && document.querySelector("h1")?.innerText === "Quickstart"`);
  await click('[data-request="GET /files"]');
  await newest("without a token", "GET /files", "401", 'Bearer scope="files:read", resource_metadata=', "Log in for files:read");
  await click("#log li button");
  await allow(undefined, "files:read");
  await newest("with the token", "GET /files", "200", "hello.txt");

  await click('[data-request="PUT /files/new.txt"]');
  await newest("the token lacks a scope", "PUT /files/new.txt", "403", 'error="insufficient_scope", scope="files:read files:write"');
  await click("#log li button");
  await allow("consent.png", "files:read", "files:write");
  await newest("after the step-up", "PUT /files/new.txt", "201");
  await until("what was shown before stays", `document.getElementById("log").innerText.includes("insufficient_scope")`);
  await picture(`${pictures}/quickstart.png`, { width: 800, height: 640 });
}

await check(1, visit);
