import {expect, it} from "vitest";
import {referencePage} from "../../scripts/reference/page.js";
import {allExamples as examples} from "./examples.js";

it("names every function and value that the package exports, with its examples", async () => {
  const page = await referencePage();
  const entries = {
    assay: await import("../../src/index.js"),
    "assay/stats": await import("../../src/base/stats/index.js"),
    "assay/site": await import("../../src/report/site/index.js"),
    "assay/components": await import("../../src/report/components/index.js")
  };
  for (const [name, exported] of Object.entries(entries)) {
    const [section] = page.split(`\n## ${name}\n`)[1]?.split("\n## ") ?? [];
    const missing = Object.keys(exported).filter(
      (one) => !new RegExp(`^- \`${one}\\b`, "m").test(section ?? "")
    );
    expect(missing, name).toEqual([]);
  }
  for (const functions of Object.values(examples()))
    for (const own of Object.values(functions))
      for (const [expression, result] of own) expect(page).toContain(`\`${expression}\` gives \`${result}\``);
});
