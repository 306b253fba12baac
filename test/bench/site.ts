import {mkdtemp, rm} from "node:fs/promises";
import {cpus, tmpdir} from "node:os";
import {join} from "node:path";
import {parseArgs} from "node:util";
import {openBrowser} from "../support/browser.js";
import {buildSite, siteProject} from "../support/buildSite.js";
import {serveFolder} from "../support/serveFolder.js";
import {generatedStore} from "./site/generatedStore.js";
import {cpuOf, measurePage, type PageFigures} from "./site/measurePage.js";

/**
 * What pages take to open, in a real Chromium, for a generated run and for a built report, the first page
 * also over a slower network:
 * `npm run bench:site [-- --rows 100000 --candidates 10 --dist dist]`. Prints Markdown for docs/benchmarks.md.
 */
const {values} = parseArgs({
  options: {
    rows: {type: "string", default: "100000"},
    candidates: {type: "string", default: "10"},
    dist: {type: "string"}
  }
});

const FAR = {latencyMs: 40, megabits: 10};
const browser = await openBrowser();
if (!browser) throw new Error("no browser to measure with");
const lines: string[] = [];
const project = await mkdtemp(join(tmpdir(), "assay-bench-site-"));
try {
  await siteProject(project);
  const run = await generatedStore(project, Number(values.rows), Number(values.candidates));
  const builds: string[] = [];
  while (builds.length < 2) {
    const before = process.resourceUsage();
    const started = performance.now();
    await buildSite(project);
    const after = process.resourceUsage();
    builds.push(
      `${((performance.now() - started) / 1000).toFixed(1)} s (this process ${((after.userCPUTime - before.userCPUTime) / 1e6).toFixed(1)} s of processor time)`
    );
  }
  lines.push(`Building the site took ${builds[0]}, and ${builds[1]} with Framework's cache.`, "");
  await measure(`${values.candidates} × ${values.rows}`, join(project, "dist"), run);
  if (values.dist) await measure(values.dist, values.dist, undefined);
} finally {
  await browser.close();
  await rm(project, {recursive: true, force: true});
}
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}\n`);
console.log(lines.join("\n"));

async function measure(name: string, dist: string, run: string | undefined): Promise<void> {
  const server = await serveFolder(dist);
  const query = run ? `?run=${run}` : "";
  lines.push(
    `**${name}**`,
    "",
    "| page | requests | compressed | visible | processor time | heap | layout shift |",
    "|---|---|---|---|---|---|---|"
  );
  try {
    for (const [page, selector] of [
      ["", ".headline"],
      ["candidates", "table"],
      ["differences", ".plot svg"],
      ["examples", "a.row-link"]
    ] as const) {
      const opened = await measurePage(browser!, `${server.url}${page}${query}`, selector);
      lines.push(line(page || "first page", opened.figures));
      if (page === "differences") {
        const slice = opened.page.getByLabel("Rows", {exact: true});
        const labels = await slice.locator("option").allInnerTexts();
        if (labels.length > 2) {
          await cpuOf(
            opened.page,
            opened.session,
            async () => void (await slice.selectOption({label: labels[1]!}))
          );
          const again = await cpuOf(
            opened.page,
            opened.session,
            async () => void (await slice.selectOption({label: labels[2]!}))
          );
          lines.push(`| … another slice | | | | ${again.toFixed(0)} ms | | |`);
        }
      }
      if (page === "examples") {
        const href = (await opened.page.locator("a.row-link").first().getAttribute("href"))!;
        const row = await measurePage(browser!, href, ".one-answer");
        lines.push(line("a row", row.figures));
        await row.page.close();
      }
      await opened.page.close();
      if (page !== "") continue;
      // The server sends files as they are: a host that compresses them is faster.
      const far = await measurePage(browser!, `${server.url}${query}`, selector, FAR);
      lines.push(line(`… at ${FAR.latencyMs} ms and ${FAR.megabits} Mbit/s`, far.figures));
      await far.page.close();
    }
  } finally {
    await server.close();
  }
  lines.push("");
}

function line(name: string, figures: PageFigures): string {
  const {requests, compressedKb, visibleMs, cpuMs, heapMb, layoutShift} = figures;
  return `| ${name} | ${requests} | ${compressedKb.toFixed(0)} kB | ${visibleMs.toFixed(0)} ms | ${cpuMs.toFixed(0)} ms | ${heapMb.toFixed(0)} MB | ${layoutShift.toFixed(3)} |`;
}
