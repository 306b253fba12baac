import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {modulesBelow, moduleVersion, packagesOf} from "../../../src/base/fingerprint/moduleVersion.js";

const src = resolve(import.meta.dirname, "../../../src");
const room = (name: string) => join(src, name);
let folder: string;
let copies = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-code-"));
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** The version of a module in a copy of some rooms, in which one file has been edited: a module is read once. */
function versionIn(
  rooms: readonly string[],
  module: string,
  edit?: {file: string; to: (text: string) => string}
) {
  const copy = join(folder, String(copies++));
  for (const name of rooms) cpSync(room(name), join(copy, name), {recursive: true});
  if (edit) {
    const before = readFileSync(join(copy, edit.file), "utf8");
    const after = edit.to(before);
    expect(after).not.toBe(before);
    writeFileSync(join(copy, edit.file), after);
  }
  return moduleVersion(join(copy, module));
}

/** Files of made-up JavaScript by their names, and the version of the first. */
function versionOf(files: Record<string, string>): string {
  const copy = join(folder, String(copies++));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(copy, name, ".."), {recursive: true});
    writeFileSync(join(copy, name), text);
  }
  return moduleVersion(join(copy, Object.keys(files)[0]!));
}

describe("a module's version", () => {
  const scorers = ["evals/scorers"];
  const following = "evals/scorers/instructionFollowing.ts";
  const deep = "evals/scorers/instructions/words.ts";

  it("is the same wherever the code lies", () => {
    expect(versionIn(scorers, following)).toBe(versionIn(scorers, following));
    expect(versionIn(scorers, following)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("moves with a helper that is three imports deep, and with nothing that it does not reach", () => {
    const before = versionIn(scorers, following);
    const below = [...modulesBelow(room(following)).keys()].map((path) => path.slice(src.length + 1));
    expect(below).toContain(deep);
    // instructionFollowing → instructions/index → a group of checks → words.
    expect(readFileSync(room(following), "utf8")).not.toMatch(/words\.js/);
    const more = {to: (text: string) => `${text}\nexport const more = 1;\n`};
    expect(versionIn(scorers, following, {file: deep, ...more})).not.toBe(before);
    expect(below).not.toContain("evals/scorers/tokenF1.ts");
    expect(versionIn(scorers, following, {file: "evals/scorers/tokenF1.ts", ...more})).toBe(before);
  });

  it("counts of a room's index only what is taken from it", () => {
    const rooms = ["base/costs", "base/stats"];
    const taking = "base/costs/cascade/pairedLoss.ts";
    const before = versionIn(rooms, taking);
    const edit = (file: string) => ({file, to: (text: string) => `${text}\nexport const more = 1;\n`});
    expect(versionIn(rooms, taking, edit("base/stats/proportion.ts"))).not.toBe(before);
    expect(versionIn(rooms, taking, edit("base/stats/bradleyTerry.ts"))).toBe(before);
    expect(
      versionIn(rooms, taking, {
        file: "base/stats/index.ts",
        to: (text) => `${text}export {bradleyTerry as more} from "./bradleyTerry.js";\n`
      })
    ).toBe(before);
  });

  it("of what a compiler made does not move with comments and layout", () => {
    const plain = versionOf({
      "a.js": 'import {b} from "./b.js";\nexport const a = b + 1;\n',
      "b.js": "export const b = 1;\n"
    });
    expect(
      versionOf({
        "a.js": 'import { b } from "./b.js";\n/** One more. */\nexport const a = b+1;',
        "b.js": "export const b = 1; // one"
      })
    ).toBe(plain);
    expect(
      versionOf({
        "a.js": 'import {b} from "./b.js";\nexport const a = b + 1;\n',
        "b.js": "export const b = 2;\n"
      })
    ).not.toBe(plain);
  });

  it("moves with a worker, a lazily loaded part, and the version of a package, however it is loaded", () => {
    const files = {
      "a.js":
        'const w = new URL("./worker.js", import.meta.url);\nexport const later = () => import("./late.js");\n',
      "worker.js": 'import {z} from "known";\nz();\n',
      "late.js": "export default 1;\n",
      "node_modules/known/package.json": '{"version": "1.0.0"}'
    };
    const before = versionOf(files);
    expect(versionOf({...files, "worker.js": 'import {z} from "known";\nz(1);\n'})).not.toBe(before);
    expect(versionOf({...files, "late.js": "export default 2;\n"})).not.toBe(before);
    expect(versionOf({...files, "node_modules/known/package.json": '{"version": "1.0.1"}'})).not.toBe(before);
  });

  const one = "export const b = 1;\n";
  const packageJson = '{"type": "module", "imports": {"#lib/*": "./lib/*"}}';
  const tsconfig = '{"compilerOptions": {"paths": {"@lib/*": ["./lib/*"]}}}';
  it.each<[string, Record<string, string>, string]>([
    [
      "package.json's imports",
      {"a.js": 'import {b} from "#lib/b.js";', "lib/b.js": one, "package.json": packageJson},
      "lib/b.js"
    ],
    [
      "the same of TypeScript",
      {"a.ts": 'import {b} from "#lib/b.js";', "lib/b.ts": one, "package.json": packageJson},
      "lib/b.ts"
    ],
    [
      "tsconfig.json's paths",
      {"a.ts": 'import {b} from "@lib/b";', "lib/b.ts": one, "tsconfig.json": tsconfig},
      "lib/b.ts"
    ],
    ["a folder's index.js", {"a.ts": 'import {b} from "./h";', "h/index.js": one}, "h/index.js"],
    ["TSX", {"a.ts": 'import {b} from "./b.js";', "b.tsx": one}, "b.tsx"],
    ["a template without values", {"a.js": "export const a = () => import(`./b.js`);", "b.js": one}, "b.js"],
    [
      "a comment with an apostrophe",
      {"a.ts": 'import {\n  b // the team\'s\n} from "./b.js";', "b.ts": one},
      "b.ts"
    ],
    [
      "a line with two",
      {"a.ts": 'import {x} from "./x.js"; import {b} from "./b.js";', "x.ts": "", "b.ts": one},
      "b.ts"
    ],
    [
      "a barrel, run for its effect",
      {"a.js": 'import "./all.js";', "all.js": 'export {b} from "./b.js";', "b.js": one},
      "b.js"
    ],
    [
      "a barrel, as one value",
      {
        "a.ts": 'import {ns} from "./all.js";',
        "all.ts": 'export * as ns from "./more.js";',
        "more.ts": 'export {b} from "./b.js";',
        "b.ts": one
      },
      "b.ts"
    ]
  ])("moves with what is imported through %s", (_, files, file) => {
    expect(versionOf({...files, [file]: one.replace("1", "2")})).not.toBe(versionOf(files));
    expect(versionOf({...files, [file]: `// One.\n${one}`})).toBe(versionOf(files));
  });

  it("moves with a linked package of the workspace, whose version stays, and not with an installed one's files", () => {
    const parts = {
      "package.json": '{"version": "0.0.0", "exports": {"./part": "./src/part.js"}}',
      "src/part.js": one
    };
    const version = (linked: boolean, text: string) => {
      const project = join(folder, String(copies++));
      const home = join(project, linked ? "packages/team" : "node_modules/@own/team");
      for (const [name, said] of Object.entries({...parts, "src/part.js": text})) {
        mkdirSync(join(home, name, ".."), {recursive: true});
        writeFileSync(join(home, name), said);
      }
      mkdirSync(join(project, "node_modules/@own"), {recursive: true});
      if (linked) symlinkSync(home, join(project, "node_modules/@own/team"));
      writeFileSync(join(project, "a.js"), 'import {b} from "@own/team/part";\nexport const a = b;\n');
      return moduleVersion(join(project, "a.js"));
    };
    expect(version(true, one)).not.toBe(version(true, one.replace("1", "2")));
    expect(version(false, one)).toBe(version(false, one.replace("1", "2")));
  });

  it("does not follow what only types are taken from, and stops at what keeps and sends values", () => {
    const reached = [...modulesBelow(room("training/finetunes/tfidfLogReg.ts")).keys()].map((path) =>
      path.slice(src.length + 1)
    );
    expect(reached).toContain("weights/models/words.ts");
    expect(reached).toContain("training/finetunes/logisticRegression.ts");
    expect(reached.filter((path) => path.startsWith("base/store/place/"))).toEqual([]);
    expect([...modulesBelow(room("evals/scorers/exactMatch.ts")).keys()]).toHaveLength(2);
  });

  it("of the recognisers names the libraries that they rest on", () => {
    const names = packagesOf(modulesBelow(room("data/privacy/scanCell.ts"))).map((one) =>
      one.replace(/@[^@]*$/, "")
    );
    expect(names).toEqual([
      "@noble/hashes",
      "@scure/base",
      "compromise",
      "ibantools",
      "libphonenumber-js",
      "tlds"
    ]);
  });

  it("is found in little time for all that an eval may use", () => {
    const before = process.cpuUsage();
    for (const name of ["bleu", "rouge", "judgeRating", "classification", "instructionFollowing"])
      moduleVersion(room(`evals/scorers/${name}.ts`));
    const {user} = process.cpuUsage(before);
    expect(user / 1e6).toBeLessThan(3);
  });
});
