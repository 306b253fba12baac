import {describe, expect, it} from "vitest";
import {mergeLines} from "../../../src/report/components/merges/mergeRivals.js";
import {cutOf} from "../../../src/evals/decisions/cut.js";

type Inputs = Parameters<typeof mergeLines>;

/** A merge of two fine-tunes of one base, all four candidates of a run; `named` is the base that its recipe names. */
function lineOf(named: "origin" | "a", parents: string[]) {
  const model = (id: string, of: string[], base?: string) => ({
    id,
    name: id,
    parents: of.map((parent) => ({id: parent, name: parent})),
    merge: base === undefined ? undefined : {base}
  });
  const models = [model("origin", []), model("a", ["origin"]), model("b", ["origin"])];
  const merged = model("merge", parents, named);
  const names = ["merge", "a", "b", "origin"];
  const shown = cutOf(
    {
      candidates: names,
      rowIds: Array.from({length: 8}, (_, i) => `r${i}`),
      // The merge is best, then a, b and origin.
      values: names.map((_, n) => Array.from({length: 8}, (_row, i) => (i < 7 - n ? 1 : 0))),
      binary: true
    },
    {margin: 0, seed: "s"}
  );
  const inputs = {
    run: {candidates: names.map((name) => ({name, modelId: name}))},
    data: {models: [...models, merged]},
    found: {verdict: shown.verdict, shown}
  };
  return mergeLines(
    [{candidate: "merge", model: merged}] as unknown as Inputs[0],
    inputs as unknown as Inputs[1]
  )[0]!;
}

describe("what a merge is compared with", () => {
  it("is the model that its parents come from, though its recipe calls a parent the base", () => {
    const line = lineOf("a", ["a", "b"]);
    expect([line.base?.b, line.parent?.b]).toEqual(["origin", "a"]);
  });

  it("is a parent beside the base, where the recipe lists the base among them", () => {
    const line = lineOf("origin", ["origin", "a", "b"]);
    expect([line.base?.b, line.parent?.b]).toEqual(["origin", "a"]);
  });
});
