// Takes the README's picture from a built site: node --import tsx scripts/screenshot.ts [dist] [docs/report.png]
import {mkdir} from "node:fs/promises";
import {dirname} from "node:path";
import {openBrowser} from "../test/support/browser.js";
import {serveFolder} from "../test/support/serveFolder.js";
import {settled, watchPage} from "../test/support/watchPage.js";

const [dist = "dist", target = "docs/report.png"] = process.argv.slice(2);
const browser = await openBrowser();
if (!browser) throw new Error("no browser to take a picture with");
const server = await serveFolder(dist);
try {
  const page = await browser.newPage({viewport: {width: 1200, height: 1720}, deviceScaleFactor: 1.25});
  const problems = watchPage(page, new URL(server.url).origin);
  await page.goto(server.url);
  await settled(page);
  await page.waitForFunction(() => document.querySelector(".verdict, .empty") !== null);
  if (problems.length > 0) throw new Error(`the page has problems: ${problems.join("; ")}`);
  await mkdir(dirname(target), {recursive: true});
  await page.screenshot({path: target});
  console.log(`${target} shows the first page of ${dist}`);
} finally {
  await browser.close();
  await server.close();
}
