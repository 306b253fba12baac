import {fileURLToPath} from "node:url";
import {afterAll, describe, expect, it} from "vitest";
import {allExamples} from "./examples.js";
import {isDocumented} from "./isDocumented.js";
import {closeExamples, runExample} from "./runExample.js";

afterAll(closeExamples);

const examples = allExamples();

const ENTRIES = {
  assay: {file: "index.ts", exported: await import("../../src/index.js")},
  "assay/stats": {file: "base/stats/index.ts", exported: await import("../../src/base/stats/index.js")},
  "assay/site": {file: "report/site/index.ts", exported: await import("../../src/report/site/index.js")},
  "assay/components": {
    file: "report/components/index.ts",
    exported: await import("../../src/report/components/index.js")
  }
};

describe.each(Object.entries(ENTRIES))("%s", (entry, {file, exported}) => {
  it("has a doc comment on every function and value", () => {
    const path = fileURLToPath(new URL(`../../src/${file}`, import.meta.url));
    expect(Object.keys(exported).filter((name) => isDocumented(path, name) !== true)).toEqual([]);
  });

  it("has an example of every function", () => {
    const shown = examples[entry];
    const functions = Object.entries(exported).filter(([, value]) => typeof value === "function");
    const without = functions.map(([name]) => name).filter((name) => !shown?.[name]?.length);
    expect(without, "without an example, in its own file (scorers) or test/docs/examples.json").toEqual([]);
  });
});

describe("the examples of the reference", {tags: ["long"]}, () => {
  for (const [entry, functions] of Object.entries(examples))
    for (const [name, own] of Object.entries(functions))
      it(`${entry}: ${name} gives what the page says`, async () => {
        for (const [expression, result] of own)
          expect(await runExample(entry, expression), expression).toBe(result);
      });
});
