// Runs scenarios of the suite against the server with and without its gate, and compares the results of each check.
//
//     compare.mjs BARE_URL GATED_URL KEY
//
// Requests to the server with the gate go through a proxy that adds the key.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { proxy } from "./proxy.mjs";

const SUITE = fileURLToPath(new URL("node_modules/.bin/conformance", import.meta.url));
const VERSION = "2026-07-28";
const SCENARIOS = [
  "server-stateless",
  "caching",
  "http-header-validation",
  "http-custom-header-server-validation",
  "dns-rebinding-protection",
  "sep-2164-resource-not-found",
];

/** Runs one scenario, and returns its checks. The suite fails if a check fails, which does not matter here. */
async function run(scenario, url) {
  const folder = await mkdtemp(join(tmpdir(), "conformance-"));
  const args = [SUITE, "server", "--url", url, "--scenario", scenario, "--spec-version", VERSION, "-o", folder];
  const said = await new Promise((done) => execFile(process.execPath, args, (_, out, log) => done(out + log)));
  const [results] = await readdir(folder);
  if (results === undefined) throw new Error(`${scenario} at ${url} has no results:\n${said}`);
  const checks = JSON.parse(await readFile(join(folder, results, "checks.json"), "utf8"));
  await rm(folder, { recursive: true });
  return checks;
}

/** The parts of a check that must be the same. */
function outcome({ id, name, status, errorMessage = "" }) {
  return `${status} ${id} ${name} ${errorMessage}`.trim();
}

const [bareUrl, gatedUrl, key] = process.argv.slice(2);
const withKey = await proxy(gatedUrl, `Bearer ${key}`);
let failed = false;
for (const scenario of SCENARIOS) {
  const bare = (await run(scenario, bareUrl)).map(outcome);
  const gated = (await run(scenario, withKey.url)).map(outcome);
  const different = bare.length !== gated.length || bare.some((check, at) => check !== gated[at]);
  const passed = (checks) => `${checks.filter((check) => check.startsWith("SUCCESS ")).length}/${checks.length}`;
  const row = [scenario.padEnd(38), `bare ${passed(bare)}`.padEnd(12), `gated ${passed(gated)}`.padEnd(13)];
  console.log(...row, different ? "DIFFERENT" : "the same");

  bare.filter((check) => !check.startsWith("SUCCESS ")).forEach((check) => console.log(`    also without the gate: ${check}`));
  if (different) {
    bare.filter((check) => !gated.includes(check)).forEach((check) => console.log(`    bare:  ${check}`));
    gated.filter((check) => !bare.includes(check)).forEach((check) => console.log(`    gated: ${check}`));
  }
  // If no check passes without the gate, equal results show nothing.
  failed ||= different || !bare.some((check) => check.startsWith("SUCCESS "));
}
withKey.stop();
process.exit(failed ? 1 : 0);
