// Takes the guide's picture of a report: `node picture.mjs PROFILE PAGE PICTURE`.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { launch } from "./chromium.mjs";

const [profile, page, picture] = process.argv.slice(2);
const { open, send, call, until, kill } = launch(profile);

function tick() {
  for (const box of document.querySelectorAll(".scopes input")) if (["docs", "docs:write"].includes(box.value)) box.click();
  const others = document.getElementById("others");
  others.value = "tenant:acme:member";
  others.dispatchEvent(new Event("input"));
}

try {
  await open(`file://${resolve(page)}`);
  await send("Emulation.setDeviceMetricsOverride", { width: 1200, height: 880, deviceScaleFactor: 1, mobile: false });
  await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "light" }] });
  await send("Emulation.setScrollbarsHidden", { hidden: true });
  await until("the page", `document.getElementById("told")?.textContent`);
  await call(tick);
  const { data } = await send("Page.captureScreenshot", { format: "png" });
  writeFileSync(picture, Buffer.from(data, "base64"));
} finally {
  kill();
}
