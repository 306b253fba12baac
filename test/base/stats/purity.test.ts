import {readdirSync, readFileSync} from "node:fs";
import {dirname, join, relative, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {describe, expect, it} from "vitest";

const room = resolve(dirname(fileURLToPath(import.meta.url)), "../../../src/base/stats");

describe("src/base/stats", () => {
  it("imports nothing but itself, so that pages run the same code", () => {
    const files = readdirSync(room, {recursive: true, encoding: "utf8"}).filter((name) =>
      name.endsWith(".ts")
    );
    expect(files.length).toBeGreaterThan(40);
    const outside: string[] = [];
    for (const file of files) {
      const text = readFileSync(join(room, file), "utf8");
      for (const [, from] of text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
        const target = from!.startsWith(".") ? relative(room, resolve(room, dirname(file), from!)) : "..";
        if (target.startsWith("..")) outside.push(`${file} imports ${from}`);
      }
      for (const [found] of text.matchAll(
        /\b(?:process\.|Buffer\.|require\(|__dirname|Math\.random|Date\.now)/g
      ))
        outside.push(`${file} uses ${found}`);
    }
    expect(outside).toEqual([]);
  });
});
