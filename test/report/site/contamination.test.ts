// @module-tag long
import {describe, expect, it} from "vitest";
import {cascade, trained} from "../../../src/evals/candidates/index.js";
import {defineDataset, pull, purge} from "../../../src/data/datasets/index.js";
import {scoreTable} from "../../../src/evals/decisions/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {majorityClassifier} from "../../../src/training/finetunes/index.js";
import {listModels, loadModel, saveModel, storedLineage} from "../../../src/weights/models/index.js";
import {embedded} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {contaminatedRows, runContamination, runVerdict} from "../../../src/report/site/index.js";
import {ensureSplit, type SplitSpec} from "../../../src/data/splits/index.js";
import {modelsDir, openStore} from "../../../src/base/store/index.js";
import {readFile, rename, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {splitDir} from "../../support/folders.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const words = (topic: string) => Array.from({length: 30}, (_, i) => `${topic}${i}`).join(" ");
const row = (id: string, part: string, text: string) => ({
  id,
  part,
  text,
  label: id.endsWith("1") ? "x" : "y"
});
const rows = [
  row("t1", "train", words("alpha")),
  row("t2", "train", words("beta")),
  row("t3", "train", "Short question?"),
  row("e1", "test", words("gamma")),
  row("e2", "test", `${words("beta")} indeed`),
  row("e3", "test", "short question"),
  row("e4", "test", words("delta"))
];

const countsOf = (marks: readonly string[]) =>
  Object.fromEntries([...new Set(marks)].map((mark) => [mark, marks.filter((one) => one === mark).length]));

describe("runContamination", () => {
  it("marks rows by what a model, or a parent it was merged from, was trained on", async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pull(
      workspace,
      defineDataset({
        name: "q",
        id: "id",
        text: "text",
        label: "label",
        source: {kind: "rows", rows: () => rows}
      })
    );
    const store = await openStore(workspace);
    const spec = {strategy: "given", column: "part"} as const;
    const split = await ensureSplit(store, version, spec);
    const models = join(workspace.dir, "models");
    const parent = trained("majority", majorityClassifier({text: "text", label: "label"}));
    const child: typeof parent = {
      name: "child",
      async prepare(context) {
        const {modelId} = await parent.prepare(context);
        const made = (await loadModel(models, modelId!)).manifest;
        const manifest = await saveModel(models, {
          name: "child",
          architecture: made.architecture,
          labels: made.labels!,
          settings: {...made.settings, child: true},
          parents: [{id: made.id, name: made.name}],
          files: {
            "config.json": JSON.stringify({
              model_type: "assay-majority",
              labels: made.labels,
              counts: made.settings.counts
            })
          }
        });
        return {
          endpoint: embedded({
            name: "here",
            load: () => loadModel(models, manifest.id),
            identity: () => ({weights: manifest.id})
          }),
          model: "child",
          modelId: manifest.id
        };
      }
    };
    const hosted = candidate(
      "hosted",
      recorded({name: "rec", rows: rows.map(({id}) => ({id, output: "x"})), hosting: "api", trust: "local"}),
      "m"
    );
    const {manifest} = await runEval(
      defineEval({
        dataset: "q",
        split: spec,
        candidates: [parent, child, hosted],
        prompt: "{{text}}",
        expected: "label",
        scorers: {exact: exactMatch}
      }),
      {store, version, split, evalName: "questions"}
    );
    store.refresh();
    const table = await scoreTable(store, manifest!.id, "exact");
    const found = (await runContamination(store, manifest!, table))!;
    expect([...found.marks.keys()]).toEqual(["majority", "child"]);
    const byRow = Object.fromEntries(table.rowIds.map((id, i) => [id, found.marks.get("child")![i]]));
    expect(byRow).toEqual({e1: "clean", e2: "near", e3: "contaminated", e4: "clean"});
    expect(found.marks.get("majority")).toEqual(found.marks.get("child"));
    expect(found.cleanTable.rowIds.toSorted()).toEqual(["e1", "e4"]);
    expect(found.candidates.map(({share}) => share)).toEqual([0.5, 0.5]);
    const {verdict, contamination} = await runVerdict(store, manifest!);
    expect(contamination!.candidates).toEqual(found.candidates);
    expect(verdict.risks.find(({kind}) => kind === "contamination")!.sentence).toMatch(
      /% of the scored rows are not clean for .*\. On the [\d,]+ clean rows /
    );
    const said = [...verdict.risks.map(({sentence}) => sentence), ...verdict.warnings];
    expect(said.filter((sentence) => /not clean/.test(sentence))).toHaveLength(1);

    const parentId = manifest!.candidates.find(({name}) => name === "majority")!.modelId!;
    const folder = join(models, parentId);
    const again = async () => {
      const {candidates, marks, unknown} = (await runContamination(store, manifest!, table))!;
      return {marks: [...marks.get("child")!].toSorted(), share: candidates[1]!.share, unknown};
    };
    const known = await again();
    await rename(folder, join(workspace.dir, "gone"));
    const gone = await again();
    expect(gone).toMatchObject({marks: Array(4).fill("unknown"), share: undefined});
    expect(gone.unknown).toContainEqual(expect.stringMatching(/^child: the record of the model majority \(/));
    const {verdict: unsure} = await runVerdict(store, manifest!);
    expect(unsure.risks.map(({sentence}) => sentence)).toEqual(expect.arrayContaining(gone.unknown));
    await rename(join(workspace.dir, "gone"), folder);
    expect(await again()).toEqual(known);

    const record = join(folder, "manifest.json");
    const text = await readFile(record, "utf8");
    const made = JSON.parse(text) as {training: {version: string}};
    made.training.version = "0".repeat(64);
    await writeFile(record, JSON.stringify(made));
    const lost = await again();
    expect(lost).toMatchObject({marks: Array(4).fill("unknown"), share: undefined});
    expect(lost.unknown).toContainEqual(
      expect.stringMatching(/^child: what it was trained on .* not in the store/)
    );
    await writeFile(record, text);
    expect(await again()).toEqual(known);

    // What it was trained on itself is found all the same.
    const childRecord = join(
      models,
      manifest!.candidates.find(({name}) => name === "child")!.modelId!,
      "manifest.json"
    );
    const childAsSaved = JSON.parse(await readFile(childRecord, "utf8")) as object;
    await writeFile(
      childRecord,
      JSON.stringify({...childAsSaved, training: (JSON.parse(text) as typeof made).training})
    );
    await rename(folder, join(workspace.dir, "gone"));
    expect(await again()).toMatchObject({marks: ["contaminated", "near", "unknown", "unknown"], share: 0.5});
    store.close();
  });

  it("marks a cascade's rows by what any of its models was trained on, also one of a cascade in it", async () => {
    const workspace = await temporaryWorkspace();
    const {version} = await pull(
      workspace,
      defineDataset({
        name: "q",
        id: "id",
        text: "text",
        label: "label",
        source: {kind: "rows", rows: () => rows}
      })
    );
    const store = await openStore(workspace);
    const spec = {strategy: "given", column: "part"} as const;
    const split = await ensureSplit(store, version, spec);
    const unknown = (name: string) =>
      candidate(
        name,
        recorded({name, rows: rows.map(({id}) => ({id, output: "x"})), hosting: "api", trust: "local"}),
        name
      );
    const majority = trained("majority", majorityClassifier({text: "text", label: "label"}));
    const settings = {signal: "length", thresholds: [0.5]} as const;
    const inner = cascade("inner", [unknown("a"), majority], settings);
    const {manifest} = await runEval(
      defineEval({
        dataset: "q",
        split: spec,
        candidates: [
          unknown("alone"),
          cascade("outer", [unknown("b"), inner], settings),
          cascade("neither", [unknown("c"), unknown("d")], settings)
        ],
        prompt: "{{text}}",
        expected: "label",
        scorers: {exact: exactMatch}
      }),
      {store, version, split, evalName: "questions"}
    );
    store.refresh();
    const {id} = (await listModels(modelsDir(workspace)))[0]!;
    expect(manifest!.candidates.map(({modelIds}) => modelIds)).toEqual([undefined, [id], undefined]);
    const table = await scoreTable(store, manifest!.id, "exact");
    const found = (await runContamination(store, manifest!, table))!;
    expect([...found.marks.keys()]).toEqual(["outer"]);
    expect(found.candidates[0]).toMatchObject({candidate: "outer", share: 0.5});
    const [{candidate: name, clean, near, contaminated, unknown: unknownRows}] = found.candidates as [
      (typeof found.candidates)[0]
    ];
    expect(await contaminatedRows(store, manifest!)).toEqual([
      {candidate: name, clean, near, contaminated, unknown: unknownRows}
    ]);
    const {edges} = await storedLineage(store);
    expect(edges).toContainEqual({from: `model:${id}`, to: `run:${manifest!.id}`, how: "candidate outer"});
    store.close();
  });

  /** A model run on a part, with the marks as they are now. */
  async function marked(spec: SplitSpec, part: "test" | "held-out", rows: ReturnType<typeof row>[]) {
    const workspace = await temporaryWorkspace();
    const source = {kind: "rows", rows: () => rows} as const;
    const definition = defineDataset({name: "q", id: "id", text: "text", label: "label", source});
    const {version} = await pull(workspace, definition);
    const store = await openStore(workspace);
    const split = await ensureSplit(store, version, spec);
    const {manifest} = await runEval(
      defineEval({
        dataset: "q",
        split: spec,
        part,
        candidates: [
          // Its name begins with the other's, as a variant's would.
          candidate(
            "majority · cloud",
            recorded({
              name: "rec",
              rows: rows.map(({id}) => ({id, output: id === "e0" ? "y" : ""})),
              hosting: "api",
              trust: "local"
            }),
            "m"
          ),
          trained("majority", majorityClassifier({text: "text", label: "label"}))
        ],
        prompt: "{{text}}",
        expected: "label",
        scorers: {exact: exactMatch}
      }),
      {store, version, split, evalName: "questions", options: {final: true, why: "test"}}
    );
    const marksNow = async () => {
      store.refresh();
      const {verdict, contamination} = await runVerdict(store, manifest!);
      const {marks, unknown} = contamination!;
      expect([...marks.keys()]).toEqual(["majority"]);
      return {
        marks: countsOf(marks.get("majority")!),
        unknown,
        action: verdict.action
      };
    };
    const parts = await store.rows<{row_id: string; part: string}>(
      `select row_id, part from read_parquet('${join(splitDir(workspace, "q", split.id), "parts.parquet")}') order by row_id`
    );
    return {workspace, store, marksNow, idIn: (one: string) => parts.find(({part}) => part === one)!.row_id};
  }

  it("takes no row for clean that a purge erased from the run or whose twin it erased from the training part", async () => {
    // The model is right on rows with a twin in the training part, and wrong on the six others.
    const twins = Array.from({length: 18}, (_, i) => words(`topic${i}of`));
    const {workspace, store, marksNow} = await marked({strategy: "given", column: "part"}, "test", [
      ...twins.map((text, i) => row(`t${i}`, "train", text)),
      ...twins.map((text, i) => ({...row(`e${i}`, "test", `${text} indeed`), label: "y"})),
      ...Array.from({length: 6}, (_, i) => row(`c${i}1`, "test", words(`other${i}of`)))
    ]);
    const held = expect.stringMatching(/^Do not switch to majority yet: /) as string;
    expect(await marksNow()).toEqual({marks: {near: 18, clean: 6}, unknown: [], action: held});

    await purge(workspace, "q", {where: "id like 'e1%'", reason: "asked"});
    const erased = expect.stringMatching(/^9 scored rows were erased since/) as string;
    expect(await marksNow()).toEqual({
      marks: {near: 9, clean: 6, unknown: 9},
      unknown: [erased],
      action: held
    });

    await purge(workspace, "q", {where: "id in ('t2', 't3')", reason: "asked"});
    const found = {
      marks: {near: 7, unknown: 17},
      unknown: [
        expect.stringMatching(/^majority: it learned from rows of q that were erased since/) as string,
        erased
      ],
      action: expect.stringMatching(
        /^Do not switch to majority yet: .* Of the other 17 rows it cannot be told: /
      ) as string
    };
    expect(await marksNow()).toEqual(found);
    // From what was kept.
    expect(await marksNow()).toEqual(found);
    store.close();
  });

  it("knows an erased row of a held-out part, whose ids are hashes", async () => {
    const {workspace, store, marksNow, idIn} = await marked(
      {strategy: "random", test: 0.2, validation: 0, heldOut: 0.4},
      "held-out",
      Array.from({length: 20}, (_, i) => row(`r${i}`, "any", words(`topic${i}of`)))
    );
    const {clean} = (await marksNow()).marks;
    await purge(workspace, "q", {where: `id = '${idIn("held-out")}'`, reason: "asked"});
    expect((await marksNow()).marks).toEqual({clean: clean! - 1, unknown: 1});
    store.close();
  });
});
