import {readFileSync} from "node:fs";
import {expect, it} from "vitest";

const reference = readFileSync(new URL("../../docs/reference.md", import.meta.url), "utf8");

it("names every function and value that the package exports", async () => {
  const entries = {
    assay: await import("../../src/index.js"),
    "assay/stats": await import("../../src/stats/index.js"),
    "assay/site": await import("../../src/site/index.js")
  };
  for (const [name, exported] of Object.entries(entries)) {
    const [, part = ""] = reference.split(`\n## ${name}\n`);
    const section = part.split("\n## ")[0]!;
    const missing = Object.keys(exported).filter((one) => !new RegExp(`^- \`${one}\\b`, "m").test(section));
    expect(missing, `npm run reference writes ${name}'s`).toEqual([]);
  }
});
