import {createHash} from "node:crypto";
import {existsSync} from "node:fs";
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {pathToFileURL} from "node:url";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {unmadeAnswer} from "../../../src/report/site/unmade.js";
import {finishSite} from "../../../src/report/site/index.js";

let dist: string;

beforeEach(async () => {
  dist = await mkdtemp(join(tmpdir(), "assay-dist-"));
});
afterEach(() => rm(dist, {recursive: true, force: true}));

async function site(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dist, name)), {recursive: true});
    await writeFile(join(dist, name), text);
  }
}

const page = (script: string) =>
  `<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n<link rel="modulepreload" href="./_import/a.1.js">\n<script>globalThis.dark = true;</script>\n</head>\n<body><script type="module">${script}</script></body>\n</html>`;

const small = {
  "index.html": page(
    `import {define} from "./_observablehq/client.1.js";\nconst {a} = await import("./_import/a.1.js");\ndefine(a);`
  ),
  "team/notes.html": page(`const {b} = await import("../_import/b.1.js");`),
  "_observablehq/client.1.js": `globalThis.started = 1; export const define = (x) => x; export const later = () => import("../_npm/absent@0.0.0/_esm.js");`,
  "_import/a.1.js": `import {shared} from "./shared.1.js"; export const a = "a" + shared;`,
  "_import/b.1.js": `import {shared} from "./shared.1.js"; export const b = "b" + shared;`,
  "_import/shared.1.js": `export const shared = "-shared"; export const unused = "never asked for";`,
  "_import/style.1.css": "body {}"
};

describe("the built site", () => {
  it("holds a few bundles in place of its modules, and its pages import those", async () => {
    await site(small);
    await finishSite(dist);
    const files = (await readdir(dist, {recursive: true})).filter((file) => file.endsWith(".js"));
    expect(files.every((file) => file.startsWith("_report"))).toBe(true);
    expect(existsSync(join(dist, "_import/style.1.css"))).toBe(true);
    const notes = await readFile(join(dist, "team/notes.html"), "utf8");
    const [, bundle] = /import\("([^"]+)"\)/.exec(notes)!;
    const loaded = (await import(pathToFileURL(join(dist, "team", bundle!)).href)) as {b: string};
    expect(loaded.b).toBe("b-shared");
    const text = (await Promise.all(files.map((file) => readFile(join(dist, file), "utf8")))).join();
    expect(text).not.toContain("never asked for");
    expect(text).toContain("../_npm/absent@0.0.0/_esm.js");
  });

  it("has a card with the reason in the place of a page whose data could not be made", async () => {
    const withData = (name: string) =>
      `<html><head></head><body><script type="module">registerFile("./_file/data/${name}")</script><main class="x">\n<p>figures</p>\n</main></body></html>`;
    await site({
      ...small,
      "costs.html": withData("costs.1.json"),
      "runs.html": withData("runs.1.json"),
      "_file/data/costs.1.json": "[]",
      "_file/data/runs.1.json": unmadeAnswer("run words-1: it <lacks> a table"),
      "data/rows/words-1.tar": unmadeAnswer("run words-1: it lacks a table")
    });
    expect((await finishSite(dist)).map(({path}) => path).sort()).toEqual([
      "_file/data/runs.1.json",
      "data/rows/words-1.tar"
    ]);
    const [costs, runs] = await Promise.all(
      ["costs.html", "runs.html"].map((name) => readFile(join(dist, name), "utf8"))
    );
    expect(costs).toContain("<p>figures</p>");
    expect(runs).toContain(
      "This page could not be made.</p>\n<p>run words-1: it &#60;lacks&#62; a table</p>"
    );
    expect(runs).not.toContain("figures");
    expect(existsSync(join(dist, "_file/data/runs.1.json"))).toBe(false);
  });

  it("preloads what a page imports, and nothing that is gone", async () => {
    await site(small);
    await finishSite(dist);
    for (const name of ["index.html", "team/notes.html"]) {
      const html = await readFile(join(dist, name), "utf8");
      const preloaded = [...html.matchAll(/modulepreload" href="([^"]+)"/g)].map(([, href]) => href!);
      expect(preloaded.length).toBeGreaterThan(0);
      for (const href of preloaded) expect(existsSync(join(dist, dirname(name), href))).toBe(true);
    }
  });

  it("allows only the scripts that a page was built with", async () => {
    await site(small);
    await finishSite(dist);
    const html = await readFile(join(dist, "index.html"), "utf8");
    const [, policy] = /Content-Security-Policy" content="([^"]+)"/.exec(html)!;
    for (const [, script] of html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g))
      expect(policy).toContain(`'sha256-${createHash("sha256").update(script!).digest("base64")}'`);
    expect(policy).not.toContain("unsafe-eval' 'unsafe-inline");
    expect(policy).toMatch(/default-src 'self';/);
  });

  it("is left as it is when no page has a script", async () => {
    await site({"index.html": "<!DOCTYPE html>\n<html><body>Nothing yet.</body></html>"});
    await finishSite(dist);
    expect(await readdir(dist)).toEqual(["index.html"]);
  });
});
