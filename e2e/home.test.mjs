// The landing page of the demonstration, and the guide for partners.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { example, homeUrl, logUrl, open, sendSomebody, until } from "./browser.mjs";

const run = promisify(execFile);

test("there is a door for every reader", async (t) => {
  const page = await open(t, homeUrl);
  const doors = await page.getByRole("heading", { level: 2 }).allInnerTexts();
  assert.deepEqual(doors, ["You run a club", "You run the Connector", "You build the other system"]);
  assert.deepEqual(page.complaints, []);
});

test("the first door leads to the log", async (t) => {
  const page = await open(t, homeUrl);
  await page.locator(".clubs a").first().click();
  await page.waitForURL(logUrl);
});

test("the example works when copied into a terminal", async (t) => {
  const { text } = await example(t);
  const found = await run("sh", ["-c", "command -v curl"]).catch(() => null);
  if (!found) return t.skip("this machine has no curl");
  const { stdout } = await run("sh", ["-c", `set -e\n${text.replace("curl", "curl -sS")}`]);
  assert.match(stdout, /<uuid>[0-9a-f-]{36}<\/uuid>/);
});

test("the figures keep themselves current", async (t) => {
  const page = await open(t, homeUrl);
  await page.waitForSelector("#pulse:not([hidden])");
  const figures = () => page.locator("#counts").innerText();
  const before = await figures();
  await sendSomebody(t);
  await until(figures, (now) => now !== before, "other figures than before");
});

test("the guide's examples carry numbers that work, and every heading can be reached", async (t) => {
  const page = await open(t, new URL("/docs/api", homeUrl).href);
  const text = await page.locator("#first-record").innerText();
  assert.equal(/YOUR_/.test(text), false);
  const links = await page.getByRole("navigation").getByRole("link").all();
  assert.ok(links.length > 5);
  for (const link of links) {
    const target = (await link.getAttribute("href")).slice(1);
    assert.equal(await page.locator(`h2#${target}`).count(), 1, target);
  }
  assert.deepEqual(page.complaints, []);
});
