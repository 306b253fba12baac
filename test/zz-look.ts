import {rm, mkdir} from "node:fs/promises";
import {siteProject, buildSite} from "./support/buildSite.js";
import {costStore} from "./support/costStore.js";
import {openBrowser} from "./support/browser.js";
import {serveFolder} from "./support/serveFolder.js";
import {settled, watchPage} from "./support/watchPage.js";
const project = "/tmp/costs/site";
const again = process.argv[2] === "again";
if (!again) {
  await rm(project, {recursive: true, force: true});
  await mkdir(project, {recursive: true});
  await siteProject(project);
  const run = await costStore(project);
  console.log(run.id);
} else {
  const {cp} = await import("node:fs/promises");
  await cp("src", project + "/src", {
    recursive: true,
    force: true,
    filter: (p: string) => !p.includes(".observablehq")
  });
}
const site = await buildSite(project);
console.log(
  site.log
    .split("\n")
    .filter((l) => /error|warn|cost/i.test(l))
    .join("\n")
);
const server = await serveFolder(site.dist);
const browser = (await openBrowser())!;
for (const [name, width, scheme] of [
  ["light", 1200, "light"],
  ["dark", 1200, "dark"],
  ["phone", 390, "light"]
] as const) {
  const page = await browser.newPage({viewport: {width, height: 900}, colorScheme: scheme});
  const problems = watchPage(page, new URL(server.url).origin);
  await page.goto(server.url + "costs");
  await settled(page);
  await page.screenshot({path: `/tmp/costs/${name}.png`, fullPage: true});
  console.log(name, problems, await page.evaluate(() => document.documentElement.scrollWidth));
}
await browser.close();
await server.close();
