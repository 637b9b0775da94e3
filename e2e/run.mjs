// Runs the browser tests against a Connector of their own:
//
//   node e2e/run.mjs target/debug/connector            (starts `connector demo`)
//   node e2e/run.mjs target/debug/examples/preview 0   (the pages over fixtures)

import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const [binary, ...given] = process.argv.slice(2);
if (!binary) {
  console.error("which binary? node e2e/run.mjs <binary> [arguments]");
  process.exit(2);
}
const args = given.length ? given : ["demo", "--port", "0", "--json-urls"];
const connector = spawn(binary, args, { stdio: ["ignore", "pipe", "inherit"] });
process.on("exit", () => connector.kill());

const urls = await addresses();
const here = fileURLToPath(new URL(".", import.meta.url));
const files = (await readdir(here)).filter((name) => name.endsWith(".test.mjs")).map((name) => here + name);
const env = { ...process.env, CONNECTOR_HOME_URL: urls.home, CONNECTOR_LOG_URL: urls.logs[0] };
const tests = spawn(process.execPath, ["--test", ...files], { env, stdio: "inherit" });
tests.on("exit", (code) => process.exit(code ?? 1));

async function addresses() {
  const late = setTimeout(() => fail("named no addresses within two minutes"), 120_000);
  for await (const line of createInterface({ input: connector.stdout })) {
    const found = read(line);
    if (found) {
      clearTimeout(late);
      return found;
    }
  }
  return fail("ended without naming its addresses");
}

function read(line) {
  try {
    const urls = JSON.parse(line);
    return urls.home && urls.logs?.length ? urls : null;
  } catch {
    return null;
  }
}

function fail(what) {
  console.error(`${binary} ${what}`);
  process.exit(1);
}
