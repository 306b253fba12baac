import {createHash} from "node:crypto";
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {
  collectGarbage,
  defineDataset,
  nearDuplicates,
  partRows,
  previewPurge,
  pull,
  purge
} from "../../../src/data/datasets/index.js";
import {runReport} from "../../../src/evals/decisions/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {
  acceptErasedTraining,
  assertUsable,
  listModels,
  loadModel
} from "../../../src/weights/models/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {modelsDir, openStore, openWorkspace, writeTombstones} from "../../../src/base/store/index.js";
import {wordsEval, wordsProject} from "../../evals/runner/support/project.js";
import {writeLoader} from "../../support/assay.js";
import {assayHere} from "../../support/assayHere.js";
import {sampleStore} from "../../support/sampleStore.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {datasetDir, runDir} from "../../support/folders.js";

const reason = {reason: "a person's request", now: () => new Date("2026-12-01T00:00:00Z")};

function filesBelow(folder: string): string[] {
  return readdirSync(folder, {recursive: true, encoding: "utf8"})
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}

describe("purge", () => {
  it(
    "changes no interval of a run whose rows go by groups, and names none of their groups",
    {tags: ["long"]},
    async () => {
      const rows = Array.from({length: 60}, (_, i) => ({
        id: `r${i}`,
        text: `row ${i}`,
        thread: `thread-${i % 12}`
      }));
      const workspace = await temporaryWorkspace();
      const {version} = await pull(
        workspace,
        defineDataset({name: "talks", id: "id", group: "thread", source: {kind: "rows", rows: () => rows}})
      );
      const store = await openStore(workspace);
      const spec = {strategy: "group", test: 0.9, validation: 0} as const;
      const split = await ensureSplit(store, version, spec);
      const output = (i: number) => ((i % 12) % 3 === 0 || i % 7 === 0 ? "wrong" : `row ${i}`);
      const {manifest} = await runEval(
        defineEval({
          dataset: "talks",
          split: spec,
          candidates: [
            candidate(
              "good",
              recorded({
                name: "rec",
                rows: rows.map(({id}, i) => ({id, output: output(i)})),
                hosting: "api",
                trust: "local"
              }),
              "m"
            )
          ],
          prompt: "{{text}}",
          expected: "text",
          cluster: "thread",
          scorers: {exact: exactMatch}
        }),
        {store, version, split, evalName: "talks"}
      );
      const summary = async () => {
        store.refresh();
        return (await runReport(store, manifest!)).verdict.summaries[0]!;
      };
      const groups = async () =>
        (await store.rows<{cluster: string}>("select distinct cluster from items")).map(
          ({cluster}) => cluster
        );
      const before = await summary();
      const known = await groups();
      expect(before.method).toMatch(/cluster/);
      // Rows of one group go in two purges, and some of another stay.
      for (const where of ["id = 'r1'", "thread in ('thread-0', 'thread-1')", "id in ('r2', 'r3', 'r4')"]) {
        await purge(workspace, "talks", {where, ...reason});
        const {low, high, ...after} = await summary();
        expect(after).toEqual({...after, mean: before.mean, method: before.method});
        expect(low).toBeCloseTo(before.low!, 12);
        expect(high).toBeCloseTo(before.high!, 12);
      }
      const named = await groups();
      expect(named).toHaveLength(known.length);
      expect(named).not.toContain("thread-0");
      expect(named).not.toContain("thread-1");
      store.close();
    }
  );

  it("erases a row from every version, split and run; scores, counts and the runs' records stay", async () => {
    const project = await temporaryProject();
    const workspace = await sampleStore(project);
    const before = await openStore(workspace);
    const {row_id: id} = (await before.row<{row_id: string}>(
      `select row_id from completions where output is not null and run in (select id from runs where status = 'complete') order by row_id limit 1`
    ))!;
    const scores = await before.row<{n: number; sum: number}>(
      "select count(*)::int as n, round(sum(value), 6) as sum from scores"
    );
    const versions = await before.versions("mails");
    const holding = [];
    for (const version of versions)
      if (await before.row(`select 1 from "mails@${version.id}" where row_id = $id`, {id}))
        holding.push(version);
    const runs = await before.rows<{run: string}>(
      "select distinct run from items where row_id = $id order by run",
      {id}
    );
    before.close();
    writeFileSync(join(runDir(workspace, runs[0]!.run), "journal.ndjson"), '{"n": 1, "output": "x"}\n');

    const result = await purge(workspace, "mails", {where: `row_id = '${id}'`, ...reason});
    expect(result.rows).toBe(1);
    expect(result.versions).toEqual(holding.map((version) => ({id: version.id, rows: 1})));
    expect(result.runs.toSorted()).toEqual(runs.map(({run}) => run));
    expect(result.journals).toEqual([runs[0]!.run]);
    expect(existsSync(join(runDir(workspace, runs[0]!.run), "journal.ndjson"))).toBe(false);

    const store = await openStore(workspace);
    for (const table of [
      ...versions.map((version) => `"mails@${version.id}"`),
      "parts",
      "items",
      "completions",
      "scores"
    ])
      expect(await store.rows(`select 1 from ${table} where row_id = $id`, {id})).toEqual([]);
    const gone = "row_id like 'erased-%'";
    expect(
      await store.rows(
        `select count(*)::int as n, count(output)::int as outputs from completions where ${gone}`
      )
    ).toEqual([{n: expect.any(Number), outputs: 0}]);
    expect(await store.rows(`select distinct expected, excerpt from items where ${gone}`)).toEqual([
      {expected: null, excerpt: null}
    ]);
    expect(
      (await store.row<{n: number}>(
        `select count(*)::int as n from scores s join items i using (run, row_id) where s.${gone}`
      ))!.n
    ).toBeGreaterThan(0);
    expect(await store.row("select count(*)::int as n, round(sum(value), 6) as sum from scores")).toEqual(
      scores
    );
    const purged = [{rows: 1, at: "2026-12-01T00:00:00.000Z", reason: "a person's request"}];
    for (const version of await store.versions("mails"))
      if (holding.some((one) => one.id === version.id)) {
        const old = holding.find((one) => one.id === version.id)!;
        expect(version).toMatchObject({rows: old.rows - 1, sha256: old.sha256, purged});
      }
    for (const run of await store.runs())
      if (result.runs.includes(run.id)) expect(run.purged).toEqual(purged);
    store.close();
    const tombstones = readFileSync(join(datasetDir(workspace, "mails"), "tombstones.json"), "utf8");
    expect(JSON.parse(tombstones)).toMatchObject({rows: [{hash: expect.stringMatching(/^[0-9a-f]{64}$/)}]});
    // Nowhere in the store, not even in a file that no table shows.
    expect(filesBelow(workspace.dir).filter((file) => readFileSync(file).includes(`"${id}"`))).toEqual([]);
  });

  it("keeps an erased row from coming back with the next pull, and finishes what a kill left", async () => {
    const workspace = await temporaryWorkspace();
    const set = (rows: object[]) =>
      defineDataset({name: "set", source: {kind: "rows", rows: () => rows}, id: "id"});
    const rows = [
      {id: "a", who: "Ann"},
      {id: "b", who: "Bob"}
    ];
    const {version} = await pull(workspace, set(rows));
    const file = join(datasetDir(workspace, "set", version.id), "rows.parquet");
    const whole = readFileSync(file);
    await purge(workspace, "set", {where: "who = 'Bob'", ...reason});
    writeFileSync(file, whole); // as if the purge had been killed after its tombstones
    expect((await purge(workspace, "set", {where: "who = 'Bob'", ...reason})).versions).toEqual([
      {id: version.id, rows: 1}
    ]);
    const next = await pull(workspace, set([...rows, {id: "c", who: "Cy"}]));
    expect(next.version.rows).toBe(2);
    expect(readFileSync(file).includes("Bob")).toBe(false);
  });

  it(
    "names the runs whose answers to other rows repeat a label that only erased rows had",
    {tags: ["long"]},
    async () => {
      const project = await temporaryProject();
      const rows = Array.from({length: 40}, (_, i) => ({
        id: `r${i}`,
        text: `text ${i}`,
        author: i < 2 ? "Carol Marsh" : i % 2 ? "Ann" : "Bob"
      }));
      const workspace = await openWorkspace(project, join(project, ".assay"));
      const {version} = await pull(
        workspace,
        defineDataset({name: "texts", id: "id", label: "author", source: {kind: "rows", rows: () => rows}})
      );
      const store = await openStore(workspace);
      const spec = {strategy: "random", test: 0.9, validation: 0} as const;
      const split = await ensureSplit(store, version, spec);
      const sealed = async (answer: string) => {
        const answers = rows.map(({id}) => ({id, output: answer}));
        const {manifest} = await runEval(
          defineEval({
            dataset: "texts",
            split: spec,
            candidates: [
              candidate("one", recorded({name: answer, rows: answers, hosting: "api", trust: "local"}), "m")
            ],
            prompt: "{{text}}",
            expected: "author",
            scorers: {exact: exactMatch}
          }),
          {store, version, split, evalName: answer.split(" ")[0]!.toLowerCase()}
        );
        return manifest!.id;
      };
      const repeating = await sealed("Carol Marsh ");
      await sealed("Ann");
      store.close();
      const where = "author = 'Carol Marsh'";
      const names = new RegExp(`NOT (be )?erased: answers of run ${repeating} repeat a label`);
      expect((await previewPurge(workspace, "texts", {where: "id = 'r0'"})).repeating).toEqual([]);
      const shown = await assayHere(project, "purge", "texts", "--where", where, "--dry-run");
      expect(shown.stdout).toMatch(names);
      await assayHere(project, "purge", "texts", "--where", "id = 'r0'", "--reason", "asked");
      const erased = await assayHere(project, "purge", "texts", "--where", where, "--reason", "asked");
      expect(erased.stdout).toMatch(names);
      expect(erased.stdout.match(/repeat a label/g)).toHaveLength(1);
      const once = await purge(workspace, "texts", {where: "id = 'r1'", ...reason});
      expect(once.repeating).toEqual([repeating]);
      expect(readFileSync(join(datasetDir(workspace, "texts"), "tombstones.json"), "utf8")).not.toMatch(
        /Carol/
      );
    }
  );

  it("is not how gc takes a version from a run that is being planned on it", async () => {
    const workspace = await temporaryWorkspace();
    const set = (n: number) =>
      defineDataset({
        name: "set",
        source: {kind: "rows", rows: () => Array.from({length: n}, (_, i) => ({id: `r${i}`}))},
        id: "id"
      });
    const {version} = await pull(workspace, set(3));
    await pull(workspace, set(4));
    const store = await openStore(workspace);
    await workspace.lease(`using-${version.id}-0000`, {what: "eval words"}, async () => {
      expect((await collectGarbage(store, {keep: 1})).versions).toEqual([]);
    });
    expect((await collectGarbage(store, {keep: 1})).versions.map(({id}) => id)).toEqual([version.id]);
    store.close();
  });

  it("keeps an erased row from whoever reads while its files are still being rewritten", async () => {
    const workspace = await temporaryWorkspace();
    const rows = Array.from({length: 40}, (_, i) => ({id: `r${i}`}));
    const {version} = await pull(
      workspace,
      defineDataset({name: "set", source: {kind: "rows", rows: () => rows}, id: "id"})
    );
    const store = await openStore(workspace);
    const split = await ensureSplit(store, version, {strategy: "random"});
    const salt = "00";
    const hash = createHash("sha256").update(`${salt}r3`).digest("hex");
    await writeTombstones(workspace, "set", {
      kind: "tombstones",
      schemaVersion: 1,
      salt,
      rows: [{hash, at: "2026-12-01", reason: "asked"}]
    });
    const seen: string[] = [];
    for (const part of ["train", "validation", "test"])
      for await (const {id} of partRows(store, workspace, version, split, part)) seen.push(String(id));
    expect(seen).toHaveLength(39);
    expect(seen).not.toContain("r3");
    store.close();
  });

  it(
    "erases rejected rows and whatever was derived from rows, and names the models that learned from them",
    {tags: ["long"]},
    async () => {
      const project = await temporaryProject();
      const workspace = await sampleStore(project);
      const store = await openStore(workspace);
      const version = (await store.latestVersion("mails"))!;
      const {file} = await nearDuplicates(store, version);
      const trained = await store.rows<{id: string; name: string; split: string; part: string}>(
        "select id, name, training->>'split' as split, training->>'part' as part from models where training is not null"
      );
      const {row_id: id} = (await store.row<{row_id: string}>(
        "select row_id from parts where split = $split and part = $part limit 1",
        {split: trained[0]!.split.slice(0, 16), part: trained[0]!.part}
      ))!;
      store.close();
      mkdirSync(join(workspace.dir, "cache"), {recursive: true});
      writeFileSync(join(workspace.dir, "cache", "excerpts.json"), "{}");
      const {models} = await purge(workspace, "mails", {where: `row_id = '${id}'`, ...reason});
      expect(models.map(({name}) => name)).toEqual(expect.arrayContaining(trained.map(({name}) => name)));
      const dir = modelsDir(workspace);
      const [one] = (await listModels(dir)).filter(({id: model}) => model === trained[0]!.id);
      await expect(loadModel(dir, one!.id)).rejects.toThrow(
        /learned from rows of mails that were erased on 2026-12-01/
      );
      await acceptErasedTraining(dir, one!, "labels only");
      await assertUsable(dir, one!);
      expect(existsSync(file)).toBe(false);
      expect(existsSync(join(workspace.dir, "cache"))).toBe(false);
      const other = await temporaryWorkspace();
      const {version: filtered} = await pull(
        other,
        defineDataset({
          name: "set",
          source: {kind: "rows", rows: () => [{id: "a"}, {id: "b"}, {id: "c"}]},
          id: "id",
          filters: {"only a": "id = 'a'"}
        })
      );
      expect(filtered.rejected).toBe(2);
      expect((await purge(other, "set", {where: "id = 'b'", ...reason})).versions).toEqual([
        {id: filtered.id, rows: 1}
      ]);
      const after = await openStore(other);
      expect(await after.latestVersion("set")).toMatchObject({
        rows: 1,
        rejected: 1,
        filters: {"only a": {rejected: 1}}
      });
      after.close();
    }
  );

  it("refuses while a run is under way, naming it, and erases nothing", async () => {
    const workspace = await temporaryWorkspace();
    await pull(
      workspace,
      defineDataset({name: "set", source: {kind: "rows", rows: () => [{id: "a"}]}, id: "id"})
    );
    for (const [lease, what] of [
      ["run-eval-1", "the run eval-1"],
      ["build-0123", "Training of words"],
      ["files-0123-4567", "writing the training files of job words"]
    ] as const)
      await workspace.lease(lease, {what}, () =>
        expect(purge(workspace, "set", {where: "id = 'a'", ...reason})).rejects.toThrow(
          new RegExp(`${what} is under way in process ${process.pid}.*Nothing was erased`)
        )
      );
    expect(existsSync(join(datasetDir(workspace, "set"), "tombstones.json"))).toBe(false);
    expect((await purge(workspace, "set", {where: "id = 'a'", ...reason})).rows).toBe(1);
  });

  it("takes what a stopped training of the dataset had kept, and leaves those of other datasets", async () => {
    const workspace = await temporaryWorkspace();
    await pull(
      workspace,
      defineDataset({name: "set", source: {kind: "rows", rows: () => [{id: "a"}]}, id: "id"})
    );
    const trainings = join(modelsDir(workspace), ".training");
    for (const dataset of ["set", "other"]) {
      mkdirSync(join(trainings, dataset), {recursive: true});
      writeFileSync(join(trainings, dataset, "about.json"), JSON.stringify({dataset}));
      writeFileSync(join(trainings, dataset, "checkpoint.safetensors"), "x");
    }
    mkdirSync(join(trainings, "untold"));
    await purge(workspace, "set", {where: "id = 'a'", ...reason});
    expect(readdirSync(trainings)).toEqual(["other"]);
  });

  it("takes the journals of the dataset's unsealed runs, and leaves those of other datasets", async () => {
    const project = await wordsProject(await temporaryProject(), 20);
    const {workspace} = project.store;
    await pull(
      workspace,
      defineDataset({name: "set", source: {kind: "rows", rows: () => [{id: "a"}]}, id: "id"})
    );
    const endpoint = recorded({name: "recording", rows: [], hosting: "on-prem", trust: "local"});
    const {manifest} = await runEval(wordsEval(endpoint, {candidates: [candidate("one", endpoint, "m")]}), {
      ...project,
      evalName: "words",
      options: {preflight: false}
    });
    project.store.close();
    const folder = runDir(workspace, manifest!.id);
    rmSync(join(folder, "manifest.json"));
    const written = ["journal.ndjson", "scorer-answers.ndjson", "stage-answers.ndjson"];
    for (const log of written) writeFileSync(join(folder, log), "{}\n");
    // A start of before names no dataset.
    const unknown = runDir(workspace, "unknown-0123456789ab");
    mkdirSync(unknown);
    writeFileSync(
      join(unknown, "start.json"),
      JSON.stringify({planHash: "x", startedAt: "", noReuse: false})
    );
    writeFileSync(join(unknown, "journal.ndjson"), "{}\n");
    const logs = () =>
      readdirSync(folder).filter((name) => /^(journal|scorer-answers|stage-answers)/.test(name));

    const other = await purge(workspace, "set", {where: "id = 'a'", ...reason});
    expect(logs()).toEqual(written);
    expect(other.journals).toEqual(["unknown-0123456789ab"]);
    const own = await purge(workspace, "words", {where: "row_id = 'w0'", ...reason});
    expect(own.journals).toEqual([manifest!.id]);
    expect(logs()).toEqual([]);
  });

  it("on a second machine takes what judges and models of a run answered that an earlier purge found", async () => {
    const project = await wordsProject(await temporaryProject(), 20);
    const {workspace} = project.store;
    const endpoint = recorded({name: "recording", rows: [], hosting: "on-prem", trust: "local"});
    const run = async (model: string) => {
      const candidates = [candidate("one", endpoint, model)];
      const {manifest} = await runEval(wordsEval(endpoint, {candidates}), {
        ...project,
        evalName: model,
        options: {preflight: false}
      });
      const folder = runDir(workspace, manifest!.id);
      return [join(folder, "scorer-answers.ndjson"), join(folder, "stage-answers.ndjson")];
    };
    const answers = await run("before");
    project.store.refresh();
    const {row_id: id} = (await project.store.row<{row_id: string}>("select row_id from items limit 1"))!;
    await purge(workspace, "words", {where: `id = '${id}'`, ...reason});
    const since = await run("since");
    // Written on the machine that made the run, where the first purge was not.
    for (const file of [...answers, ...since]) writeFileSync(file, "{}\n");
    expect((await purge(workspace, "words", {where: `id = '${id}'`, ...reason})).journals).toEqual([]);
    expect([...answers, ...since].map((file) => existsSync(file))).toEqual([false, false, true, true]);
    project.store.close();
  });

  it("stops a run that was planned before it, so that no erased row is asked about", async () => {
    const project = await wordsProject(await temporaryProject(), 20);
    const {workspace} = project.store;
    const endpoint = recorded({name: "recording", rows: [], hosting: "on-prem", trust: "local"});
    const slow = {
      ...candidate("slow", endpoint, "model"),
      prepare: async () => {
        await purge(workspace, "words", {where: "id = 'w0'", ...reason});
        return {endpoint, model: "model"};
      }
    };
    await expect(
      runEval(wordsEval(endpoint, {candidates: [slow]}), {
        ...project,
        evalName: "words",
        options: {preflight: false}
      })
    ).rejects.toThrow(/rows of words were erased while this run was planned/);
    expect(await workspace.place.list("runs")).toEqual([]);
    project.store.close();
  });

  it("refuses a condition that is none, or that no row meets, and erases nothing", async () => {
    const workspace = await temporaryWorkspace();
    await pull(
      workspace,
      defineDataset({name: "set", source: {kind: "rows", rows: () => [{id: "a"}]}, id: "id"})
    );
    await expect(purge(workspace, "set", {where: "whom = 'x'", ...reason})).rejects.toThrow(
      /not a condition/
    );
    await expect(purge(workspace, "set", {where: "id = 'z'", ...reason})).rejects.toThrow(
      /no row of set meets/
    );
    expect(existsSync(join(datasetDir(workspace, "set"), "tombstones.json"))).toBe(false);
  });
});

describe("gc", () => {
  it(
    "removes old versions and their splits, never what a run, a split that stays or the newest pull refers to",
    {tags: ["long"]},
    async () => {
      const workspace = await sampleStore(await temporaryProject());
      const set = (n: number) =>
        defineDataset({
          name: "set",
          source: {kind: "rows", rows: () => [{n}]}
        });
      const made = [];
      for (let n = 0; n < 5; n++)
        made.push(
          (await pull(workspace, set(n), {now: () => new Date(Date.UTC(2026, 0, n + 1))})).version.id
        );
      await pull(workspace, set(0)); // the oldest content is the newest pull again
      const store = await openStore(workspace);
      const mails = (await store.versions("mails")).map(({id}) => id);
      const dry = await collectGarbage(store, {keep: 2, dryRun: true});
      expect((await store.versions("set")).length).toBe(5);
      const {versions} = await collectGarbage(store, {keep: 2});
      expect(versions).toEqual(dry.versions);
      expect(versions.map(({id}) => id)).toEqual(made.slice(1, 3));
      expect((await store.versions("set")).map(({id}) => id)).toEqual([made[0], made[3], made[4]]);
      await collectGarbage(store, {keep: 1});
      expect((await store.versions("mails")).map(({id}) => id)).toEqual(mails);
      const splits = new Set((await store.splits("mails")).map(({id}) => id));
      for (const run of await store.runs()) expect(splits.has(run.split.id)).toBe(true);
      store.close();
    }
  );
});

describe("the command line", () => {
  it("purges and clears", async () => {
    const project = await temporaryProject();
    writeLoader(
      project,
      "set",
      `{name: "set", source: {kind: "rows", rows: () => [{id: "a"}, {id: "b"}]}, id: "id"}`
    );
    await assayHere(project, "pull");
    const purged = await assayHere(project, "purge", "set", "--where", "id = 'a'", "--reason", "asked to");
    expect(purged.stdout).toMatch(/^1 row of set erased/);
    expect((await assayHere(project, "versions")).stdout).toMatch(/rows erased since\n.* 1\n$/);
    const again = await assayHere(project, "purge", "set", "--where", "id = 'a'", "--reason", "asked to");
    expect(again.stdout).toMatch(/^No row of set meets it that was not erased before/);
    expect((await assayHere(project, "gc", "--dry-run")).stdout).toContain("nothing to remove");
  });
});
