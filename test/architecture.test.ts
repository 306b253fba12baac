import {readdirSync, readFileSync} from "node:fs";
import {dirname, join, relative, resolve} from "node:path";
import {describe, expect, it} from "vitest";
import {mapText, withTables} from "../scripts/map.js";
import {withMethods} from "../scripts/map/methods.js";
import {
  GROUPS,
  groupOf,
  importsOf,
  importsOfRooms,
  roomOf,
  sourceFiles,
  SRC
} from "../scripts/map/imports.js";

const src = SRC;

/** What a file loads before its first line runs. */
function loadedWith(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/^(?:import|export) (?!type\b)(?:[^"';]*? from )?"([^"]+)";/gm)].map(
    ([, name]) => name!
  );
}

/** Every file that loads when `file` does, itself first. */
function reachedFrom(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const name of loadedWith(file))
    if (name.startsWith(".")) reachedFrom(resolve(dirname(file), name.replace(/\.js$/, ".ts")), found);
  return found;
}

describe("the rooms of src", () => {
  const table = importsOfRooms();
  const files = sourceFiles();

  it("import one another as the tables and the map in CONTRIBUTING.md say", async () => {
    const contributing = readFileSync(resolve(src, "../CONTRIBUTING.md"), "utf8");
    expect(withTables(contributing), "run `npm run map`, and read what it changes").toBe(contributing);
    expect(await mapText()).toBe(readFileSync(resolve(src, "../docs/map.svg"), "utf8"));
  });

  it("state the methods of merges as docs/merging.md lists them", () => {
    const merging = readFileSync(resolve(src, "../docs/merging.md"), "utf8");
    expect(withMethods(merging), "run `npm run map`").toBe(merging);
  });

  it("lie in groups that import one another in one direction only", () => {
    const order: readonly string[] = GROUPS;
    expect(new Set([...table.keys()].map(groupOf))).toEqual(new Set(order));
    const upward = [...table].flatMap(([from, allowed]) =>
      [...allowed]
        .filter((to) => order.indexOf(groupOf(to)) > order.indexOf(groupOf(from)))
        .map((to) => `${from} imports ${to}`)
    );
    expect(upward).toEqual([]);
  });

  it("have no cycle of imports, of types neither", () => {
    const below = (room: string, seen = new Set<string>()): Set<string> => {
      for (const next of table.get(room) ?? [])
        if (!seen.has(next)) {
          seen.add(next);
          below(next, seen);
        }
      return seen;
    };
    expect([...table.keys()].filter((room) => below(room).has(room))).toEqual([]);
  });

  it("let a run begin without the libraries that take long or much memory to load", () => {
    const heavy = ["compromise", "libphonenumber-js", "undici", "@huggingface/inference", "@huggingface/hub"];
    const reached = new Map<string, string[]>();
    const visit = (file: string) => {
      if (reached.has(file)) return;
      const named = loadedWith(file);
      reached.set(
        file,
        named.filter((name) => heavy.some((library) => name === library || name.startsWith(`${library}/`)))
      );
      for (const name of named)
        if (name.startsWith(".")) visit(resolve(dirname(file), name.replace(/\.js$/, ".ts")));
    };
    visit(join(src, "evals/runner/index.ts"));
    visit(join(src, "data/privacy/index.ts"));
    expect(reached.size).toBeGreaterThan(100);
    const wrong = [...reached].filter(([, names]) => names.length > 0);
    expect(wrong.map(([file, names]) => `${relative(src, file)} loads ${names.join(", ")}`)).toEqual([]);
  });

  it("let pages decide and race without the store", () => {
    const reached = [
      ...reachedFrom(join(src, "evals/decisions/index.ts")),
      ...reachedFrom(join(src, "evals/races/race.ts"))
    ];
    expect(reached.length).toBeGreaterThan(20);
    expect(new Set(reached.map(roomOf))).toEqual(
      new Set(["base/costs", "base/stats", "base/validation", "evals/decisions", "evals/races"])
    );
    expect(reached.filter((file) => /from "node:/.test(readFileSync(file, "utf8")))).toEqual([]);
  });

  it("let pages load what browsers have", () => {
    const parts = files.filter((file) => roomOf(file) === "report/components");
    const reached = new Set(parts.flatMap((file) => [...reachedFrom(file)]));
    expect(reached.size).toBeGreaterThan(parts.length);
    const foreign = [...reached].flatMap((file) =>
      loadedWith(file)
        .filter((name) => !/^(\.|npm:|d3$|htl$|@observablehq\/plot$)/.test(name))
        .map((name) => `${relative(src, file)} loads ${name}`)
    );
    expect(foreign).toEqual([]);
  });

  it("have a runner whose folders import one another in one direction only", () => {
    const order = ["tables", "plan", "journal", "calls", "seal"];
    const folderOf = (file: string) => relative(join(src, "evals/runner"), file).split("/").slice(0, -1)[0];
    const runner = files.filter((file) => roomOf(file) === "evals/runner");
    expect(new Set(runner.map(folderOf))).toEqual(new Set([undefined, ...order]));
    const wrong = runner.flatMap((file) => {
      const from = folderOf(file);
      if (from === undefined) return [];
      return importsOf(file)
        .map((imported) => (roomOf(imported) === "evals/runner" ? folderOf(imported) : undefined))
        .filter((to) => to !== undefined && order.indexOf(to) > order.indexOf(from))
        .map((to) => `${relative(src, file)} imports ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  it("leave the store's paths and its Parquet files to the store", () => {
    const others = files.filter((file) => roomOf(file) !== "base/store");
    const wrong = others.filter((file) => {
      const text = readFileSync(file, "utf8");
      const reads = /\bread_parquet\b/.test(text);
      return reads || /\b(?:join|resolve)\([^)]*\bworkspace\.dir\b/.test(text);
    });
    expect(wrong.map((file) => relative(src, file))).toEqual([]);
  });

  it("read files by `fileScan` alone, for which folders called name=value are no columns", () => {
    const wrong = files.filter(
      (file) =>
        relative(src, file) !== "base/store/fileScan.ts" &&
        /\b(?:read_(?:csv|json|ndjson|parquet)\w*|parquet_scan)\s*\(/.test(readFileSync(file, "utf8"))
    );
    expect(wrong.map((file) => relative(src, file))).toEqual([]);
  });

  it("pure rooms use no Node APIs", () => {
    const wrong = files.filter(
      (file) =>
        ["base/stats", "base/costs", "report/components"].includes(roomOf(file)) &&
        /from "node:|\bprocess\.|\bBuffer\b/.test(readFileSync(file, "utf8"))
    );
    expect(wrong.map((file) => relative(src, file))).toEqual([]);
  });
});

describe("a tag of tests", () => {
  it("is written as vitest.config.ts finds it, so that npm run test:full runs what npm test leaves", () => {
    const folder = resolve(src, "../test");
    const odd = readdirSync(folder, {recursive: true, encoding: "utf8"})
      .filter((name) => name.endsWith(".ts") && name !== "architecture.test.ts")
      .filter((name) => {
        const text = readFileSync(join(folder, name), "utf8").replace(/^\/\/ @module-tag long\n/, "");
        const tags = text.match(/@module-tag|\btags: .*"(long|counted)"/g) ?? [];
        const found = name.endsWith(".test.ts") ? (text.match(/\btags: \["(long|counted)"\]/g) ?? []) : [];
        return tags.length !== found.length;
      });
    expect(odd).toEqual([]);
  });
});
