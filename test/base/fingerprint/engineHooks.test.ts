import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {beforeAll, describe, expect, it, vi} from "vitest";
import {initialize, load, resolve} from "../../../src/base/fingerprint/engineHooks.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

let engine: string;
let project: string;

beforeAll(async () => {
  const folder = await temporaryProject();
  await mkdir(join(folder, "lib"));
  await writeFile(join(folder, "lib/part.js"), "export const part = 1;\n");
  engine = pathToFileURL(join(folder, "lib")).href + "/";
  project = pathToFileURL(folder).href + "/evals/";
  await initialize({engine});
});

const asked = (parentURL: string) => ({
  conditions: [],
  importAssertions: {},
  importAttributes: {},
  parentURL
});

describe("modules of the engine", () => {
  it("are found and read without asking the loader of TypeScript", async () => {
    const next = vi.fn();
    const url = `${engine}part.js`;
    expect(await resolve("./part.js", asked(`${engine}bundle.js`), next)).toMatchObject({
      url,
      format: "module"
    });
    const loaded = await load(
      url,
      {conditions: [], importAssertions: {}, importAttributes: {}, format: "module"},
      next
    );
    expect(String(loaded.source)).toBe("export const part = 1;\n");
    expect(next).not.toHaveBeenCalled();
  });

  it.each([
    ["a project's own files", "./part.js", () => project + "some.eval.ts"],
    ["packages", "zod", () => `${engine}bundle.js`],
    ["what lies outside the engine", "../evals/other.js", () => `${engine}bundle.js`],
    ["other kinds of files", "./part.json", () => `${engine}bundle.js`]
  ])("leave %s to it", async (_what, specifier, parent) => {
    const next = vi.fn(() => ({url: "found:by-it"}));
    expect(await resolve(specifier, asked(parent()), next)).toEqual({url: "found:by-it"});
    const read = vi.fn(() => ({format: "module", source: "by it"}));
    const file = `${project}part.js`;
    expect(
      await load(file, {conditions: [], importAssertions: {}, importAttributes: {}, format: undefined}, read)
    ).toMatchObject({
      source: "by it"
    });
  });
});
