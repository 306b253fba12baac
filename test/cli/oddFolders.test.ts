// @module-tag long
import {existsSync, mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {assay} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const odd = it.skipIf(process.platform === "win32");

async function projectIn(name: string): Promise<string> {
  const project = join(await temporaryProject(), name);
  mkdirSync(join(project, "data-loaders"), {recursive: true});
  writeFileSync(join(project, "package.json"), '{"type": "module"}');
  const text = 'export default {name: "d", source: {kind: "rows", rows: () => [{id: "a", n: 1}]}, id: "id"};';
  writeFileSync(join(project, "data-loaders", "d.ts"), text);
  return project;
}

describe("a project in a folder whose name is a pattern to DuckDB", () => {
  odd.each(["a [v2]", "b?c", "d*e", "f'g", "{h,i}"])("is read by every command: %s", async (name) => {
    const project = await projectIn(name);
    // The loader of tests takes what follows a "?" for a query.
    expect(await assay(project, "pull")).toMatchObject({code: 0});
    expect((await assayHere(project, "rows", "d")).stdout).toMatch(/^a +a +1$/m);
    expect((await assayHere(project, "sql", "select n from d", "--json")).stdout).toContain('"n": 1');
    expect((await assayHere(project, "sql", "select n from d", "--csv")).stdout).toBe("n\n1\n");
    expect(await assayHere(project, "export", "--csv", "tables")).toMatchObject({code: 0});
    expect(existsSync(join(project, "tables", "d.csv"))).toBe(true);
  });

  odd("is exported into a file of DuckDB elsewhere, and told so where DuckDB cannot write", async () => {
    const project = await projectIn("b?c");
    const {code, stderr} = await assayHere(project, "export", "--duckdb", "x.duckdb");
    expect(stderr).toMatch(/cannot write to .*b\?c\/x\.duckdb, since the path has a "\?"\. Name a file/);
    expect(code).toBe(1);
    expect(await assayHere(project, "export", "--duckdb", "../x.duckdb")).toMatchObject({code: 0});
  });
});

odd("a folder from which Node loads nothing is named before anything is made in it", async () => {
  const project = await projectIn("a\\b");
  for (const words of [["pull"], ["init", "."]]) {
    const {code, stderr} = await assayHere(project, ...words);
    expect(stderr).toMatch(/a\\b has a "\\", and Node loads no module from such a folder\. Rename it/);
    expect(code).toBe(1);
  }
  expect(existsSync(join(project, ".assay"))).toBe(false);
  expect(existsSync(join(project, "evals"))).toBe(false);
});
