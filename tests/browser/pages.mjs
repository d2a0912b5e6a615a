// Checks the texts of two pages, and takes their pictures: `node pages.mjs PROFILE PICTURES OPENAPI REPORT`. OPENAPI is
// the page of `examples/openapi`, and REPORT is the file of a report on `examples/audit` and its log.
import { resolve } from "node:path";
import { launch } from "./chromium.mjs";

const [profile, pictures, openapi, report] = process.argv.slice(2);
const { open, picture, until, check } = launch(profile);

const AUDIT = "section[aria-labelledby=audit]";

// Waits until an element has all of these texts.
const has = (selector, ...texts) => until(selector, `(${JSON.stringify(texts)}).every((text) => document.querySelector("${selector}")?.innerText.includes(text))
  && document.querySelector("${selector}").innerText`);

await check(2, async () => {
  await open(openapi);
  await has("#operations", "DELETE /v1/notes/{name}", "notes:write", "notes:admin", " or ", "nothing", "a token");
  await has("#scopes", "Manage everybody's notes.");
  await picture(`${pictures}/openapi.png`, { width: 900, height: 830 });

  await open(`file://${resolve(report)}`);
  await has(AUDIT, "PUT /files/{name}", "files:write");
  await picture(`${pictures}/audit.png`, { width: 1000, height: 700, selector: AUDIT });
});
