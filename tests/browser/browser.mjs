// The browser that the checks and the screenshots use: Debian's chromium, or the one that CHROME names.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import puppeteer from "puppeteer-core";

function found() {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const paths = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function launch() {
  const executablePath = process.env.CHROME || found();
  if (!executablePath) throw new Error("no chromium on the PATH; name one in CHROME");
  return puppeteer.launch({ executablePath, headless: true, args: ["--no-sandbox"] });
}
