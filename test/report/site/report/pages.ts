import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {currentRuns} from "../../../../src/report/site/index.js";
import {canCutNetwork, siteData} from "../../../support/buildSite.js";
import {percent, report} from "../../../support/report.js";
import {FIRST_PAGES, itOpens, itOpensPriced, itSaysWhatToDo, PAGES} from "./looks.js";

async function htmlFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".html"));
  return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
}

describe("the built site", () => {
  it("is built without a network and without an error on any page", async () => {
    if (!canCutNetwork)
      console.warn("the build was not cut off from the network: unshare is not permitted here");
    const {dist, log} = report.site;
    expect(log).not.toMatch(/unable to fetch|registry\.npmjs|jsdelivr|\bWarning\b/);
    const pages = await htmlFiles(dist);
    expect(pages).toHaveLength(PAGES.length);
    for (const html of pages) expect(html).not.toContain("observablehq--error");
  });

  it("shows the store as it is", async () => {
    const {dist} = report.site;
    const data = (await siteData(dist, "verdicts")) as {runs: {id: string}[]};
    const current = (await currentRuns(report.store.workspace)).map(({id}) => id).sort();
    expect(data.runs.map(({id}) => id).sort()).toEqual(current);
    expect(current.length).toBeGreaterThan(6);
    expect((await readdir(join(dist, "data", "rows"))).sort()).toEqual(current);
  });

  it("says the verdict in percent where no script runs", async () => {
    const html = await readFile(join(report.site.dist, "index.html"), "utf8");
    const {action, summaries} = report.run("priced").verdict;
    const [best] = summaries;
    expect(html).toContain(`<p>${action} `);
    expect(html).toContain(
      `<td>${percent(best!.mean)}</td><td>${percent(best!.low)} to ${percent(best!.high)}</td>`
    );
  });

  itOpens(FIRST_PAGES);
  itOpensPriced([""]);
  itSaysWhatToDo(["", "splits"]);
});
