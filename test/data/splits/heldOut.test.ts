import {cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {
  defineDataset,
  diffVersions,
  exportVersion,
  importVersion,
  partRows,
  pull
} from "../../../src/data/datasets/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {ensureSplit, type SplitSpec} from "../../../src/data/splits/index.js";
import {finalRuns, openStore} from "../../../src/base/store/index.js";
import {serveFolder} from "../../support/serveFolder.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {datasetDir, runDir, splitDir} from "../../support/folders.js";

const spec: SplitSpec = {strategy: "random", test: 0.2, validation: 0, heldOut: 0.3};
const rowsOf = (n: number) =>
  Array.from({length: n}, (_, i) => ({id: `r${i}`, text: `text ${i}`, label: `l${i % 2}`}));

const mailsOf = (rows: object[]) =>
  defineDataset({
    name: "mails",
    id: "id",
    text: "text",
    label: "label",
    source: {kind: "rows", rows: () => rows}
  });

async function heldOutStore(n = 200) {
  const workspace = await temporaryWorkspace();
  const {version: older} = await pull(workspace, mailsOf(rowsOf(n - 50)));
  const {version} = await pull(workspace, mailsOf(rowsOf(n)));
  const store = await openStore(workspace);
  const split = await ensureSplit(store, version, spec);
  const heldOut = await store.rows<{row_id: string}>(
    `select row_id from read_parquet('${join(splitDir(workspace, "mails", split.id), "parts.parquet")}') where part = 'held-out'`
  );
  return {workspace, store, older, version, split, heldOut: new Set(heldOut.map(({row_id}) => row_id))};
}

const evalOf = () =>
  defineEval({
    dataset: "mails",
    split: spec,
    part: "held-out",
    candidates: [
      candidate(
        "recording",
        recorded({
          name: "recording",
          rows: rowsOf(200).map(({id, label}) => ({id, output: label})),
          hosting: "on-prem",
          trust: "local"
        }),
        "model"
      )
    ],
    prompt: "{{text}}",
    expected: "label",
    scorers: {exact: exactMatch},
    publish: "text"
  });

describe("the held-out part", () => {
  it("is in no view of the dataset, in any of its versions, and not among the parts", async () => {
    const {store, older, version, split, heldOut} = await heldOutStore();
    expect(heldOut.size).toBe(split.counts["held-out"]);
    expect(heldOut.size).toBeGreaterThan(30);
    for (const view of ["mails", `mails@${version.id}`, `mails@${older.id}`]) {
      const rows = await store.rows<{row_id: string}>(`select row_id from "${view}"`);
      expect(rows.some(({row_id}) => heldOut.has(row_id))).toBe(false);
      expect(rows.length).toBeGreaterThan(80);
    }
    expect(await store.rows("select * from mails")).toHaveLength(200 - heldOut.size);
    const parts = await store.rows<{part: string}>("select distinct part from parts order by part");
    expect(parts.map(({part}) => part)).toEqual(["test", "train"]);
    store.close();
  });

  it("is not named by a diff of two versions", async () => {
    const {store, older, version, heldOut} = await heldOutStore();
    const {added, removed} = await diffVersions(store, older, version, {sample: 200});
    expect(added.sample.filter((id) => heldOut.has(id))).toEqual([]);
    expect(added.rows).toBe(50 - [...heldOut].filter((id) => Number(id.slice(1)) >= 150).length);
    expect(removed.rows).toBe(0);
    store.close();
  });

  it("stays closed to training and runs on another split of the dataset, and open to its own final run", async () => {
    const {workspace, store, version, split, heldOut} = await heldOutStore();
    const other: SplitSpec = {strategy: "random", seed: "other", test: 0.5, validation: 0, heldOut: 0.2};
    const second = await ensureSplit(store, version, other);
    const seen: string[] = [];
    for (const part of ["train", "test"])
      for await (const {id} of partRows(store, workspace, version, second, part)) seen.push(String(id));
    expect(seen.length).toBeGreaterThan(80);
    expect(seen.filter((id) => heldOut.has(id))).toEqual([]);
    const {manifest} = await runEval(
      {...evalOf(), split: other, part: "test"},
      {store, version, split: second, evalName: "elsewhere"}
    );
    store.refresh();
    const scored = await store.rows<{row_id: string}>(
      `select distinct row_id from items where run = '${manifest!.id}'`
    );
    expect(scored.length).toBeGreaterThan(50);
    expect(scored.filter(({row_id}) => heldOut.has(row_id))).toEqual([]);
    const final = await runEval(evalOf(), {
      store,
      version,
      split,
      evalName: "last-word",
      options: {final: true, why: "test"}
    });
    expect(final.manifest!.counts.scored).toBe(heldOut.size);
    store.close();
  });

  it("is opened by a final run only, which notes who, when and why before it reads a row", async () => {
    const {workspace, store, version, split, heldOut} = await heldOutStore();
    const inputs = {store, version, split, evalName: "last-word"};
    await expect(runEval(evalOf(), inputs)).rejects.toThrow(/--final --why/);
    await expect(runEval(evalOf(), {...inputs, options: {final: true}})).rejects.toThrow(/Say why/);
    expect(await finalRuns(workspace)).toEqual([]);
    const {manifest} = await runEval(evalOf(), {
      ...inputs,
      options: {final: true, why: "release 2"},
      effects: {now: () => Date.UTC(2026, 0, 2)}
    });
    expect(manifest!.counts.scored).toBe(heldOut.size);
    expect(manifest!.command).toContain("--final --why 'release 2'");
    const [noted, ...more] = await finalRuns(workspace);
    expect(more).toEqual([]);
    expect(noted).toMatchObject({
      at: "2026-01-02T00:00:00.000Z",
      why: "release 2",
      eval: "last-word",
      split: split.id,
      rows: heldOut.size
    });
    expect(noted!.who).not.toBe("");
    store.refresh();
    expect(await store.rows("select why from final_runs")).toEqual([{why: "release 2"}]);
    const few = await runEval(evalOf(), {...inputs, options: {final: true, why: "a look", limit: 3}});
    expect(few.manifest!.counts.scored).toBe(3);
    expect((await finalRuns(workspace)).map(({rows}) => rows)).toEqual([heldOut.size, 3]);
    store.close();
  });

  it("does not leave the store in an export or an import, unless it is opened and noted", async () => {
    const {workspace, store, older, version, split, heldOut} = await heldOutStore();
    const out = join(workspace.project, "out");
    const refused = `mails@${version.id} holds ${heldOut.size} rows that split random holds out`;
    await expect(exportVersion(workspace, version, out)).rejects.toThrow(refused);
    await expect(exportVersion(workspace, version, out, {why: "release 2"})).rejects.toThrow(refused);
    await expect(exportVersion(workspace, version, out, {withHeldOut: true, why: " "})).rejects.toThrow(
      /Say why/
    );
    // The split is of the newer version, and holds out the same rows in the older one.
    await expect(exportVersion(workspace, older, out)).rejects.toThrow(/holds out/);
    const other = await temporaryWorkspace();
    for (const from of [workspace.project, workspace.dir])
      await expect(importVersion(other, "mails", version.id, from)).rejects.toThrow(/--with-held-out/);
    expect([existsSync(out), existsSync(datasetDir(other, "mails", version.id))]).toEqual([false, false]);
    expect(await finalRuns(workspace)).toEqual([]);

    const folder = await exportVersion(workspace, version, out, {
      withHeldOut: true,
      why: "archive",
      now: () => new Date(Date.UTC(2026, 0, 2))
    });
    expect(await finalRuns(workspace)).toEqual([
      {
        at: "2026-01-02T00:00:00.000Z",
        who: expect.stringMatching(/./) as string,
        why: "archive",
        eval: null,
        dataset: "mails",
        version: version.id,
        split: split.id,
        rows: heldOut.size,
        dryRun: false
      }
    ]);
    expect((await importVersion(other, "mails", version.id, folder)).version.rows).toBe(200);
    store.refresh();
    expect(await store.rows("select eval, why from final_runs")).toEqual([{eval: null, why: "archive"}]);
    store.close();
  });

  it("does not leave the store among the rows that a filter dropped", {tags: ["long"]}, async () => {
    const {workspace, store, heldOut} = await heldOutStore();
    store.close();
    const filters = {"is not held out": `id not in (${[...heldOut].map((id) => `'${id}'`).join(", ")})`};
    const {version} = await pull(workspace, {...mailsOf(rowsOf(200)), filters});
    expect(version.rejected).toBe(heldOut.size);
    const out = join(workspace.project, "out");
    await expect(exportVersion(workspace, version, out)).rejects.toThrow(
      `holds ${heldOut.size} rows that split random holds out`
    );
    const other = await temporaryWorkspace();
    await expect(importVersion(other, "mails", version.id, workspace.project)).rejects.toThrow(
      /--with-held-out/
    );
    const folder = await exportVersion(workspace, version, out, {withHeldOut: true, why: "archive"});
    expect(await finalRuns(workspace)).toMatchObject([{rows: heldOut.size}]);
    expect((await importVersion(other, "mails", version.id, folder)).heldOut).toBe(heldOut.size);
    // Without the filter they are rows again, and still held out.
    await pull(other, mailsOf(rowsOf(200)));
    const there = await openStore(other);
    expect(await there.row("select count(*)::int as n from mails")).toEqual({n: 200 - heldOut.size});
    there.close();
  });

  it(
    "is taken from no served store and no folder without its records, and stays held out where an export is imported",
    {tags: ["long"]},
    async () => {
      const {workspace, store, version, split, heldOut} = await heldOutStore();
      const out = join(workspace.project, "out");
      await exportVersion(workspace, version, out, {withHeldOut: true, why: "for the gate"});
      const other = await temporaryWorkspace();
      const copy = join(other.project, "copy");
      cpSync(datasetDir(workspace, "mails", version.id), copy, {recursive: true});
      const served = await serveFolder(workspace.project);
      try {
        const own = `.assay/datasets/mails/${version.id}`;
        for (const from of [served.url, `${served.url}.assay`, `${served.url}${own}`, copy])
          await expect(importVersion(other, "mails", version.id, from), from).rejects.toThrow(
            /without the export\.json of an export/
          );
        expect(existsSync(join(other.dir, "datasets", "mails", version.id))).toBe(false);

        const imported = await importVersion(other, "mails", version.id, `${served.url}out`);
        expect(imported).toMatchObject({changed: true, heldOut: heldOut.size});
        expect(readdirSync(datasetDir(other, "mails", version.id)).sort()).toEqual([
          "manifest.json",
          "rows.parquet"
        ]);
      } finally {
        await served.close();
      }
      const there = await openStore(other);
      const shown = await there.rows<{row_id: string}>("select row_id from mails");
      expect(shown).toHaveLength(200 - heldOut.size);
      expect(shown.filter(({row_id}) => heldOut.has(row_id))).toEqual([]);
      await expect(exportVersion(other, version, join(other.project, "out"))).rejects.toThrow(
        `${heldOut.size} rows that split random holds out`
      );
      const again = await ensureSplit(there, version, spec);
      expect(again.id).toBe(split.id);
      const {manifest} = await runEval(evalOf(), {
        store: there,
        version,
        split: again,
        evalName: "last-word",
        options: {final: true, why: "test"}
      });
      expect(manifest!.counts.scored).toBe(heldOut.size);
      there.close();
      store.close();
    }
  );

  it("is not opened by a store into which the dataset's folder was copied", async () => {
    const {workspace, store} = await heldOutStore();
    store.close();
    const other = await temporaryWorkspace();
    cpSync(join(workspace.dir, "datasets"), join(other.dir, "datasets"), {recursive: true});
    await expect(openStore(other)).rejects.toThrow(/lacks the folder held-out\/mails that says which/);
    cpSync(join(workspace.dir, "held-out"), join(other.dir, "held-out"), {recursive: true});
    (await openStore(other)).close();
  });

  it("is held out where an export is imported that has the version already", async () => {
    const {workspace, store, version, heldOut} = await heldOutStore();
    const out = join(workspace.project, "out");
    await exportVersion(workspace, version, out, {withHeldOut: true, why: "for the gate"});
    const other = await temporaryWorkspace();
    await pull(other, mailsOf(rowsOf(200)));
    const imported = await importVersion(other, "mails", version.id, out);
    expect(imported).toMatchObject({changed: false, heldOut: heldOut.size});
    const there = await openStore(other);
    expect(await there.rows("select row_id from mails")).toHaveLength(200 - heldOut.size);
    there.close();
    store.close();
  });

  it("is told by a pull of the same rows under another name", async () => {
    const {workspace, store, heldOut} = await heldOutStore();
    const said: string[] = [];
    const copy = {
      ...mailsOf(rowsOf(200)),
      name: "copy",
      sql: "select id || 'x' as id, text, label from source"
    };
    await pull(workspace, defineDataset(copy), {onProgress: (message) => said.push(message)});
    expect(said.join()).toContain(
      `held out under another name (${heldOut.size} in mails), and are open here`
    );
    await pull(workspace, mailsOf(rowsOf(199)), {onProgress: (message) => said.push(message)});
    expect(said).toHaveLength(1);
    store.close();
  });

  it("is not imported when the export's note is another's, or what it names is cut", async () => {
    const {workspace, store, older, version} = await heldOutStore();
    const out = join(workspace.project, "out");
    const opened = {withHeldOut: true, why: "for the gate"};
    const [folder, others] = [
      await exportVersion(workspace, version, out, opened),
      await exportVersion(workspace, older, out, opened)
    ];
    const other = await temporaryWorkspace();
    const refused = () => expect(importVersion(other, "mails", version.id, folder)).rejects;
    const note = readFileSync(join(folder, "export.json"), "utf8");
    writeFileSync(join(folder, "export.json"), readFileSync(join(others, "export.json"), "utf8"));
    await refused().toThrow(/is of another export or form/);
    writeFileSync(join(folder, "export.json"), "[]");
    await refused().toThrow(/is of another export or form/);
    writeFileSync(join(folder, "export.json"), note);
    rmSync(join(folder, "held-out.parquet"));
    await refused().toThrow(/held-out\.parquet, which names them, cannot be read/);
    expect(existsSync(datasetDir(other, "mails", version.id))).toBe(false);
    store.close();
  });

  it("shows the scores of a final run without what its rows say", async () => {
    const {workspace, store, version, split} = await heldOutStore();
    const {manifest} = await runEval(evalOf(), {
      store,
      version,
      split,
      evalName: "last-word",
      options: {final: true, why: "test"}
    });
    store.refresh();
    const shown = await store.row<{scored: number; told: number}>(
      `select count(s.value)::int as scored, (count(i.excerpt) + count(i.expected) + count(c.output))::int as told
       from items i join completions c using (run, row_id) join scores s using (run, row_id)`
    );
    expect(shown).toEqual({scored: manifest!.counts.scored, told: 0});
    const kept = await store.row<{n: number}>(
      `select count(output)::int as n from read_parquet('${join(runDir(workspace, manifest!.id), "completions.parquet")}')`
    );
    expect(kept!.n).toBe(manifest!.counts.scored);
    expect(readFileSync(join(workspace.dir, "final-runs.jsonl"), "utf8").split("\n")).toHaveLength(2);
    store.close();
  });

  it("stays closed in a workspace that calls it by its earlier name, and is the same split", async () => {
    const {workspace, store, version, split, heldOut} = await heldOutStore();
    const folder = splitDir(workspace, "mails", split.id);
    const file = join(folder, "parts.parquet");
    await store.rows(
      `copy (select * replace (case part when 'held-out' then 'sealed' else part end as part) from read_parquet('${file}')) to '${file}.older' (format parquet)`
    );
    renameSync(`${file}.older`, file);
    const {["held-out"]: sealed, ...counts} = split.counts;
    const {heldOut: share, ...settings} = split.settings;
    writeFileSync(
      join(folder, "manifest.json"),
      JSON.stringify({...split, counts: {...counts, sealed}, settings: {...settings, sealed: share}})
    );
    store.refresh();
    expect(await store.rows("select * from mails")).toHaveLength(200 - heldOut.size);
    const again = await ensureSplit(store, version, spec);
    expect(again).toEqual(split);
    const {manifest} = await runEval(evalOf(), {
      store,
      version,
      split: again,
      evalName: "last-word",
      options: {final: true, why: "test"}
    });
    expect(manifest!.counts.scored).toBe(heldOut.size);
    await expect(ensureSplit(store, version, {...spec, sealed: 0.3} as unknown as SplitSpec)).rejects.toThrow(
      /`sealed` is called `heldOut` now/
    );
    store.close();
  });
});
