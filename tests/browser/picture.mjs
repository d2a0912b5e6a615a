// Takes the guide's picture of a report: `node picture.mjs PROFILE PAGE PICTURE`.
import { resolve } from "node:path";
import { launch } from "./chromium.mjs";

const [profile, page, file] = process.argv.slice(2);
const { open, picture, call, until, kill } = launch(profile);

function tick() {
  for (const box of document.querySelectorAll(".scopes input")) if (["docs", "docs:write"].includes(box.value)) box.click();
  const others = document.getElementById("others");
  others.value = "tenant:acme:member";
  others.dispatchEvent(new Event("input"));
}

try {
  await open(`file://${resolve(page)}`);
  await until("the page", `document.getElementById("told")?.textContent`);
  await call(tick);
  await picture(file, { width: 1200, height: 880 });
} finally {
  kill();
}
