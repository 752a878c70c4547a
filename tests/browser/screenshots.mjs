// Pictures of a page: on a laptop, on a phone, in the dark, its first chart, and its first proof, if it has one.
//
//   node screenshots.mjs FILE.html FOLDER

import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";

const [file, folder] = process.argv.slice(2);
if (!file || !folder) {
  console.error("usage: node screenshots.mjs FILE.html FOLDER");
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const browser = await launch();
try {
  const page = await browser.newPage();
  const open = async (width, height, scheme) => {
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.goto(pathToFileURL(resolve(file)).href);
  };
  const picture = (name) => ({ path: join(folder, `${name}.png`), optimizeForSpeed: false });
  await open(1280, 800, "light");
  await page.screenshot(picture("laptop"));
  await open(390, 844, "light");
  await page.screenshot(picture("phone"));
  await open(1280, 800, "dark");
  await page.screenshot(picture("dark"));
  await open(1280, 800, "light");
  const chart = await page.$("figure svg");
  if (chart) await chart.screenshot(picture("chart"));
  const proof = await page.$("details.fold");
  if (proof) {
    await proof.evaluate((fold) => (fold.open = true));
    await proof.screenshot(picture("proof"));
  }
} finally {
  await browser.close();
}
