// The Connector Log as a club's manager meets it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { laptop, logUrl, open, phone, sendSomebody, until } from "./browser.mjs";

const linesOf = (page, person) => page.locator(".line", { hasText: person.name });
const settled = (page, what = "a first line") =>
  until(() => page.locator(".line").count(), (count) => count > 0, what);

test("the page opens with a sentence and says whose clock it keeps", async (t) => {
  const page = await open(t, logUrl);
  await settled(page);
  const sentence = await page.locator("h1").innerText();
  assert.match(sentence, /^(Nothing has come or gone|[\d,]+ (leads?|people|person)) today.*\.$/);
  assert.match(await page.locator(".under").innerText(), /Times are \w[\w ]*’s; it is \d\d:\d\d there\./);
  assert.deepEqual(page.complaints, []);
});

test("a reader who listens hears the same tools", async (t) => {
  const page = await open(t, logUrl);
  const heard = await page.getByRole("search").ariaSnapshot();
  assert.equal(
    heard.replace(/Needs you \d+/, "Needs you").replace(/:?\n\s+- \/url: .*/g, ""),
    `- search "Find lines":
  - text: Search by name, e-mail, phone or number
  - searchbox "Search by name, e-mail, phone or number"
  - button "Search"
  - group: Filters
  - navigation "Which lines":
    - link "Everything"
    - link "Needs you"
    - link "Export these lines as a spreadsheet (CSV)"`,
  );
});

test("a line arrives while somebody types, and takes neither focus nor page from them", async (t) => {
  const page = await open(t, logUrl);
  await page.waitForSelector("#pulse:not([hidden])");
  await page.evaluate(() => { window.sameVisit = true; });
  await page.locator("#q").focus();
  await page.keyboard.type("half a na");
  const person = await sendSomebody(t);
  await linesOf(page, person).first().waitFor({ timeout: 20_000 });
  assert.equal(await page.evaluate(() => window.sameVisit && document.activeElement.id), "q");
  assert.equal(await page.locator("#q").inputValue(), "half a na");
});

test("a line that arrived is announced once, in words", async (t) => {
  const page = await open(t, logUrl);
  await page.waitForSelector("#pulse:not([hidden])");
  await page.evaluate(() => {
    window.announced = [];
    const status = document.getElementById("announce");
    new MutationObserver(() => window.announced.push(status.textContent)).observe(status, { childList: true });
  });
  const person = await sendSomebody(t);
  await linesOf(page, person).first().waitFor({ timeout: 20_000 });
  const told = await until(() => page.evaluate(() => window.announced), (all) => all.length > 0, "an announcement");
  assert.match(told.join("\n"), /New: \S|new lines|Changed: \S|lines changed/);
});

test("a transfer heals where it stands: the same line, no longer on its way", async (t) => {
  const page = await open(t, logUrl);
  await page.waitForSelector("#pulse:not([hidden])");
  const person = await sendSomebody(t);
  await linesOf(page, person).first().waitFor({ timeout: 20_000 });
  const kinds = () => linesOf(page, person).locator(".kind").allInnerTexts();
  const healed = (all) => all.some((kind) => kind.trim() !== "On its way");
  await until(kinds, healed, `a line of ${person.name} that is not on its way`, 60_000);
  const ids = await page.locator(".line").evaluateAll((lines) => lines.map((line) => line.id));
  assert.equal(new Set(ids).size, ids.length, "no line is shown twice");
});

test("new lines wait behind a button while somebody reads further down", async (t) => {
  const page = await open(t, logUrl);
  await settled(page);
  await page.waitForSelector("#pulse:not([hidden])");
  await page.locator(".more > summary").last().click();
  await page.evaluate(() => scrollTo({ top: 600 }));
  const before = await page.evaluate(() => scrollY);
  const person = await sendSomebody(t);
  await page.locator("#fresh").waitFor({ timeout: 20_000 });
  assert.match((await page.locator("#fresh").innerText()).trim(), /^\d+ new$/);
  assert.equal(await page.evaluate(() => scrollY), before, "nothing moved");
  await until(
    async () => {
      if (await page.locator("#fresh").isVisible()) await page.locator("#fresh").click();
      return linesOf(page, person).count();
    },
    (count) => count > 0,
    "the new line",
  );
  assert.equal(await page.locator("#fresh").isVisible(), false);
});

test("a person is found by name, by e-mail, by the end of the phone number and by tracking UUID", async (t) => {
  const person = await sendSomebody(t);
  const page = await open(t, logUrl);
  for (const words of [person.last, person.last.toUpperCase(), person.email, person.digits, person.uuid]) {
    const found = async () => {
      await page.goto(`${logUrl}?q=${encodeURIComponent(words)}`);
      return linesOf(page, person).count();
    };
    await until(found, (count) => count > 0, `a line found by “${words}”`, 30_000);
  }
});

test("a search without a find helps on", async (t) => {
  const page = await open(t, `${logUrl}?q=nobody-is-called-this`);
  await page.getByRole("heading", { name: "Nothing found for “nobody-is-called-this”" }).waitFor();
  await page.getByRole("link", { name: "Show everything" }).click();
  await settled(page);
});

test("filters are kept in the address and counted on their button", async (t) => {
  const page = await open(t, logUrl);
  await page.getByText("Filters", { exact: true }).click();
  await page.getByLabel("What became of it").selectOption({ label: "Done" });
  await page.getByRole("button", { name: "Show" }).click();
  await page.waitForURL(/type=info/);
  assert.match(await page.locator(".filters > summary").innerText(), /1/);
  for (const kind of await page.locator(".kind").allInnerTexts()) assert.equal(kind.trim(), "Done");
});

test("details show what was sent, and a tracking UUID to copy", async (t) => {
  const page = await open(t, logUrl);
  await settled(page);
  const line = page.locator(".line").first();
  await line.locator("summary").click();
  assert.match(await line.locator(".tracking code").first().innerText(), /^[0-9a-f-]{36}$/);
  await line.locator(".copy").first().waitFor();
});

test("the whole page works from the keyboard", async (t) => {
  const page = await open(t, logUrl);
  await settled(page);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q");
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement.matches(".more > summary"))) break;
  }
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none", "focus can be seen");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.parentElement.open), true);
  await page.keyboard.press("/");
  await page.keyboard.type("nobody-is-called-this");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=nobody-is-called-this/);
});

test("without JavaScript the page lists, opens, filters and searches", async (t) => {
  const page = await open(t, logUrl, { ...laptop, javaScriptEnabled: false });
  assert.ok((await page.locator(".line").count()) > 0);
  await page.locator(".more > summary").first().click();
  assert.ok(await page.locator(".tracking code").first().isVisible());
  assert.equal(await page.locator(".copy").first().isVisible(), false, "no button that could do nothing");
  await page.locator("#q").fill("nobody-is-called-this");
  await page.locator("#q").press("Enter");
  await page.getByRole("heading", { name: /Nothing found/ }).waitFor();
  await page.goto(logUrl);
  await page.locator("#needs").click();
  await page.waitForURL(/needs=you/);
});

test("the list is handed out as CSV that no spreadsheet takes for formulas", async (t) => {
  const person = await sendSomebody(t, { first: "=2+3" });
  const page = await open(t, logUrl);
  await linesOf(page, person).first().waitFor({ timeout: 20_000 });
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".export").click()]);
  assert.match(download.suggestedFilename(), /^connector-log-[a-z-]+\.csv$/);
  const text = await readFile(await download.path(), "utf8");
  assert.ok(text.startsWith("\ufeff\"Type\",\"Time\",\"Person\""));
  assert.match(text, /^"(INFO|WARNING|ERROR|ON ITS WAY)","\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"/m);
  assert.ok(text.includes(`,"'=2+3 `), "the person is in it, and is text");
  assert.equal(/(^|,)"[=+\-@\t\r]/m.test(text), false);
});

test("lines become cards on a phone, and nothing scrolls sideways", async (t) => {
  for (const width of [375, 320]) {
    const page = await open(t, logUrl, { ...phone, viewport: { width, height: 812 } });
    await settled(page);
    await page.getByText("Filters", { exact: true }).click();
    await page.locator(".more > summary").first().click();
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= window, `${content} > ${window}`);
    const outside = await page.locator(".panel input, .panel select, .panel button").evaluateAll((all) => {
      const right = document.querySelector(".panel").getBoundingClientRect().right;
      return all.filter((one) => one.getBoundingClientRect().right > right).map((one) => one.name);
    });
    assert.deepEqual(outside, [], "what is inside the filters stays inside");
    const small = await page.locator("button:visible, .views a, .more > summary").evaluateAll((all) =>
      all.filter((one) => !one.matches(".copy") && one.getBoundingClientRect().height < 40).map((one) => one.textContent));
    assert.deepEqual(small, [], "fingers need 40 pixels");
  }
});

test("on paper only the log is left", async (t) => {
  const page = await open(t, logUrl);
  await settled(page);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.getByRole("search").isVisible(), false);
  assert.ok(await page.locator(".line").first().isVisible());
});

test("a link that opens no log explains itself", async (t) => {
  const page = await open(t, `${new URL(logUrl).origin}/log/no-such-key`);
  assert.equal(page.answer.status(), 404);
  assert.equal(
    await page.getByRole("main").ariaSnapshot(),
    `- main:
  - heading "This link opens no log" [level=1]
  - paragraph: No club’s Connector Log has this address. Often a part of the link was lost when it was copied.
  - heading "What to do" [level=2]
  - list:
    - listitem: Open the link again from where you got it, complete to its last letter.
    - listitem: An administrator of your club finds the right one in the club’s InTouch settings, under Connector Log.`,
  );
});

test("the page keeps its address to itself", async (t) => {
  const page = await open(t, logUrl);
  const headers = page.answer.headers();
  assert.equal(headers["referrer-policy"], "no-referrer");
  assert.equal(headers["cache-control"], "no-store");
  assert.match(headers["x-robots-tag"], /noindex/);
  assert.match(headers["content-security-policy"], /^default-src 'none'/);
  assert.equal(/unsafe/.test(headers["content-security-policy"]), false);
});
