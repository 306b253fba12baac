import {expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {server} from "./support/project.js";

it("columns and members called __proto__ are asked, expected, scored and sliced as others", async () => {
  const line = (i: number) =>
    `{"id":"r${i}","text":"say r${i}","__proto__":"s${i % 2}","label":{"__proto__":{"a":${i}}}}`;
  const dataset = defineDataset({
    name: "named",
    source: {kind: "rows", rows: () => Array.from({length: 24}, (_, i) => JSON.parse(line(i)) as object)},
    id: "id",
    text: "text"
  });
  const seen: string[] = [];
  const folder = await temporaryProject();
  const first = await openStore(folder);
  await pull(first.workspace, dataset);
  first.close();
  const store = await openStore(folder);
  const model = await startModelServer();
  try {
    const definition = defineEval({
      dataset: "named",
      split: {strategy: "random", validation: 0, test: 0.5},
      candidates: [candidate("one", server(model.url), "test-model")],
      prompt: "{{__proto__}} {{label}} {{text}}",
      expected: "label",
      slices: ["__proto__"],
      scorers: {
        own({expected, row}) {
          seen.push(JSON.stringify([expected, row.label]));
          return 1;
        }
      }
    });
    const version = (await store.latestVersion("named"))!;
    const split = await ensureSplit(store, version, [definition.split].flat()[0]!);
    await runEval(definition, {store, version, split, evalName: "named"});
    const items = await store.rows<{row_id: string; slices: string; expected: string}>(
      "select row_id, slices, expected from items"
    );
    expect(items.length).toBeGreaterThan(5);
    for (const {row_id, slices, expected} of items) {
      const i = Number(row_id.slice(1));
      const label = `{"__proto__":{"a":${i}}}`;
      expect([slices, expected]).toEqual([`{"__proto__":"s${i % 2}"}`, label]);
      expect(seen).toContain(`[${label},${label}]`);
      expect(model.requests.map(({prompt}) => prompt)).toContain(`s${i % 2} ${label} say r${i}`);
    }
  } finally {
    store.close();
    await model.close();
  }
});
