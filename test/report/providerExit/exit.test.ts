import {mkdtempSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {importResults} from "../../../src/cli/evals/verdict/importResults.js";
import {scoreTable, type ScoreTable} from "../../../src/evals/decisions/index.js";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import {exitReport, readShutdowns, substitutesFor} from "../../../src/report/providerExit/index.js";
import {openStore, openWorkspace, type RunManifest, type Store} from "../../../src/base/store/index.js";
import {startModelServer} from "../../support/modelServer.js";

const at = "2026-11-27";
const folder = mkdtempSync(join(tmpdir(), "exit-"));
let store: Store;
let run: RunManifest;
let table: ScoreTable;

/** 600 rows: hosted and rival differ on few, both ways alike; small is wrong on every third row more. */
beforeAll(async () => {
  const lines = ["row,candidate,score,output"];
  for (let i = 0; i < 600; i++) {
    const hosted = i % 5 !== 0;
    const rival = i % 60 === 1 ? false : i % 60 === 0 ? true : hosted;
    lines.push(
      `${i},hosted,${Number(hosted)},x`,
      `${i},rival,${Number(rival)},x`,
      `${i},small,${Number(hosted && i % 3 > 0)},`
    );
  }
  writeFileSync(join(folder, "r.csv"), lines.join("\n"));
  const workspace = await openWorkspace(folder);
  const {manifest} = await importResults(workspace, {files: ["r.csv"]}, {command: "assay verdict"});
  store = await openStore(workspace);
  table = await scoreTable(store, manifest.id, "score");
  const at = (name: string, model: string, baseUrl: string | undefined, endpointKind: string) => ({
    name,
    model,
    endpoint: name,
    endpointKind,
    hosting: endpointKind === "embedded" ? "edge" : "api",
    identity: baseUrl === undefined ? {} : {baseUrl},
    params: {}
  });
  run = {
    ...manifest,
    imported: undefined,
    evalFile: {path: "evals/routing.eval.ts", sha256: "0"},
    candidates: [
      at("hosted", "ft:gpt-4o:us::1", "https://api.openai.com/v1", "openai"),
      at("rival", "sonnet", "https://api.anthropic.com/v1", "openai"),
      at("small", "majority", undefined, "embedded")
    ] as RunManifest["candidates"]
  };
});
afterAll(() => store.close());

describe("leaving a provider", () => {
  it("says what is kept, who is no worse within the margin, what each costs and until when", async () => {
    const {candidates} = await exitReport(store, run, {
      table,
      margin: 0.03,
      costs: {hosted: {usdPerThousand: 2, rows: 600}, rival: {usdPerThousand: 0.5, rows: 600}},
      moving: {rival: 24},
      shutdowns: await readShutdowns(folder),
      at
    });
    const [hosted, , small] = candidates;
    expect(hosted).toMatchObject({owned: false, heldBy: "api.openai.com", usdPerThousand: 2});
    expect(hosted!.until.map(({date, touches}) => [date, touches])).toEqual([
      ["2027-01-06", "fine-tuning"],
      ["2027-01-14", "model"]
    ]);
    expect(hosted).toMatchObject({endsOn: "2027-01-14", distillation: undefined});
    expect(hosted!.keeps.map(({what, kept}) => [what, kept])).toEqual([
      ["data", false],
      ["evals", true],
      ["outputs", true],
      ["weights", false]
    ]);
    expect(hosted!.substitutes).toMatchObject([
      {
        candidate: "rival",
        verdict: "non-inferior",
        usdPerThousand: 0.5,
        movingUsd: 24,
        heldBy: "api.anthropic.com",
        rows: 600
      },
      {candidate: "small", verdict: "inferior", heldBy: "the store"}
    ]);
    expect(small).toMatchObject({owned: true, until: []});
    const elsewhere = {by: "x", files: [{path: "a", sha256: "", bytes: 1, tool: "openai-evals", answers: 1}]};
    const scoredThere = await exitReport(
      store,
      {...run, imported: elsewhere},
      {table, margin: 0.03, costs: {}, shutdowns: await readShutdowns(folder), at}
    );
    expect(scoredThere.candidates[0]!.until.map(({date}) => date)).toEqual([
      "2026-11-30",
      "2027-01-06",
      "2027-01-14"
    ]);
    expect(small!.keeps.find(({what}) => what === "outputs")).toMatchObject({kept: false});
  });

  it("knows of a cascade all whose models it asks, and offers none that asks what ends", async () => {
    const stage = (name: string, host: string, hosting: string) => ({
      name,
      model: name,
      endpoint: `${name} server`,
      endpointKind: "openai",
      hosting,
      identity: {baseUrl: `https://${host}/v1`}
    });
    const large = stage("large", "api.large.example", "api");
    const other = stage("other", "api.other.example", "api");
    const own = stage("own", "127.0.0.1", "on-prem");
    const cascade = (name: string, answerers: object[], changes = {}) => ({
      name,
      model: name,
      endpoint: `cascade ${name}`,
      endpointKind: "openai",
      hosting: "on-prem",
      identity: {cascade: "[]"},
      params: {},
      answerers,
      ...changes
    });
    const shutdowns = [
      {
        host: "api.large.example",
        touches: "model" as const,
        date: "2026-12-31",
        says: "It closes",
        source: "s",
        asOf: at
      }
    ];
    const reportOf = async (candidates: object[]) =>
      (
        await exitReport(
          store,
          {...run, candidates: candidates as unknown as RunManifest["candidates"]},
          {table, margin: 0.03, costs: {}, shutdowns, at}
        )
      ).candidates;
    const alone = {...large, name: "hosted", params: {}};
    const offered = async (answerers: object[], changes = {}) => {
      const [first, second] = await reportOf([alone, cascade("rival", answerers, changes)]);
      return {
        names: first!.substitutes.map(({candidate}) => candidate),
        back: second!.substitutes.map(({candidate}) => candidate),
        second: second!
      };
    };
    for (const answerers of [
      [own, large],
      [large, own]
    ]) {
      const {names, back, second} = await offered(answerers);
      expect([names, back, second.owned, second.endsOn]).toEqual([[], [], false, "2026-12-31"]);
      expect(second.heldBy.split(", ").sort()).toEqual(["api.large.example", "own server"]);
      expect(second.keeps.at(-1)).toMatchObject({
        kept: false,
        detail: expect.stringContaining("own: on own server: see that a copy is yours") as string
      });
    }
    const before = {
      answerers: undefined,
      stages: [{name: "large", model: "large", host: "api.large.example"}]
    };
    expect(await offered([], before)).toMatchObject({
      names: [],
      second: {owned: false, endsOn: "2026-12-31"}
    });
    expect((await offered([], {answerers: undefined})).second).toMatchObject({owned: false, until: []});
    expect((await offered([own, other])).names).toEqual(["rival"]);
    expect((await offered([own, own])).second).toMatchObject({owned: true, heldBy: "own server", until: []});
  });

  it("names the end of the evals product for an export of it, which names no address", async () => {
    const workspace = await openWorkspace(mkdtempSync(join(tmpdir(), "exit-openai-")));
    const files = [join(import.meta.dirname, "../../fixtures/results/openai-evals.json")];
    const {manifest} = await importResults(workspace, {files}, {command: "assay verdict"});
    const imported = await openStore(workspace);
    try {
      const scores = await scoreTable(imported, manifest.id, manifest.primaryScorer);
      const shutdowns = await readShutdowns(folder);
      const {candidates} = await exitReport(imported, manifest, {
        table: scores,
        margin: 0.03,
        costs: {},
        shutdowns,
        at
      });
      expect(candidates.map(({until}) => until.map(({date}) => date))).toEqual([
        ["2026-11-30"],
        ["2026-11-30"]
      ]);
    } finally {
      imported.close();
    }
  });

  it("knows a model of another tool's results by whatever name that tool gives it", async () => {
    const project = mkdtempSync(join(tmpdir(), "exit-names-"));
    const names = [
      "openai/gpt-4o",
      "openai:gpt-4o",
      "openai:chat:gpt-4o",
      "anthropic/gpt-4o",
      "constructor/gpt-4o"
    ];
    const lines = names.flatMap((name) => [`a,${name},1`, `b,${name},0`]);
    writeFileSync(join(project, "r.csv"), ["row,candidate,score", ...lines].join("\n"));
    const {manifest} = await importResults(await openWorkspace(project), {files: ["r.csv"]}, {command: "x"});
    const imported = await openStore(await openWorkspace(project));
    try {
      const own = {touches: "model" as const, says: "It ends", source: "s", asOf: at};
      const {candidates} = await exitReport(imported, manifest, {
        table: await scoreTable(imported, manifest.id, manifest.primaryScorer),
        margin: 0.03,
        costs: {},
        shutdowns: [{...own, host: "api.openai.com", model: "gpt-4o", date: "2027-01-01"}],
        at
      });
      expect(candidates.map(({endsOn}) => endsOn)).toEqual([
        ...Array<string>(3).fill("2027-01-01"),
        undefined,
        undefined
      ]);
    } finally {
      imported.close();
    }
  });

  it("does not call a substitute no worse on few rows", () => {
    const few = {
      ...table,
      rowIds: table.rowIds.slice(0, 20),
      values: table.values.map((one) => one.slice(0, 20))
    };
    const found = substitutesFor(few, "hosted", ["rival"], {margin: 0.03});
    expect(found[0]!.verdict).toBe("undecided");
    expect(substitutesFor(table, "hosted", [], {margin: 0.03})).toEqual([]);
  });

  it("takes the project's own dates, and refuses a table that is not of its form", async () => {
    const own = mkdtempSync(join(tmpdir(), "shutdowns-"));
    const entry = {
      host: "api.anthropic.com",
      touches: "model",
      model: "son*",
      date: "2027-02-01",
      says: "It ends"
    };
    writeFileSync(join(own, "shutdowns.json"), JSON.stringify({asOf: "2026-11-01", entries: [entry]}));
    const shutdowns = await readShutdowns(own);
    const {candidates} = await exitReport(store, run, {table, margin: 0.03, costs: {}, shutdowns, at});
    expect(candidates[1]!.until).toMatchObject([
      {date: "2027-02-01", asOf: "2026-11-01", source: "shutdowns.json"}
    ]);
    writeFileSync(join(own, "shutdowns.json"), '{"asOf": "soon", "entries": [{"host": "", "date": "x"}]}');
    await expect(readShutdowns(own)).rejects.toThrow(
      /asOf must be a day.*entries\[0\]: host must be.*touches must be.*date must be.*says must be/
    );
  });

  it("takes the days that a price list names, the earliest of all sources first, and none for what the team holds", async () => {
    const row = (model: string, asOf: string, shutdownDate?: string) => ({
      model,
      provider: "Example Inc.",
      asOf,
      source: "its page",
      shutdownDate
    });
    const shutdowns = [
      {
        host: "api.anthropic.com",
        touches: "model" as const,
        date: "2027-05-01",
        says: "It ends",
        source: "shutdowns.json",
        asOf: "2026-11-01"
      }
    ];
    const prices = [
      row("anthropic/sonnet", "2026-10-01", "2027-09-01"),
      row("anthropic/sonnet", "2026-11-01", "2027-03-01"),
      // A newer row that names no day takes none back.
      row("anthropic/sonnet", "2026-11-20"),
      row("majority", "2026-11-01", "2027-03-01")
    ];
    const {candidates} = await exitReport(store, run, {
      table,
      margin: 0.03,
      costs: {},
      shutdowns,
      prices,
      at
    });
    const [hosted, rival, small] = candidates;
    expect(rival!.until.map(({date, source, asOf}) => [date, source, asOf])).toEqual([
      ["2027-03-01", "price list: its page", "2026-11-01"],
      ["2027-05-01", "shutdowns.json", "2026-11-01"]
    ]);
    expect([hosted!.endsOn, rival!.endsOn, small!.endsOn]).toEqual([undefined, "2027-03-01", undefined]);
    expect(small!.until).toEqual([]);
  });

  it("reads the day from a server's list of models", async () => {
    const body = {
      object: "list",
      data: [
        {id: "old", shutdown_date: "2027-03-01"},
        {id: "new"},
        {id: "odd", shutdown_date: Date.UTC(2027, 2, 1) / 1000}
      ]
    };
    const server = await startModelServer({models: ["old"], list: body});
    const endpoint = openAICompatible({
      name: "here",
      baseUrl: server.url,
      hosting: "on-prem",
      trust: "internal"
    });
    try {
      expect(await endpoint.shutdownDate!("old")).toBe("2027-03-01");
      expect(await endpoint.shutdownDate!("odd")).toBe("2027-03-01");
      expect(await endpoint.shutdownDate!("new")).toBeUndefined();
    } finally {
      await endpoint.close?.();
      await server.close();
    }
  });
});
