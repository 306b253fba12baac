import {readdirSync, readFileSync, statSync} from "node:fs";
import {dirname, join, relative, resolve} from "node:path";
import {describe, expect, it} from "vitest";

const src = resolve(import.meta.dirname, "../src");

function tableOf(contributing: string, heading: string): Map<string, Set<string>> {
  const rows = contributing
    .split(`## ${heading}\n`)[1]!
    .split("\n## ")[0]!
    .matchAll(/^\| ([\w/]+) \|([^|]*)\|$/gm);
  return new Map(
    [...rows]
      .filter(([, room]) => room !== "room")
      .map(([, room, allowed]) => [
        room!,
        new Set(
          allowed!
            .split(",")
            .map((name) => name.trim())
            .filter(Boolean)
        )
      ])
  );
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name.startsWith(".")) return [];
    return statSync(path).isDirectory() ? sources(path) : /\.[jt]sx?$/.test(name) ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path]) =>
    resolve(dirname(file), path!)
  );
}

/** The files that a file imports values of, not types alone. */
function valuesFrom(file: string): string[] {
  const statements = readFileSync(file, "utf8").matchAll(
    /^(?:import|export) (?!type\b)(?:([^"';]*?) from )?"(\.[^"]+)"/gm
  );
  return [...statements]
    .filter(([, taken]) => !/^\{\s*type \w+(?:,\s*type \w+)*\s*\}$/.test(taken?.trim() ?? ""))
    .map(([, , path]) => resolve(dirname(file), path!));
}

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

/** "base/store" of a file below it; the commands are one room. */
function roomOf(path: string): string {
  const [group, room] = relative(src, path).split("/");
  return group === "cli" ? group : `${group}/${room}`;
}

const groupOf = (room: string) => room.split("/")[0]!;

describe("the rooms of src", () => {
  const contributing = readFileSync(resolve(src, "../CONTRIBUTING.md"), "utf8");
  const table = tableOf(contributing, "Which room may import which");
  const files = sources(src).filter((file) => dirname(file) !== src);

  it("import only what the table in CONTRIBUTING.md allows", () => {
    const wrong: string[] = [];
    for (const file of files)
      for (const imported of importsOf(file)) {
        const [from, to] = [roomOf(file), roomOf(imported)];
        if (from !== to && !table.get(from)?.has(to)) wrong.push(`${relative(src, file)} imports ${to}`);
      }
    expect(wrong).toEqual([]);
  });

  it("take of one another's files only types, and those that CONTRIBUTING.md names", () => {
    const named = tableOf(contributing, "Sub-paths");
    const small = ["base/validation", "base/system"];
    const taken = new Map<string, Set<string>>();
    const wrong: string[] = [];
    for (const file of files)
      for (const path of valuesFrom(file)) {
        const [from, to] = [roomOf(file), roomOf(path)];
        const part = relative(join(src, to), path).replace(/\.js$/, "");
        if (from === to || part === "index" || small.includes(to)) continue;
        taken.set(to, (taken.get(to) ?? new Set()).add(part));
        if (!named.get(to)?.has(part)) wrong.push(`${relative(src, file)} imports ${to}/${part}`);
      }
    expect(wrong).toEqual([]);
    const unused = [...named].flatMap(([room, parts]) =>
      [...parts].filter((part) => !taken.get(room)?.has(part)).map((part) => `${room}/${part}`)
    );
    expect(unused).toEqual([]);
  });

  it("are all in the table", () => {
    expect(new Set(files.map(roomOf))).toEqual(new Set(table.keys()));
  });

  it("lie in groups that import one another in one direction only", () => {
    const order = ["base", "weights", "data", "inference", "training", "evals", "report", "cli"];
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
      new Set(["base/costs", "base/stats", "evals/decisions", "evals/races"])
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
