import {describe, expect, it} from "vitest";
import {finetuneVerb} from "../../src/cli/finetune.js";
import {type BuildContext, majorityClassifier} from "../../src/finetune/index.js";
import {ensureSplit} from "../../src/splits/index.js";
import {noted} from "../support/jobProject.js";
import {define, made, project, setUpRows, withStore} from "./support/rowsProject.js";

const holdOut = (column: string) =>
  withStore(async (store) => {
    const version = (await store.latestVersion("words"))!;
    await ensureSplit(store, version, {strategy: "given", name: column, column});
  });

setUpRows();

describe("a fine-tune whose rows are others than before", () => {
  it("is another model when another split holds out rows it learned from, and the same when others are held out", async () => {
    const before = await made("plain");
    await holdOut("tested");
    expect(await made("plain")).toEqual(before);
    await holdOut("learned");
    const after = await made("plain");
    expect(after.training!.rows).toBe(19);
    expect(after.id).not.toBe(before.id);
  });

  it("says when it is not checked on any row, although that is asked", async () => {
    await define("patient", "patience: 2, validateEvery: 1");
    await holdOut("checked");
    expect(await noted(() => finetuneVerb(["patient"], {}))).toMatch(
      /part "validation" gives no example: nothing is checked while it trains, and `patience` ends nothing/
    );
  });

  it("is another classifier too", async () => {
    const context: BuildContext = {
      dir: project,
      rows: () => {
        throw new Error("nothing is read");
      },
      dataset: "words",
      version: "v",
      split: "s",
      seed: "assay"
    };
    const {configHash} = majorityClassifier({text: "word", label: "plural"});
    const hash = await configHash(context);
    expect(await configHash({...context, leftOut: {test: "a"}})).toBe(hash);
    const left = await configHash({...context, leftOut: {train: "a"}});
    expect(left).not.toBe(hash);
    expect(await configHash({...context, leftOut: {train: "b"}})).not.toBe(left);
  });
});
