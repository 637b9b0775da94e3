// axe finds nothing to complain of: on every page, in the light, in the dark, and on a phone.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { homeUrl, laptop, logUrl, open, phone } from "./browser.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const pages = {
  "the log": logUrl,
  "what needs the club": `${logUrl}?needs=you`,
  "a filtered log": `${logUrl}?type=error&from=2026-01-01`,
  "a search without a find": `${logUrl}?q=nobody-is-called-this`,
  "a link that opens nothing": `${new URL(logUrl).origin}/log/no-such-key`,
  "the landing page": homeUrl,
  "the guide": new URL("/docs/api", homeUrl).href,
};

const looks = {
  "in the light": { ...laptop, colorScheme: "light" },
  "in the dark": { ...laptop, colorScheme: "dark" },
  "on a phone": { ...phone, colorScheme: "light" },
  "on a phone in the dark": { ...phone, colorScheme: "dark" },
};

for (const [what, url] of Object.entries(pages)) {
  for (const [how, options] of Object.entries(looks)) {
    test(`axe finds nothing: ${what}, ${how}`, async (t) => {
      const page = await open(t, url, { ...options, bypassCSP: true, reducedMotion: "reduce" });
      for (const summary of (await page.locator("summary").all()).slice(0, 5)) await summary.click();
      await page.evaluate(axe);
      const { violations } = await page.evaluate((tags) => window.axe.run({ runOnly: tags }), TAGS);
      const told = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target + " " + node.failureSummary).join("; ")}`);
      assert.deepEqual(told, []);
    });
  }
}
