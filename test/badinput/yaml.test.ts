import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {readOutputTerms} from "../../src/data/datasets/answers/outputTerms.js";
import {parseYaml} from "../../src/evals/importedResults/tools/promptfoo/files.js";
import {readSpace} from "../../src/evals/mergeSearch/space.js";
import {readPriceFile} from "../../src/base/store/projectPrices.js";
import {projectSettings} from "../../src/base/store/projectSettings.js";
import {readMoeRecipe} from "../../src/weights/merge/moe/read.js";
import {parseRecipes} from "../../src/weights/merge/recipe/parse.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {expectClear, refusalOf, refusalOfPromise} from "./support.js";

const READERS: Record<string, (text: string, file: string) => unknown> = {
  "a recipe": parseRecipes,
  "a mixture's recipe": readMoeRecipe,
  "a search space": readSpace,
  "promptfoo's configuration": (text, file) => parseYaml(file, text)
};

/** Ten names of ten names of …: a few lines that unfold to a billion entries. */
const laughs = () => {
  const lines = ["a0: &a0 [lol]"];
  for (let at = 1; at < 10; at++)
    lines.push(
      `a${at}: &a${at} [${Array(10)
        .fill(`*a${at - 1}`)
        .join(", ")}]`
    );
  return lines.join("\n");
};

const TEXTS: Record<string, [text: string, says: RegExp]> = {
  "an alias within what it names": ["models: &a\n  - 1\n  - *a\n", /line 3: the alias \*a stands within/],
  "an alias in a mapping that it names": ["models: &a {b: {c: *a}}\n", /line 1: the alias \*a stands within/],
  "aliases that unfold without measure": [laughs(), /its aliases unfold to far more than is written/],
  "an alias of nothing": ["models: *none\n", /line 1: Unresolved alias/],
  "lists 101 deep": [
    `models: ${"[".repeat(101)}${"]".repeat(101)}\n`,
    /line 1: .* more than 100 levels deep/
  ],
  "lists 20,000 deep": [`models: ${"[".repeat(2e4)}${"]".repeat(2e4)}\n`, /more than 100 levels deep/],
  "mappings 5,000 deep": [
    Array.from({length: 5000}, (_, at) => `${" ".repeat(at)}a:`).join("\n"),
    /more than 100 levels deep/
  ],
  "brackets that nothing closes": ["[".repeat(2e4), /more than 100 levels deep/]
};

describe.each(Object.entries(READERS))("%s", (_, read) => {
  it.each(Object.entries(TEXTS))("with %s is refused with its file and what to do", (_, [text, says]) => {
    const message = refusalOf(() => read(text, "given.yml"));
    expectClear(message, "given.yml", says);
    expect(message).not.toMatch(/call stack|Excessive alias/i);
  });
});

it("an alias that names what stands elsewhere is read as that", () => {
  expect(parseYaml("given.yml", "a: &one {b: 1}\nc: [*one, *one]\n")).toEqual({
    a: {b: 1},
    c: [{b: 1}, {b: 1}]
  });
});

describe("JSON of a project that nests 200,000 levels", () => {
  const deep = `${"[".repeat(2e5)}${"]".repeat(2e5)}`;
  const mapping = `{"budget": ${deep}, "usd": ${deep}}`;
  const files: Record<string, (project: string) => Promise<unknown>> = {
    "assay.json": projectSettings,
    "output-terms.json": readOutputTerms,
    "prices/given.json": (project) => readPriceFile(join(project, "prices.json"), "prices/given.json")
  };
  it.each(Object.entries(files))("%s is refused with its name", async (file, read) => {
    const project = await temporaryProject();
    for (const text of [deep, mapping]) {
      writeFileSync(join(project, file.replace("prices/given", "prices")), text);
      expectClear(await refusalOfPromise(read(project)), file);
    }
  });
});
