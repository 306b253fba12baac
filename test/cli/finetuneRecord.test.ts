// @module-tag long
import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it, vi} from "vitest";
import {checkVerb} from "../../src/cli/evals/check/check.js";
import {finetuneVerb} from "../../src/cli/models/training/finetune.js";
import {lineageVerb} from "../../src/cli/models/lineage.js";
import {listModels} from "../../src/weights/models/index.js";
import {type defineEval, runEval} from "../../src/evals/runner/index.js";
import {learningCurves, runVerdict} from "../../src/report/site/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {rowsSha256} from "../../src/base/system/index.js";
import {openStore, openWorkspace} from "../../src/base/store/index.js";
import {writeLoader} from "../support/assay.js";
import {noted} from "../support/jobProject.js";
import {printed} from "../support/printed.js";
import {assayIndex, define, json, project, setUpParted, split} from "./support/partedProject.js";

setUpParted();

describe("rows that are longer than `length`", () => {
  it("are refused where nothing of any answer is left", async () => {
    await define("nothing", {length: 2});
    await expect(finetuneVerb(["nothing"], {})).rejects.toThrow(
      'words: part "train" gives no example (10 rows, 10 without an answer within 2 tokens): there is nothing to learn. Raise `length`'
    );
  });

  it("are not told of where there are none", async () => {
    writeLoader(
      project,
      "plain",
      `{name: "plain", id: "id", text: "word", sensitivity: "public", source: {kind: "rows", rows: () =>
        Array.from({length: 20}, (_, i) => ({id: "p" + i, part: i < 15 ? "train" : "test", word: "w" + i, plural: "w" + i + "s"}))}}`
    );
    await define("plain", {dataset: "plain"});
    expect(await noted(() => finetuneVerb(["plain"], {}))).not.toMatch(/longer than/);
    expect((await json("plain")).training).toMatchObject({cut: 0, leftOut: 0});
  });
});

describe("Ctrl-C", () => {
  it.each([
    ["training stopped on", "Stopping before the first step.", /stopped before the first step/],
    ["step 1 of", "Ending this step and writing a checkpoint", /stopped after step \d+ of 3000/]
  ])("at '%s' ends with 130, and says what is kept", async (at, told, kept) => {
    await define("stopped", {steps: 3000, validation: false});
    const said: string[] = [];
    const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      said.push(String(text));
      if (said.at(-1)!.includes(at)) process.emit("SIGINT");
      return true;
    });
    try {
      expect(await printed(() => finetuneVerb(["stopped"], {}))).toBe("");
      expect(process.exitCode).toBe(130);
    } finally {
      write.mockRestore();
      process.exitCode = undefined;
    }
    expect(said.join("")).toContain(told);
    expect(said.join("")).toMatch(kept);
    expect((await listModels(join(project, ".assay", "models"))).map(({name}) => name)).not.toContain(
      "stopped"
    );
  });
});

describe("what a training was checked on", () => {
  it("is in its record, card and lineage, with what it decided", async () => {
    await define("best", {validation: "test", validateEvery: 1});
    const best = await json("best");
    expect(best.training!.validation).toEqual({
      part: "test",
      rows: 5,
      rowsSha256: rowsSha256(["r15", "r16", "r17", "r18", "r19"]),
      cut: 0,
      leftOut: 0,
      decided: ["best"]
    });
    expect(await readFile(join(best.path, "README.md"), "utf8")).toMatch(
      /\| validation \| part test, 5 rows; SHA-256 of the row ids \w{64}; the weights are those of the best check \|/
    );
    const text = await printed(() => lineageVerb("best", {}));
    expect(text).toContain("trained on train, 9 rows; weights chosen on test, 5 rows");
    expect(text).toMatch(/test part of parted, 5 rows: chose the weights of best/);

    await define("last", {validation: "test", validateEvery: 1, keep: "last"});
    expect((await json("last")).training!.validation!.decided).toEqual([]);
    expect(await printed(() => lineageVerb("last", {}))).toContain("; checked on test, 5 rows");
    await define("patient", {validation: "test", validateEvery: 1, keep: "last", patience: 5});
    expect((await json("patient")).training!.validation!.decided).toEqual(["patience"]);
    await define("once", {validation: "test", validateEvery: 2});
    expect((await json("once")).training!.validation!.decided).toEqual([]);
    await define("unchecked", {validation: false});
    const unchecked = await json("unchecked");
    expect(unchecked.training).not.toHaveProperty("validation");
    expect(await printed(() => lineageVerb("unchecked", {}))).not.toMatch(/checked on|chosen on/);
  });

  it("is what it began with, too: it is said where the kept weights are worse", async () => {
    await define("first", {steps: 60, rate: 0.01, length: 120});
    expect((await json("first")).metrics).not.toHaveProperty("validationLossBefore");
    const further = {base: "first", length: 120, validation: "test", validateEvery: 1};
    await define("worse", {...further, steps: 3, rate: 1, schedule: "constant"});
    const told = await noted(() => finetuneVerb(["worse"], {}));
    const worse = await json("worse");
    const {validationLoss, validationLossBefore} = worse.metrics as Record<string, number>;
    expect(validationLoss).toBeGreaterThan(validationLossBefore!);
    const [kept, before] = [validationLoss!.toFixed(4), validationLossBefore!.toFixed(4)];
    const words = `worse on validation than what the training began with (a loss of ${kept}, before ${before})`;
    expect(told).toContain(`! worse: the kept weights are ${words}.`);
    expect(told).toContain(`step 0 of 3, validation ${before}`);
    expect(await printed(() => finetuneVerb(["worse"], {}))).toContain(
      `validation ${kept} at step ${worse.metrics!.resultStep} (${before} before)`
    );
    const card = await readFile(join(worse.path, "README.md"), "utf8");
    expect(card).toContain(`of 3, which are ${words}.`);
    expect(card).toContain(`| 0 | | | | ${before} |`);
    const {curves} = await learningCurves(await openStore(await openWorkspace(project)));
    expect(curves.find(({name}) => name === "worse")?.validation[0]).toMatchObject({step: 0});
    await define("early", {steps: 2, rate: 0.003});
    await noted(() => finetuneVerb(["early"], {}));
    await define("better", {...further, base: "early", steps: 10, rate: 0.003});
    expect(await noted(() => finetuneVerb(["better"], {}))).not.toContain("worse on validation");
  });

  it("is warned of where an eval scores rows that chose the weights, in its verdict and in `assay check`", async () => {
    await writeFile(
      join(project, "evals", "chosen.eval.ts"),
      `import {defineEval, exactMatch, finetuned} from ${JSON.stringify(assayIndex)};
import best from "../finetunes/best.finetune.js";
import last from "../finetunes/last.finetune.js";
const options = {params: {temperature: 0, max_tokens: 2}, threads: 1};
export default defineEval({dataset: "words", split: ${JSON.stringify(split)}, prompt: "{{word}}", expected: "plural",
  scorers: {exact: exactMatch}, gate: [{candidate: "best", minScore: 0}],
  candidates: [finetuned("best", best, options), finetuned("last", last, options)]});\n`
    );
    const {default: definition} = (await import(join(project, "evals", "chosen.eval.ts"))) as {
      default: ReturnType<typeof defineEval>;
    };
    const store = await openStore(await openWorkspace(project));
    const warning =
      "The weights of best were chosen on 100.0% of the rows scored (5 of 5), so the score is likely too high.";
    try {
      const version = (await store.latestVersion("words"))!;
      const {manifest} = await runEval(definition, {
        store,
        version,
        split: await ensureSplit(store, version, split),
        evalName: "chosen"
      });
      store.refresh();
      const {verdict, contamination} = await runVerdict(store, manifest!);
      expect(contamination!.selected).toEqual([{candidate: "best", rows: 5, of: 5}]);
      expect(contamination!.candidates.every(({share}) => share === 0)).toBe(true);
      const said = [...verdict.risks.map(({sentence}) => sentence), ...verdict.warnings];
      expect(said.filter((one) => one.includes("chosen on"))).toEqual([warning]);
    } finally {
      await store.close();
    }
    expect(await noted(() => checkVerb(["chosen"], {}))).toContain(`! chosen (parted): ${warning}`);
  });
});
