// @module-tag long
import {mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {basename, join} from "node:path";
import {parse} from "yaml";
import {expect, it} from "vitest";
import {combine, readResults} from "../../../src/evals/importedResults/index.js";
import {readProject} from "../../../src/evals/importedResults/projects/index.js";
import {rng} from "../../../src/base/stats/index.js";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
const files = ["results", "projects"].flatMap((folder) =>
  readdirSync(join(FIXTURES, folder), {recursive: true, encoding: "utf8"})
    .map((name) => join(FIXTURES, folder, name))
    .filter((path) => statSync(path).isFile())
);
const ODD: unknown[] = [null, 1, "x", "", true, -1e308, [], {}, [null], [[1]], [{}], {a: null}];

type Path = (string | number)[];

function pathsIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, one]) => pathsIn(one, [...at, name]))];
}

/** The JSON documents in a file; undefined where it has none. */
function documentsIn(path: string): unknown[] | undefined {
  const text = readFileSync(path, "utf8");
  if (path.endsWith(".jsonl"))
    return text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
  if (path.endsWith(".json")) return [JSON.parse(text)];
  return path.endsWith(".yaml") ? [parse(text)] : undefined;
}

/** The file cut short, or with one of its values made something odd. */
function spoilt(path: string, random: () => number): string | Buffer {
  const documents = random() < 0.25 ? undefined : documentsIn(path);
  if (!documents) {
    const bytes = readFileSync(path);
    return bytes.subarray(0, Math.floor(random() * bytes.length));
  }
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  const place = pick(pathsIn(documents).filter(({length}) => length > 0));
  const parent = place
    .slice(0, -1)
    .reduce<unknown>((one, name) => (one as Record<string, unknown>)[name]!, documents);
  (parent as Record<string, unknown>)[place.at(-1)!] = pick(ODD);
  return documents.map((one) => JSON.stringify(one)).join("\n");
}

it.each(files.map((path) => [path.slice(FIXTURES.length + 1), path]))(
  "%s, spoilt anywhere, is read or refused in words",
  async (_name, path) => {
    const random = rng(path.slice(FIXTURES.length));
    const copy = join(mkdtempSync(join(tmpdir(), "spoilt-")), basename(path));
    const reading: (() => Promise<unknown>)[] = [
      async () => combine(await readResults([copy])),
      () => readProject([copy], () => "project")
    ];
    for (let i = 0; i < 40; i++) {
      const content = spoilt(path, random);
      writeFileSync(copy, content);
      for (const read of reading) {
        const error: unknown = await Promise.resolve()
          .then(read)
          .then(
            () => undefined,
            (found: unknown) => found
          );
        if (error !== undefined)
          expect(
            (error as Error).constructor.name,
            `${String(error)}\n${String(content).slice(0, 2000)}`
          ).toBe("UserError");
      }
    }
  }
);
