import {mkdirSync, symlinkSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {assay, type Ended} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {expectClear} from "./support.js";

const loaders: Record<string, string> = {
  good: 'export default {name: "good", description: "all \\u001b[31mred", source: {kind: "rows", rows: () => [{id: "a\\u001b[31m", n: 1}]}, id: "id"};',
  nothing: "export const x = 1;",
  misspelt: 'export default {name: "misspelt", privcy: {}, source: {kind: "rows", rows: () => []}};',
  exits: "process.exit(0); export default 1;",
  nulls: "throw null;",
  throws: "const rules: any = 1;\n\nrules.find(1);\nexport default 1;",
  syntax: "export default {{",
  missing: 'import "no-such-package"; export default 1;',
  broken:
    'export default {name: "broken", source: {kind: "rows", rows: () => { throw new Error("the shelf is empty"); }}};'
};

describe("a project with broken files", () => {
  let project: string;
  let pulled: Ended;
  beforeAll(async () => {
    project = await temporaryProject();
    mkdirSync(join(project, "data-loaders"));
    mkdirSync(join(project, "node_modules"));
    symlinkSync(resolve(import.meta.dirname, "../.."), join(project, "node_modules/assay"));
    writeFileSync(join(project, "package.json"), '{"type": "module"}');
    for (const [name, text] of Object.entries(loaders))
      writeFileSync(join(project, "data-loaders", `${name}.ts`), text);
    pulled = await assay(project, "pull");
  });

  it.each([
    ["nothing", /nothing\.ts: it has no default export\. End it with `export default defineDataset/],
    ["misspelt", /misspelt\.ts: dataset "misspelt": it has no member "privcy": did you mean `privacy`\?/],
    ["exits", /exits\.ts: line 1 calls process\.exit\. Take/],
    ["nulls", /nulls\.ts: it could not be loaded/],
    ["throws", /throws\.ts: it could not be loaded: .*\(data-loaders\/throws\.ts line 3\)/],
    ["syntax", /syntax\.ts: it could not be loaded/],
    ["missing", /missing\.ts: it could not be loaded: .*no-such-package/],
    ["broken", /dataset broken: its rows could not be read: the shelf is empty/]
  ])("names the file: %s", (_name, says) => {
    expect(pulled.stderr).toMatch(says);
    expect(pulled.stderr).not.toMatch(/\n\s+at /);
  });

  it("pulls what is sound, and ends with an exit code other than 0", () => {
    expect(pulled.stdout).toMatch(/^good .* 1 +new/m);
    expect(pulled.code).toBe(1);
  });

  it("shows control characters as escapes in a card, and writes them as they are into a file of CSV", async () => {
    const {stdout} = await assayHere(project, "sql", "select id from good", "--csv");
    expect(stdout).toBe("id\na\u001b[31m\n");
    const card = (await assayHere(project, "card", "good")).stdout;
    expect(card).toContain("all \\u001b[31mred");
    expect(card).not.toContain("\u001b");
  });

  it("says that there is a folder where a card should go", async () => {
    const {code, stderr} = await assayHere(project, "card", "good", "-o", "data-loaders");
    expectClear(stderr.trim(), "data-loaders", "a folder");
    expect(code).toBe(1);
  });
});
