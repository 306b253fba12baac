import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {expect, it} from "vitest";
import {siteFooter, siteHead, siteHeader} from "../../../src/report/site/frame.js";
import {openBrowser} from "../../support/browser.js";
import {serveFolder} from "../../support/serveFolder.js";

it("says on a page that was opened as a file how to open it, and nothing on one from a server", async (context) => {
  const browser = await openBrowser();
  if (!browser) return context.skip("no browser");
  const folder = await mkdtemp(join(tmpdir(), "assay-frame-"));
  const server = await serveFolder(folder);
  try {
    const file = join(folder, "index.html");
    await writeFile(file, `<!DOCTYPE html><meta name="viewport">${siteHead}<main>Verdict</main>`);
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    expect(await page.locator("main").innerText()).toMatch(/opened as a file.*Serve its folder/s);
    await page.goto(server.url);
    expect(await page.locator("main").innerText()).toBe("Verdict");
  } finally {
    await browser.close();
    await server.close();
    await rm(folder, {recursive: true});
  }
}, 60_000);

it("links to files, so that a host without clean addresses finds them", () => {
  const pages = [
    {name: "Verdict", path: "/index"},
    {name: "Runs", path: "/runs"},
    {name: "Ours", path: "/team/ours"}
  ];
  for (const path of ["/index", "/team/ours"]) {
    const links = [...`${siteHeader("Report", pages, path)}${siteFooter}`.matchAll(/href="([^"#]+)"/g)];
    expect(links.length).toBe(5);
    for (const [, link] of links) expect(link).toMatch(/\/$|\.html$/);
  }
});

it("lists pages of a group below its name, and those of the group that is read in a line of their own", () => {
  const pages = [
    {name: "Verdict", path: "/index"},
    {name: "Costs", path: "/costs", group: "Compare", about: "hostings"},
    {name: "Runs", path: "/runs", group: "Record", about: "versions"}
  ];
  const header = siteHeader("Assay", pages, "/costs");
  expect(header).toContain('<li><a href="./">Verdict</a></li><li class="here">Compare</li>');
  expect(header).toContain(
    '<ul class="siblings" aria-label="Pages of Compare"><li><a href="./costs.html" aria-current="page">Costs</a>'
  );
  expect(header).toContain(
    '<summary>Record</summary><ul><li><a href="./runs.html">Runs</a><small>versions</small></li>'
  );
  expect(header).toMatch(/<noscript>.*JavaScript/);
});
