import {readdirSync, readFileSync, statSync} from "node:fs";
import {dirname, join, relative, resolve} from "node:path";
import {describe, expect, it} from "vitest";

const src = resolve(import.meta.dirname, "../src");

function tableOf(contributing: string): Map<string, Set<string>> {
  const rows = contributing
    .split("## Which room may import which")[1]!
    .split("\n## ")[0]!
    .matchAll(/^\| (\w+) \|([^|]*)\|$/gm);
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
    return statSync(path).isDirectory() ? sources(path) : /\.tsx?$/.test(name) ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path]) =>
    resolve(dirname(file), path!)
  );
}

/** What a file loads before its first line runs. */
function loadedWith(file: string): string[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/^(?:import|export) (?!type\b)(?:[^"';]*? from )?"([^"]+)";/gm)].map(
    ([, name]) => name!
  );
}

const roomOf = (path: string) => relative(src, path).split("/")[0]!;

describe("the rooms of src", () => {
  const table = tableOf(readFileSync(resolve(src, "../CONTRIBUTING.md"), "utf8"));
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

  it("are all in the table", () => {
    expect(new Set(files.map(roomOf))).toEqual(new Set(table.keys()));
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
    visit(join(src, "runner/index.ts"));
    visit(join(src, "privacy/index.ts"));
    expect(reached.size).toBeGreaterThan(100);
    const wrong = [...reached].filter(([, names]) => names.length > 0);
    expect(wrong.map(([file, names]) => `${relative(src, file)} loads ${names.join(", ")}`)).toEqual([]);
  });

  it("pure rooms use no Node APIs", () => {
    const wrong = files.filter(
      (file) =>
        ["stats", "costs", "components"].includes(roomOf(file)) &&
        /from "node:|\bprocess\.|\bBuffer\b/.test(readFileSync(file, "utf8"))
    );
    expect(wrong.map((file) => relative(src, file))).toEqual([]);
  });
});
