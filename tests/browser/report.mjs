// Tests pages of `cargo scopegate report` in a headless browser: `node report.mjs PROFILE FOLDER NAME..`. For each name, FOLDER contains
// the page NAME.html, and optionally the decisions for random tokens, NAME.json (see tests/report).
//
// The page's answers must equal the decisions. axe-core must find no violation, the keyboard must suffice, and the page must make no
// request.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { launch } from "./chromium.mjs";

const [profile, folder, ...names] = process.argv.slice(2);
const { open, send, call, until, on, check } = launch(profile);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// ---- In the page.

// Gives the token these scopes, and reads the table: for each row that can be called, its values.
function tokenWith(granted) {
  const boxes = [...document.querySelectorAll(".scopes input")];
  const known = new Set(boxes.map((box) => box.value));
  for (const box of boxes) box.checked = granted.includes(box.value);
  const others = document.getElementById("others");
  others.value = granted.filter((scope) => !known.has(scope)).join("  ");
  others.dispatchEvent(new Event("input", { bubbles: true }));
  const callable = {};
  const rows = [...document.querySelectorAll("tr[data-row]")];
  for (const row of rows) {
    const cell = row.lastElementChild;
    const word = cell.firstElementChild.textContent;
    if (word !== "Yes" && word !== "No") throw new Error(`a row says ${word}`);
    if (word === "No") continue;
    const values = (one) => Object.fromEntries([...one.querySelectorAll(".value")].map((value) => value.textContent.slice(1).split("} = ")));
    callable[row.dataset.row] = [...cell.querySelectorAll(".values")].map(values);
  }
  return { callable, told: document.getElementById("told").textContent };
}

// Shows the rows that `which` selects (`yes`, `no` or `all`), and returns their ids.
function shown(which) {
  const show = document.getElementById("show");
  show.value = which;
  show.dispatchEvent(new Event("change", { bubbles: true }));
  return [...document.querySelectorAll("tr[data-row]")].filter((row) => row.checkVisibility()).map((row) => row.dataset.row);
}

// Runs axe-core. A check that it cannot complete counts as a violation, except for the contrast of hidden content.
async function objections() {
  const { violations, incomplete } = await axe.run(document, { resultTypes: ["violations", "incomplete"] });
  const isScrolled = (node) => node.any.every(({ data }) => data?.messageKey === "elmPartiallyObscured");
  for (const result of incomplete.filter(({ id }) => id === "color-contrast")) result.nodes = result.nodes.filter((node) => !isScrolled(node));
  const said = ({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join("; ")}`;
  return [...violations, ...incomplete].filter(({ nodes }) => nodes.length > 0).map(said);
}

// ---- The expected answers.

// Lists all combinations of parameter values for which a row can be called, as the decisions do.
function spelt(parameters, values, listed) {
  const combinations = parameters.reduce((all, parameter) => all.flatMap((one) => values.map((value) => ({ ...one, [parameter]: value }))), [{}]);
  const isOne = (one) => listed.length === 0 || listed.some((some) => Object.entries(some).every(([parameter, value]) => one[parameter] === value));
  return combinations.filter(isOne).map((one) => parameters.map((parameter) => one[parameter]));
}

async function agrees(name) {
  const { values, rows, tokens } = JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8"));
  assert(tokens.length >= 200);
  let callable = 0;
  for (const token of tokens) {
    const said = await call(tokenWith, token.granted);
    for (const [row, listed] of Object.entries(said.callable)) said.callable[row] = spelt(rows[row], values, listed);
    assert.deepEqual(said.callable, token.callable, `a token with ${JSON.stringify(token.granted)}`);
    const count = Object.keys(token.callable).length;
    assert(said.told.includes(` can call ${count.toLocaleString("en")} of ${Object.keys(rows).length.toLocaleString("en")} operations`), said.told);
    callable += count;
  }
  const last = Object.keys(tokens.at(-1).callable).sort();
  assert.deepEqual((await call(shown, "yes")).sort(), last);
  assert.equal((await call(shown, "no")).length, Object.keys(rows).length - last.length);
  await call(shown, "all");
  console.log(`${name}: ${tokens.length} tokens, ${callable} positive decisions, ${Object.keys(rows).length} operations`);
}

async function isAccessible(name, scopes) {
  await send("Runtime.evaluate", { expression: axe });
  // axe-core needs a minute for a thousand rows.
  const isLarge = name === "thousand";
  const looks = [["light", []], ["dark", scopes], ...(isLarge ? [] : [["light", scopes], ["dark", []]])];
  for (const [scheme, granted] of looks) {
    await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    await call(tokenWith, granted);
    await call((isOpen) => document.querySelectorAll("details").forEach((details) => (details.open = isOpen)), granted.length > 0 && !isLarge);
    assert.deepEqual(await call(objections), [], `${name}, ${scheme}, a token with ${granted}`);
  }
  console.log(`${name}: axe-core finds no violation in ${looks.length} views`);
}

// ---- A keyboard.

const KEYS = { Tab: 9, " ": 32 };
async function press(key) {
  const event = { key, code: key === " " ? "Space" : key, windowsVirtualKeyCode: KEYS[key], text: key === " " ? " " : undefined };
  await send("Input.dispatchKeyEvent", { type: "keyDown", ...event });
  await send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
}
async function type(text) {
  for (const character of text) await send("Input.dispatchKeyEvent", { type: "char", text: character });
}
const focused = () => call(() => {
  const { value, id, tagName, checked } = document.activeElement;
  return { name: document.activeElement.textContent.trim() || value || id, id, tagName, checked, outline: getComputedStyle(document.activeElement).outlineStyle };
});
async function tabTo(isThere) {
  for (let pressed = 0; pressed < 60; pressed += 1) {
    await press("Tab");
    const there = await focused();
    assert.notEqual(there.outline, "none", `the focus is visible at ${there.name}`);
    if (isThere(there)) return there;
  }
  throw new Error("the keyboard does not reach it");
}
const told = () => call(() => document.getElementById("told").textContent);

async function isUsableByKeyboard() {
  await call(tokenWith, []);
  await call(() => document.activeElement.blur());
  const skip = await tabTo(() => true);
  assert.equal(skip.name, "Skip to the operations");
  assert.equal(await told(), "A token without scopes can call 0 of 6 operations.");
  for (const scope of ["docs", "docs:read"]) {
    await tabTo(({ name }) => name === scope);
    await press(" ");
    assert.equal((await focused()).checked, true);
  }
  assert.equal(await told(), "A token with docs and docs:read can call 0 of 6 operations.");
  await tabTo(({ id }) => id === "others");
  await type("tenant:acme:member");
  assert.equal(await told(), "A token with docs, docs:read and tenant:acme:member can call 2 of 6 operations, 2 of them only for some values.");
  await tabTo(({ id }) => id === "clear");
  await press(" ");
  assert.equal(await told(), "A token without scopes can call 0 of 6 operations.");
  await tabTo(({ id }) => id === "search");
  await type("PUBLISH");
  assert.equal(await told(), "A token without scopes can call 0 of 6 operations. 1 shown.");
  console.log("the keyboard suffices");
}

async function visit(name) {
  const seen = [];
  on("Network.requestWillBeSent", ({ request }) => seen.push(request.url));
  on("Runtime.exceptionThrown", ({ exceptionDetails }) => seen.push(exceptionDetails.exception?.description));
  on("Log.entryAdded", ({ entry }) => seen.push(entry.text));
  const page = `file://${resolve(folder, `${name}.html`)}`;
  await open(page, () => Promise.all(["Network", "Runtime", "Log", "Page"].map((domain) => send(`${domain}.enable`))));
  await until(name, `document.getElementById("told")?.textContent`);
  if (existsSync(`${folder}/${name}.json`)) await agrees(name);
  await isAccessible(name, await call(() => [...document.querySelectorAll(".scopes input")].slice(0, 3).map((box) => box.value)));
  if (name === "tenants") await isUsableByKeyboard();
  // The page's own policy forbids every request.
  const refused = await call(() => fetch("http://127.0.0.1:9/").then(() => "sent", () => "refused"));
  assert.equal(refused, "refused");
  assert.deepEqual(await call(() => [document.title.slice(0, 17), document.querySelectorAll("img, main script").length]), ["Who may call what", 0]);
  const [document, ...others] = seen;
  assert.equal(document, page);
  assert(others.every((text) => text.includes("Content Security Policy") && text.includes("127.0.0.1:9")), others.join("\n"));
}

await check(names.length, async () => {
  for (const name of names) await visit(name);
});
