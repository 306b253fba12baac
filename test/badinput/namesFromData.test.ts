// @module-tag long
import {readdirSync, readFileSync, mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import * as site from "../../src/report/site/index.js";
import {openStore, openWorkspace, type Store} from "../../src/base/store/index.js";
import {assayHere} from "../support/assayHere.js";
import {compiled} from "../support/compiledEngine.js";
import {inFull} from "../support/full.js";
import fc from "../support/property.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const NAMES = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "plain"];
const engine = JSON.stringify(compiled("bundle/index.js"));

/** Functions of the page loaders: `print(NAME)` in pages/data. */
const loaders = readdirSync(join(import.meta.dirname, "../../pages/data"))
  .filter((name) => name.endsWith(".js"))
  .flatMap((name) => {
    const text = readFileSync(join(import.meta.dirname, "../../pages/data", name), "utf8");
    return /print\((\w+)\)/.exec(text)?.[1] ?? [];
  });

/** Names of everything that data and teams name, drawn without replacement within each. */
const drawn = fc.record({
  labels: fc.shuffledSubarray(NAMES, {minLength: 3}),
  columns: fc.shuffledSubarray(NAMES, {minLength: 4, maxLength: 4}),
  slices: fc.shuffledSubarray(NAMES, {minLength: 2, maxLength: 3}),
  candidates: fc.shuffledSubarray(NAMES, {minLength: 3, maxLength: 3}),
  models: fc.shuffledSubarray(NAMES, {minLength: 3, maxLength: 3}),
  dataset: fc.constantFrom(...NAMES.filter((name) => /^[a-z]/.test(name))),
  evalName: fc.constantFrom(...NAMES.filter((name) => /^[a-z]/.test(name)))
});

type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

async function projectOf({
  labels,
  columns,
  slices,
  candidates,
  models,
  dataset,
  evalName
}: Drawn): Promise<string> {
  const project = await temporaryProject();
  const [id, text, label, group] = columns as [string, string, string, string];
  const entry = (name: string, value: string) => `[${JSON.stringify(name)}]: ${value}`;
  const ids = `i => ${JSON.stringify(NAMES)}[i] ?? "r" + i`;
  const files = {
    "package.json": '{"type": "module"}',
    [`data-loaders/${dataset}.ts`]: `const labels = ${JSON.stringify(labels)}; const idOf = ${ids};
export const rows = Array.from({length: 60}, (_, i) => ({${entry(id, "idOf(i)")}, ${entry(text, '"text " + (i >> 1) + " of many words"')},
  ${entry(label, "labels[i % labels.length]")}, ${entry(group, `${JSON.stringify(NAMES)}[i % 20] ?? "g" + i % 20`)}}));
export default {name: ${JSON.stringify(dataset)}, id: ${JSON.stringify(id)}, text: ${JSON.stringify(text)}, label: ${JSON.stringify(label)},
  group: ${JSON.stringify(group)}, sensitivity: "public", publish: "text", source: {kind: "rows", rows: () => rows}};`,
    [`evals/${evalName}.eval.ts`]: `import {candidate, defineEval, exactMatch, recorded} from ${engine};
import {rows} from "../data-loaders/${dataset}.js";
const labels = ${JSON.stringify(labels)};
const answers = (k) => rows.map((row, i) => ({id: row[${JSON.stringify(id)}], output: labels[(i + (i % 7 < k ? 1 : 0)) % labels.length]}));
export default defineEval({dataset: ${JSON.stringify(dataset)}, split: {strategy: "group", group: ${JSON.stringify(group)}, test: 0.5}, prompt: row => String(row[${JSON.stringify(text)}]),
  expected: ${JSON.stringify(label)}, publish: "text", scorers: {exact: exactMatch},
  slices: {${slices.map((name, i) => entry(name, `row => ${i === 0 ? `String(row[${JSON.stringify(label)}])` : `${JSON.stringify(NAMES)}[String(row[${JSON.stringify(text)}]).length % 6]`}`)).join(", ")}},
  candidates: [${candidates.map((name, k) => `candidate(${JSON.stringify(name)}, recorded({name: ${JSON.stringify(`r${k}`)}, rows: answers(${k}), trust: "local"}), ${JSON.stringify(models[k])}${k === 0 ? ", {baseline: true}" : ""})`).join(", ")}],
  gate: [{minScore: 0.1}]});`
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(project, path, ".."), {recursive: true});
    writeFileSync(join(project, path), content);
  }
  return project;
}

describe("names that every object inherits", {tags: ["counted"]}, () => {
  it("are labels, slices, columns, candidates, models and ids like any others", async () => {
    await fc.assert(
      fc.asyncProperty(drawn, async (names) => {
        const project = await projectOf(names);
        const {dataset, evalName, labels, candidates} = names;
        for (const words of [
          ["pull"],
          ["split", dataset, "--compare"],
          ["run"],
          ["verdict", evalName],
          ["check"],
          ["pii", dataset],
          ["rows", dataset]
        ]) {
          const ended = await assayHere(project, ...words);
          expect(ended.code, `${words.join(" ")}: ${ended.stderr}`).toBe(0);
          expect(ended.stdout + ended.stderr).not.toMatch(
            /\[native code\]|\[object|function \w+\(|undefined|NaN/
          );
        }
        const store = await openStore(await openWorkspace(project, join(project, ".assay")));
        try {
          const split = (await store.splits())[0]!;
          const counted = Object.values(split.labels!).flatMap((counts) => Object.keys(counts));
          expect(new Set(counted)).toEqual(new Set(labels));
          const [run] = await store.runs();
          expect(run!.candidates.map(({name}) => name)).toEqual(candidates);
          for (const name of loaders) {
            const load = (site as unknown as Record<string, (store: Store) => Promise<unknown>>)[name]!;
            expect(JSON.stringify(await load(store)), name).not.toMatch(/\[native code\]/);
          }
          await site.rowArchive(store, run!.id);
        } finally {
          store.close();
        }
      }),
      {numRuns: inFull(5, 2), examples: [[EXAMPLE]]}
    );
  });
});

const EXAMPLE: Drawn = {
  labels: ["constructor", "__proto__", "toString"],
  columns: ["hasOwnProperty", "toString", "__proto__", "constructor"],
  slices: ["__proto__", "constructor"],
  candidates: ["constructor", "__proto__", "toString"],
  models: ["__proto__", "constructor", "valueOf"],
  dataset: "constructor",
  evalName: "valueOf"
};
