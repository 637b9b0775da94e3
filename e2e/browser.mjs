// Chromium for the tests, the addresses of the Connector under test, and a partner who sends records to it.

import { existsSync } from "node:fs";
import { after } from "node:test";
import { chromium } from "playwright-core";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const homeUrl = address("CONNECTOR_HOME_URL");
export const logUrl = address("CONNECTOR_LOG_URL");
export const laptop = { viewport: { width: 1440, height: 900 } };
export const phone = { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true };

function address(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; \`node e2e/run.mjs <binary>\` starts a Connector and sets it`);
  return value;
}

const browser = await chromium.launch({
  executablePath: process.env.CONNECTOR_CHROMIUM ?? BROWSERS.find(existsSync),
  args: ["--no-sandbox"],
});
after(() => browser.close());

// Opens an address in a browser of its own, closed when the test ends. What the page complains of is kept.
export async function open(t, url, options = laptop) {
  const context = await browser.newContext({ ...options, acceptDownloads: true });
  t.after(() => context.close());
  const page = await context.newPage();
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.answer = await page.goto(url, { waitUntil: "load" });
  return page;
}

// Waits until the answer is as wanted; what is asked again and again may take its time, but not for ever.
export async function until(ask, wanted, what, within = 20_000) {
  const end = Date.now() + within;
  let last;
  do {
    last = await ask();
    if (wanted(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 150));
  } while (Date.now() < end);
  throw new Error(`${what}: not within ${within / 1000} s; last seen: ${JSON.stringify(last)}`);
}

// The example that the landing page offers to copy, as its parts.
export async function example(t) {
  const page = await open(t, homeUrl);
  const text = await page.locator("#first-record").innerText();
  const [, user] = text.match(/-u '([^']+)'/);
  const [, body] = text.match(/--data '([^']+)'/);
  const [url] = text.match(/https?:\S+$/);
  return { text, user, body, url };
}

let sent = 0;

// Sends a person nobody else has, as a partner would; answers who it was.
export async function sendSomebody(t, { first = "Quinn" } = {}) {
  const { user, body, url } = await example(t);
  const mark = `${Date.now().toString(36)}${process.pid.toString(36)}${(sent += 1)}`;
  const letters = mark.replace(/\d/g, (digit) => "ghijklmnop"[digit]);
  const person = {
    first,
    last: `Zz${letters}`,
    email: `quinn.${mark}@example.com`,
    digits: String(1000 + Math.floor(Math.random() * 9000)),
  };
  const document = body
    .replace(/<recordID>.*</, `<recordID>e2e-${mark}<`)
    .replace(/<firstname>.*</, `<firstname>${person.first}<`)
    .replace(/<lastname>.*</, `<lastname>${person.last}<`)
    .replace(/<email>.*</, `<email>${person.email}<`)
    .replace(/<mobile>.*</, `<mobile>604 555 ${person.digits}<`);
  const headers = { authorization: `Basic ${btoa(user)}`, "content-type": "application/xml" };
  const answer = await fetch(url, { method: "POST", headers, body: document });
  const said = await answer.text();
  if (answer.status !== 200) throw new Error(`the save was answered ${answer.status}: ${said}`);
  person.name = `${person.first} ${person.last}`;
  person.uuid = said.match(/<uuid>([^<]+)</)[1];
  return person;
}
