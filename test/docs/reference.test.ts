import {readFileSync} from "node:fs";
import {afterAll, describe, expect, it} from "vitest";
import examples from "./examples.json" with {type: "json"};
import {closeExamples, runExample} from "./runExample.js";

afterAll(closeExamples);

/** For each function of an entry point, expressions and what they give. */
type Examples = Record<string, Record<string, [expression: string, result: string][]>>;

const reference = readFileSync(new URL("../../docs/reference.md", import.meta.url), "utf8");

const ENTRIES = {
  assay: await import("../../src/index.js"),
  "assay/stats": await import("../../src/base/stats/index.js"),
  "assay/site": await import("../../src/report/site/index.js"),
  "assay/components": await import("../../src/report/components/index.js")
};

it("names every function and value that the package exports", () => {
  for (const [name, exported] of Object.entries(ENTRIES)) {
    const [, part = ""] = reference.split(`\n## ${name}\n`);
    const section = part.split("\n## ")[0]!;
    const missing = Object.keys(exported).filter((one) => !new RegExp(`^- \`${one}\\b`, "m").test(section));
    expect(missing, `npm run reference writes ${name}'s`).toEqual([]);
  }
});

it("has an example of every function", () => {
  const shown = examples as unknown as Examples;
  for (const [entry, exported] of Object.entries(ENTRIES)) {
    const functions = Object.entries(exported).filter(([, value]) => typeof value === "function");
    const without = functions.map(([name]) => name).filter((name) => !shown[entry]?.[name]?.length);
    expect(without, `without an example in test/docs/examples.json: ${entry}`).toEqual([]);
  }
});

describe("the examples of the reference", () => {
  for (const [entry, functions] of Object.entries(examples as unknown as Examples))
    for (const [name, own] of Object.entries(functions))
      it(`${entry}: ${name} gives what the page says`, async () => {
        for (const [expression, result] of own) {
          expect(await runExample(entry, expression), expression).toBe(result);
          expect(reference).toContain(`\`${expression}\` gives \`${result}\``);
        }
      });
});
