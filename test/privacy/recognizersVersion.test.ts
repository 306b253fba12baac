import {createHash} from "node:crypto";
import {readdirSync, readFileSync} from "node:fs";
import {join, resolve} from "node:path";
import ts from "typescript";
import {describe, expect, it} from "vitest";
import {recognizersVersion} from "../../src/privacy/index.js";

/**
 * By version, a digest of all that decides what is found. Never change a line: raise `recognizersVersion` and add one.
 * Only then are ledgers of the older version made again.
 */
const digests: Record<number, string> = {
  2: "33f0a6b0cb5bbdf67dc644a7f030e875280ce8ce91b87a704f63f7adb73f3182",
  3: "e311b4af31937882e683b446681ec754ac473c18c77a66d2a62b73985d6da5d6",
  4: "e5209a84fa5bd9a63895c3e398fb278323b060c24319992507134fb8e2037ee6",
  5: "aa572b29f6852b41d8763159878cdd9f470f33e9f7c3a1e62ba18cf2f1d207d8"
};

const privacy = resolve(import.meta.dirname, "../../src/privacy");
const deciding = [
  ...readdirSync(join(privacy, "recognizers"), {recursive: true, encoding: "utf8"})
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join("recognizers", name)),
  "digitStarts.ts",
  "finding.ts",
  "host.ts",
  "impersonal.ts",
  "jsonTexts.ts",
  "luhn.ts",
  "marks.ts",
  "overlaps.ts",
  "scanCell.ts",
  "scanContext.ts",
  "scanText.ts",
  "weighContext.ts",
  "wordBoundary.ts",
  "wordsBefore.ts"
].sort();
const libraries = ["@noble/hashes", "@scure/base", "compromise", "ibantools", "libphonenumber-js", "tlds"];

/** Of the code without its comments and its layout, and of the libraries' versions. */
function digest(): string {
  const hash = createHash("sha256");
  for (const name of deciding) {
    const text = readFileSync(join(privacy, name), "utf8").replace(/recognizersVersion = \d+/, "");
    const {outputText} = ts.transpileModule(text, {
      compilerOptions: {removeComments: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext}
    });
    hash.update(`${name}\0${outputText.replace(/\s+/g, " ")}\0`);
  }
  for (const name of libraries) {
    const file = resolve(privacy, "../../node_modules", name, "package.json");
    hash.update(`${name} ${(JSON.parse(readFileSync(file, "utf8")) as {version: string}).version}\0`);
  }
  return hash.digest("hex");
}

describe("the version of the recognisers", () => {
  it("is raised whenever what they find may have changed", () => {
    expect(
      digests[recognizersVersion],
      "recognisers, or a library they use, changed: raise recognizersVersion in src/privacy/recognizers/index.ts and add its digest here"
    ).toBe(digest());
  });

  it("covers every file that a scan of a text reads", () => {
    const reached = new Set<string>();
    const visit = (name: string) => {
      if (reached.has(name)) return;
      reached.add(name);
      for (const [, path] of readFileSync(join(privacy, name), "utf8").matchAll(
        /from "(\.\.?\/[^"]+)\.js"/g
      )) {
        const file = join(name, "..", `${path}.ts`);
        if (!file.startsWith("..")) visit(file);
      }
    };
    visit("scanCell.ts");
    const redaction = new Set(["redact.ts", "mask.ts", "pseudonymKey.ts"]);
    expect([...reached].filter((name) => !redaction.has(name)).sort()).toEqual(deciding);
  });
});
