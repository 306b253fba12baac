import {readFileSync} from "node:fs";
import {afterAll, describe, expect, it} from "vitest";
import {allExamples} from "./examples.js";
import {closeExamples, runExample} from "./runExample.js";

afterAll(closeExamples);

const examples = allExamples();

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
  for (const [entry, exported] of Object.entries(ENTRIES)) {
    const functions = Object.entries(exported).filter(([, value]) => typeof value === "function");
    const without = functions.map(([name]) => name).filter((name) => !examples[entry]?.[name]?.length);
    expect(
      without,
      `without an example, in its own file (scorers) or test/docs/examples.json: ${entry}`
    ).toEqual([]);
  }
});

describe("the examples of the reference", () => {
  for (const [entry, functions] of Object.entries(examples))
    for (const [name, own] of Object.entries(functions))
      it(`${entry}: ${name} gives what the page says`, async () => {
        for (const [expression, result] of own) {
          expect(await runExample(entry, expression), expression).toBe(result);
          expect(reference).toContain(`\`${expression}\` gives \`${result}\``);
        }
      });
});
