import {mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {plainPages, sitePages} from "../../../src/report/site/sitePages.js";

const PAGES = "pages";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-pages-"));
});
afterEach(() => rm(folder, {recursive: true}));

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const names = async () => (await sitePages(folder)).map(({name}) => name);

describe("the navigation", () => {
  it("begins with the verdict, and says of every other page of the report what it is about", async () => {
    const [first, ...others] = await sitePages(PAGES);
    expect(first).toEqual({name: "Verdict", path: "/index"});
    expect([...new Set(others.map(({group}) => group))]).toEqual([
      "Compare",
      "Rows",
      "Data",
      "Record",
      undefined
    ]);
    expect(others.filter(({about}) => about === undefined).map(({name}) => name)).toEqual(["Notebook"]);
  });

  it("takes in a page by its front matter alone, at the position that it states", async () => {
    await write("index.md", "---\ntitle: Verdict\norder: 10\n---\n");
    await write("runs.md", "---\ntitle: Runs\norder: 130\n---\n");
    await write("backlog.md", '---\ntitle: Backlog\norder: 20\nabout: "rows: unlabelled"\n---\n# Backlog\n');
    await write("draft.md", "---\ntitle: Draft\n---\n");
    await write("plain.md", "# No front matter\n");
    await write("broken.md", "---\ntitle: [\n---\n");
    expect(await names()).toEqual(["Verdict", "Backlog", "Runs"]);
    expect((await sitePages(folder))[1]).toEqual({
      name: "Backlog",
      path: "/backlog",
      about: "rows: unlabelled"
    });
  });

  it("has the report's pages of a project that copied them before they stated their order", async () => {
    await write("costs.md", "---\ntitle: Costs\n---\n");
    await write("index.md", "---\ntitle: Verdict\n---\n");
    expect(await names()).toEqual(["Verdict", "Costs"]);
  });

  it("is empty without a folder of pages", async () => {
    expect(await sitePages(join(folder, "absent"))).toEqual([]);
  });
});

it("only the page of SQL and pages that a team writes may run WebAssembly", async () => {
  const all = (await readdir(PAGES))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `/${name.slice(0, -3)}`);
  const plain = await plainPages();
  expect(all.filter((path) => !plain.has(path)).sort()).toEqual(["/notebook", "/sql"]);
});

it("the documentation says which data a page reads, and which function of assay/site makes them", async () => {
  const documented = await readFile("docs/pages.md", "utf8");
  const lines = documented.split("\n").filter((line) => /^\| (`[\w-]+`(, )?)+ \|/.test(line));
  const quoted = (cell = "") => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
  const named = new Set(["rows", "races"]);
  for (const line of lines) {
    const [, pages, files, functions] = line.split("|");
    for (const [i, file] of quoted(files).entries()) {
      named.add(`${file}.js`);
      if (quoted(functions).length === quoted(files).length)
        expect(await readFile(join(PAGES, "data", `${file}.js`), "utf8")).toContain(quoted(functions)[i]);
    }
    for (const page of quoted(pages)) {
      const text = await readFile(join(PAGES, `${page}.md`), "utf8");
      const attached = [...text.matchAll(/FileAttachment\("data\/([^"]+)"\)/g)].map(([, file]) => file!);
      if (page === "sql") expect(attached).toContain("sql.json");
      else expect([...new Set(attached)].sort(), page).toEqual(quoted(files).sort());
    }
  }
  expect((await readdir(join(PAGES, "data"))).filter((file) => !named.has(file))).toEqual([]);
});
