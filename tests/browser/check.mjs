// Opens pages of reports in a browser and checks what they promise: nothing is fetched, all can be read without a script, on a
// phone, on paper and by a screen reader; tables sort and filter.
//
//   node check.mjs FILE.html [FILE2.html ...]
//
// Says what is wrong, a line each, and ends with 1 if anything is.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { getDocumentProxy } from "unpdf";
import { launch } from "./browser.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LAPTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

// A page of the browser at `size`, gone when `work` is done.
async function on(browser, size, work) {
  const page = await browser.newPage();
  try {
    await page.setViewport(size);
    return await work(page);
  } finally {
    await page.close();
  }
}

// Nothing but the file itself is asked for, and the browser has nothing to complain about.
async function quiet(page, url, wrong) {
  page.on("request", (request) => {
    if (request.url() !== url) wrong(`asks for ${request.url().slice(0, 200)}`);
  });
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) wrong(`console: ${message.text().slice(0, 200)}`);
  });
  page.on("pageerror", (error) => wrong(`error in the script: ${error.message}`));
  page.on("dialog", async (dialog) => {
    wrong(`opens a dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  await page.evaluateOnNewDocument(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  await page.goto(url, { waitUntil: "load" });
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
  const policy = await page.$eval("meta[http-equiv=Content-Security-Policy]", (meta) => meta.content).catch(() => "");
  if (!policy.includes("default-src 'none'") || policy.includes("unsafe")) wrong(`its policy is ${policy || "missing"}`);
  for (const violation of await page.evaluate(() => window.violations)) wrong(`violates its policy: ${violation}`);

  // That the policy holds: what it forbids does not happen. The browser says so in the console, which is no fault here.
  page.removeAllListeners("console");
  page.removeAllListeners("request");
  const refused = await page.evaluate(async () => {
    const before = window.violations.length;
    const image = document.createElement("img");
    image.src = "https://example.invalid/x.png";
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(image, script);
    await fetch("https://example.invalid/").catch(() => null);
    await new Promise((done) => { setTimeout(done, 100); });
    return window.violations.length - before >= 3 && !window.ran;
  });
  if (!refused) wrong("its policy lets images, scripts or requests through");
}

// Ids are there once, and links lead to them.
async function links(page, url, wrong) {
  await page.goto(url);
  const problems = await page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    const twice = ids.filter((id, n) => ids.indexOf(id) !== n).map((id) => `the id ${id} is there twice`);
    const dead = [...document.querySelectorAll("a")]
      .filter((link) => !link.getAttribute("href").startsWith("#") || !document.getElementById(link.hash.slice(1)))
      .map((link) => `a link leads nowhere: ${link.getAttribute("href")}`);
    return [...new Set([...twice, ...dead])];
  });
  problems.forEach(wrong);
}

async function accessible(page, url, wrong, name) {
  await page.setBypassCSP(true);
  await page.goto(url);
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"];
    const { violations } = await window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, at: nodes[0].target.join(" "), count: nodes.length }));
  });
  for (const { id, impact, help, at, count } of found) {
    const text = `${name}: ${id} (${impact}, ${count}): ${help}, at ${at.slice(0, 120)}`;
    if (["serious", "critical"].includes(impact)) wrong(text);
    else console.log(`  note: ${text}`);
  }
}

// Each column of the longest table, sorted with the keyboard: the order that its values have, and back to the first one.
async function sorts(page, url, wrong) {
  await page.goto(url);
  const columns = await page.evaluate(() => {
    const tables = [...document.querySelectorAll("table")].sort((a, b) => b.rows.length - a.rows.length);
    window.longest = tables[0];
    for (let e = window.longest; e; e = e.parentElement) if (e instanceof HTMLDetailsElement) e.open = true;
    return window.longest && window.longest.tBodies[0].rows.length > 5 ? window.longest.tHead.rows[0].cells.length : 0;
  });
  const state = (column) => page.evaluate((column) => {
    const { tHead, tBodies } = window.longest;
    const head = tHead.rows[0].cells[column];
    const number = head.classList.contains("n");
    const cells = [...tBodies[0].rows].map((row) => row.cells[column]);
    const values = cells.map((cell) => cell.textContent.trim());
    return { name: head.textContent, number, values, sort: head.getAttribute("aria-sort") };
  }, column);
  const press = async (column) => {
    await page.evaluate((column) => window.longest.tHead.rows[0].cells[column].querySelector("button").focus(), column);
    await page.keyboard.press("Enter");
  };
  for (let column = 0; column < columns; column += 1) {
    const before = await state(column);
    const words = new Intl.Collator("en", { numeric: true });
    const plain = (text) => Number(text.replaceAll(",", ""));
    const has = (text) => text !== "" && !(before.number && Number.isNaN(plain(text)));
    const compare = before.number ? (a, b) => plain(a) - plain(b) : words.compare;
    for (const order of ["ascending", "descending"]) {
      await press(column);
      const { values, sort } = await state(column);
      if (sort !== order) wrong(`sorting by "${before.name}" says ${sort}, not ${order}`);
      const there = values.filter(has);
      if (values.slice(there.length).some(has)) wrong(`sorted by "${before.name}", a row without a value stands before others`);
      const sign = order === "ascending" ? 1 : -1;
      if (there.some((value, n) => n > 0 && sign * compare(there[n - 1], value) > 0)) {
        wrong(`sorted by "${before.name}", ${order}: the order is wrong`);
      }
      if ([...values].sort().join("\n") !== [...before.values].sort().join("\n")) wrong(`sorting by "${before.name}" changes rows`);
    }
    await press(column);
    const after = await state(column);
    if (after.sort || after.values.join("\n") !== before.values.join("\n")) wrong(`"${before.name}": a third press does not undo`);
  }
}

// The text of the last row leaves that row and those like it, and their number is said.
async function filters(page, url, wrong) {
  await page.goto(url);
  const handle = await page.evaluateHandle(() => {
    const boxes = [...document.querySelectorAll(".filter")];
    const rows = (box) => box.nextElementSibling.querySelectorAll("tbody tr").length;
    const box = boxes.sort((a, b) => rows(b) - rows(a))[0];
    for (let e = box; e; e = e.parentElement) if (e instanceof HTMLDetailsElement) e.open = true;
    return box;
  });
  const box = handle.asElement();
  if (!box) return;
  const state = () => box.evaluate((box) => {
    const rows = [...box.nextElementSibling.querySelectorAll("tbody tr")];
    const shown = rows.filter((row) => row.getBoundingClientRect().height > 0);
    const text = (row) => [...row.cells].map((cell) => cell.textContent.toLowerCase()).join("\n");
    return { all: rows.length, shown: shown.length, texts: shown.map(text), said: box.querySelector("output").textContent };
  });
  const said = ({ shown, all }) => `${shown.toLocaleString("en")} of ${all.toLocaleString("en")} rows`;
  const first = await state();
  if (first.shown !== first.all || first.said !== said(first)) wrong(`the filter begins with "${first.said}"`);
  const words = first.texts.at(-1).split("\n").filter(Boolean).slice(0, 2).join(" ");
  const input = await box.$("input");
  await input.type(words);
  await page.waitForFunction((box, before) => box.querySelector("output").textContent !== before, { timeout: 3000 }, box, first.said)
    .catch(() => null);
  const after = await state();
  const wanted = first.texts.filter((text) => words.split(/\s+/).every((word) => text.includes(word)));
  if (after.shown !== wanted.length || after.said !== said(after)) {
    wrong(`filtering by "${words}" leaves ${after.shown} rows, not ${wanted.length}, and says "${after.said}"`);
  }
}

// What the page says, it says without the script too.
async function plain(browser, url, wrong) {
  const texts = (page) => page.evaluate(() => [...document.querySelectorAll("th, td, caption, p, li")].map((e) => e.textContent.trim()));
  const shown = (script) => on(browser, LAPTOP, async (page) => {
    await page.setJavaScriptEnabled(script);
    await page.goto(url);
    return texts(page);
  });
  const [without, withScript] = [await shown(false), await shown(true)];
  if (without.join("\n") !== withScript.join("\n")) wrong("without the script, some text is missing");
  await on(browser, LAPTOP, async (page) => {
    await page.setJavaScriptEnabled(false);
    await page.goto(url);
    const empty = await page.evaluate(() => [...document.querySelectorAll("main table")]
      .filter((table) => !table.closest("details") && table.getBoundingClientRect().height < 10).length);
    if (empty > 0) wrong(`without the script, ${empty} tables cannot be seen`);
  });
}

async function narrow(page, url, wrong) {
  await page.goto(url);
  const { scroll, client } = await page.evaluate(() => {
    document.querySelectorAll("main details").forEach((details) => { details.open = true; });
    return { scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth };
  });
  if (scroll > client) wrong(`at ${client} px the page is ${scroll} px wide`);
}

// Text without its spaces: in a PDF they are where the layout happened to be.
const dense = (text) => text.normalize("NFKC").replace(/\s+/gu, "");

// On paper: the last row of the longest table is there, its head is on each of its pages, nothing stands beyond the edge.
async function printed(page, url, wrong, format) {
  await page.goto(url);
  const table = await page.evaluate(() => {
    const longest = [...document.querySelectorAll("table")].sort((a, b) => b.rows.length - a.rows.length)[0];
    if (!longest) return null;
    const cells = (row) => [...row.cells].map((cell) => cell.textContent);
    return { head: cells(longest.tHead.rows[0]), rows: [...longest.tBodies[0].rows].map(cells) };
  });
  const document = await getDocumentProxy(await page.pdf({ format, preferCSSPageSize: false }));
  if (document.numPages < 1) wrong(`${format}: no page`);
  if (!table || table.rows.length === 0) return;
  const pages = [];
  for (let n = 1; n <= document.numPages; n += 1) {
    const sheet = await document.getPage(n);
    const [, , width] = sheet.view;
    const { items } = await sheet.getTextContent();
    const beyond = items.find((item) => item.str.trim() && (item.transform[4] < -1 || item.transform[4] + item.width > width + 1));
    if (beyond) wrong(`${format}: on page ${n} "${beyond.str.slice(0, 40)}" stands beyond the edge`);
    pages.push(dense(items.map((item) => item.str).join("")));
  }
  const whole = pages.join("");
  const missing = table.rows.at(-1).find((cell) => !whole.includes(dense(cell)));
  if (missing) wrong(`${format}: the last row of the longest table lacks "${missing.slice(0, 60)}"`);
  // The rows are told apart by their first cells; where those are not unique the pages of a table are not known.
  const names = table.rows.map((row) => dense(row[0]));
  if (new Set(names).size < names.length || names.some((name) => name.length < 4)) return;
  const held = pages.filter((text) => names.filter((name) => text.includes(name)).length > 5);
  const bare = held.filter((text) => !text.includes(dense(table.head.join(""))));
  if (bare.length > 0) wrong(`${format}: ${bare.length} of ${held.length} pages of the longest table lack its head`);
  else console.log(`  ${format}: ${document.numPages} pages, the longest table on ${held.length}`);
}

async function check(browser, file) {
  const url = pathToFileURL(resolve(file)).href;
  const found = [];
  const step = async (name, work) => {
    const wrong = (text) => found.push(`${name}: ${text}`);
    await work(wrong).catch((error) => wrong(error.message));
  };
  await step("network", (wrong) => on(browser, LAPTOP, (page) => quiet(page, url, wrong)));
  await step("links", (wrong) => on(browser, LAPTOP, (page) => links(page, url, wrong)));
  for (const scheme of ["light", "dark"]) {
    for (const size of [LAPTOP, PHONE]) {
      await step("accessibility", (wrong) => on(browser, size, async (page) => {
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        await accessible(page, url, wrong, `${scheme}, ${size.width} px`);
      }));
    }
  }
  await step("sort", (wrong) => on(browser, LAPTOP, (page) => sorts(page, url, wrong)));
  await step("filter", (wrong) => on(browser, LAPTOP, (page) => filters(page, url, wrong)));
  await step("no script", (wrong) => plain(browser, url, wrong));
  await step("phone", (wrong) => on(browser, PHONE, (page) => narrow(page, url, wrong)));
  for (const format of ["A4", "Letter"]) {
    await step("print", (wrong) => on(browser, LAPTOP, (page) => printed(page, url, wrong, format)));
  }
  return found;
}

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: node check.mjs FILE.html [FILE2.html ...]");
  process.exit(2);
}
const browser = await launch();
let failed = false;
try {
  for (const file of files) {
    console.log(file);
    const found = await check(browser, file);
    for (const problem of found) console.log(`  WRONG ${problem}`);
    if (found.length === 0) console.log("  all is well");
    failed ||= found.length > 0;
  }
} finally {
  await browser.close();
}
process.exitCode = failed ? 1 : 0;
