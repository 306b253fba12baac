import {describe, expect, it} from "vitest";
import {lineageTree, findNode} from "../../../src/cli/models/lineage.js";
import {
  dataReaching,
  layersOf,
  lineageGraph,
  type ModelManifest,
  reached,
  storedLineage
} from "../../../src/weights/models/index.js";
import {
  beginningOf,
  type JobRecord,
  openStore,
  type RunManifest,
  type SplitManifest,
  type VersionManifest
} from "../../../src/base/store/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {sampleStore} from "../../support/sampleStore.js";

const version = {
  kind: "version",
  dataset: "mails",
  id: "v1".padEnd(16, "0"),
  sha256: "v1".padEnd(64, "0"),
  rows: 9,
  pulledAt: "2026-11-01"
} as VersionManifest;
const split = {
  kind: "split",
  dataset: "mails",
  id: "5a".padEnd(16, "0"),
  sha256: "5a".padEnd(64, "0"),
  name: "random",
  strategy: "random",
  seed: "assay",
  version: version.id,
  counts: {train: 6, test: 3}
} as unknown as SplitManifest;

function model(name: string, parents: string[], rest: Partial<ModelManifest> = {}): ModelManifest {
  return {
    kind: "model",
    schemaVersion: 1,
    id: `id-${name}`,
    name,
    architecture: "hosted",
    createdAt: "2026-11-02",
    files: [],
    settings: {},
    parents: parents.map((parent) => ({id: `id-${parent}`, name: parent})),
    ...rest
  };
}

// The record of a training names version and split by their whole hashes.
const training = {
  dataset: "mails",
  version: version.sha256,
  split: split.sha256,
  part: "train",
  subset: "team A",
  rows: 4,
  rowsSha256: "",
  seed: 1,
  seconds: 1
};

const models = [
  model("tuned", ["base"], {training}),
  model("merged", ["tuned", "lost"], {recipe: {method: "average", sha256: ""}}),
  model("small", ["merged"], {recipe: {method: "quantise", sha256: ""}})
];
const run = {
  kind: "run",
  id: "triage-1",
  eval: "triage",
  status: "complete",
  startedAt: "2026-11-03",
  dataset: {name: "mails", version: version.id, rows: 9},
  split: {id: split.id, name: "random", part: "test"},
  candidates: [
    {name: "small one", model: "small", modelId: "id-small"},
    {name: "api", model: "gpt"}
  ]
} as unknown as RunManifest;

const graph = (erased: [string, {accepted?: {reason: string; at: string}}][] = []) =>
  lineageGraph({
    versions: [version],
    splits: [split],
    exports: [],
    jobs: [],
    begins: new Map(),
    models,
    runs: [run],
    erased: new Map(
      erased.map(([id, rest]) => [
        id,
        {kind: "erased-training" as const, dataset: "mails", at: "2026-11-04T00:00:00Z", ...rest}
      ])
    )
  });

const node = (of: ReturnType<typeof graph>, id: string) => of.nodes.find((one) => one.id === id)!;

const beginsOf = (job: JobRecord, known: readonly ModelManifest[]) =>
  new Map([[job.id, beginningOf(job, {project: "/p", dir: "/p/.assay", models: known, jobs: [job]})!]]);

describe("lineageGraph", () => {
  it("is empty for an empty store", () => {
    const none = lineageGraph({
      versions: [],
      splits: [],
      exports: [],
      jobs: [],
      begins: new Map(),
      models: [],
      runs: [],
      erased: new Map()
    });
    expect(none).toEqual({nodes: [], edges: []});
    expect(layersOf(none)).toEqual([]);
  });

  it("leads from a version to a run through a split, a training, a merge and a copy", () => {
    const up = reached(graph(), "run:triage-1", "up");
    expect(up).toContain(`version:mails@${version.id}`);
    expect([...reached(graph(), "model:id-tuned", "down")]).toEqual([
      "model:id-merged",
      "model:id-small",
      "run:triage-1"
    ]);
    const hows = graph().edges.map(({from, to, how}) => `${from} > ${to}: ${how}`);
    expect(hows).toContain("model:id-tuned > model:id-merged: merged by average");
    expect(hows).toContain("model:id-merged > model:id-small: made by quantise");
    expect(hows).toContain("model:id-base > model:id-tuned: fine-tuned");
  });

  it("begins a job from the model of a name that was there, not from one that was made since", () => {
    const job = {
      id: "answers-0a1b2c",
      name: "answers",
      at: "2026-11-03",
      service: {service: "command", trust: "local"},
      base: "tuned",
      settings: {},
      dataset: "mails",
      version: version.id,
      split: {id: split.id, name: "random", sha256: split.sha256},
      data: [{part: "train", rows: 4}],
      statuses: []
    } as unknown as JobRecord;
    const two = [model("tuned", []), model("tuned", [], {id: "id-later", createdAt: "2026-11-04"})];
    const {edges} = lineageGraph({
      versions: [version],
      splits: [split],
      exports: [],
      jobs: [job],
      begins: beginsOf(job, two),
      models: two,
      runs: [],
      erased: new Map()
    });
    expect(edges.filter(({how}) => how === "begins from it").map(({from}) => from)).toEqual([
      "model:id-tuned"
    ]);
  });

  it("calls a model of several parents merged, unless it was trained or is an adapter", () => {
    const recipe = {method: "job at command", sha256: ""};
    const {edges} = lineageGraph({
      versions: [version],
      splits: [split],
      exports: [],
      jobs: [],
      begins: new Map(),
      models: [
        model("steer", ["base", "other"], {architecture: "adapter", training, recipe}),
        model("added", ["base", "other"], {architecture: "adapter"})
      ],
      runs: [],
      erased: new Map()
    });
    const hows = edges.filter(({from}) => from === "model:id-other").map(({how}) => how);
    expect(hows).toEqual(["fine-tuned", "derived"]);
  });

  it("marks an export whose rows were erased since it was written", () => {
    const shrunk = {...split, erased: {train: "2026-11-05"}};
    const purged = {...version, purged: [{rows: 1, at: "2026-11-05", by: "", reason: ""}]};
    const copy = {dataset: "mails", version: version.id, split: split.id, part: "train", models: []};
    const {nodes} = lineageGraph({
      versions: [purged],
      splits: [shrunk],
      exports: [
        {...copy, id: "before", name: "before.jsonl", at: "2026-11-02"},
        {...copy, id: "after", name: "after.jsonl", at: "2026-11-06"},
        {...copy, id: "test", name: "test.jsonl", at: "2026-11-02", part: "test"},
        {...copy, id: "whole", name: "whole.jsonl", at: "2026-11-02", split: undefined, part: undefined}
      ],
      jobs: [],
      begins: new Map(),
      models: [],
      runs: [],
      erased: new Map()
    });
    const marked = nodes.filter(({erased}) => erased);
    expect(marked.map(({name}) => name)).toEqual(["before.jsonl", "whole.jsonl"]);
    expect(marked[0]!.erased).toEqual({dataset: "mails", at: "2026-11-05"});
  });

  it("shows parents, splits and versions that are missing", () => {
    expect(node(graph(), "model:id-lost")).toMatchObject({missing: true, name: "lost"});
    const bare = lineageGraph({
      versions: [],
      splits: [],
      exports: [],
      jobs: [],
      begins: new Map(),
      models,
      runs: [],
      erased: new Map()
    });
    expect(node(bare, `split:mails/${split.id}`).missing).toBe(true);
    expect(node(bare, `version:mails@${version.id}`).missing).toBe(true);
    expect(dataReaching(bare, "model:id-small")).toHaveLength(1);
  });

  it("tells what data reached a model through its parents, and a run through its candidates", () => {
    const own = {
      use: "trained",
      dataset: "mails",
      version: version.id,
      split: split.id,
      part: "train",
      subset: "team A",
      rows: 4,
      through: "tuned"
    };
    expect(dataReaching(graph(), "model:id-small")).toEqual([own]);
    expect(dataReaching(graph(), "run:triage-1")).toEqual([
      expect.objectContaining({use: "scored", part: "test", rows: 3}),
      own
    ]);
    expect(dataReaching(graph(), "model:id-base")).toEqual([]);
  });

  it("leads through the job that trained a model, or the export that it was trained on", () => {
    const trained = {...training, subset: undefined};
    const job = {
      id: "answers-0a1b2c",
      name: "answers",
      at: "2026-11-02",
      service: {service: "openai", trust: "provider"},
      base: "gpt",
      settings: {parent: "tuned"},
      dataset: "mails",
      version: version.id,
      split: {id: split.id, name: "random", sha256: split.sha256},
      data: [
        {part: "train", rows: 4},
        {part: "validation", rows: 2}
      ],
      remote: {id: "ftjob-7", at: ""},
      statuses: [{at: "", status: "succeeded"}]
    } as unknown as JobRecord;
    const copy = {at: "2026-11-02", dataset: "mails", version: version.id, split: split.id, part: "train"};
    const through = lineageGraph({
      versions: [version],
      splits: [split],
      exports: [
        {...copy, id: "e1", name: "out/set.jsonl", models: ["id-outside"]},
        {...copy, id: "e2", name: "pairs.jsonl", run: "triage-1", models: []}
      ],
      jobs: [job],
      begins: beginsOf(job, models),
      models: [
        ...models,
        model("answers", ["tuned"], {
          training: trained,
          recipe: {method: "job at openai", sha256: "", source: job.id}
        }),
        model("outside", [], {training: trained, settings: {export: "out/set.jsonl"}}),
        model("begun", [], {settings: {job: "answers-0a"}, recipe: {method: "job", sha256: ""}}),
        model("elsewhere", [], {settings: {job: "ftjob-9"}, recipe: {method: "job", sha256: ""}})
      ],
      runs: [run],
      erased: new Map()
    });
    const hows = through.edges.map(({from, to, how}) => `${from} > ${to}: ${how}`);
    const from = `split:mails/${split.id}`;
    expect(hows).toEqual(
      expect.arrayContaining([
        `${from} > job:answers-0a1b2c: trains on train, 4 rows; checks on validation, 2 rows`,
        "job:answers-0a1b2c > model:id-answers: trained on train, 4 rows",
        "model:id-tuned > job:answers-0a1b2c: begins from it",
        `${from} > export:e1: train part`,
        "export:e1 > model:id-outside: trained on train, 4 rows",
        "run:triage-1 > export:e2: pairs of its answers",
        "job:ftjob-9 > model:id-elsewhere: made by job",
        "job:answers-0a1b2c > model:id-begun: made by job"
      ])
    );
    expect(hows.filter((how) => how.startsWith(`${from} > model:id-answers`))).toEqual([]);
    expect(dataReaching(through, "model:id-answers")[0]).toMatchObject({
      part: "train",
      rows: 4,
      through: "answers"
    });
    expect(node(through, "job:ftjob-9")).toMatchObject({missing: true});
    // A job and its result share a name, which means the result; the service's own id means the job.
    expect(findNode(through, "answers").kind).toBe("model");
    for (const name of ["ftjob-7", "answers-0a", job.id]) expect(findNode(through, name).kind).toBe("job");
    expect(findNode(through, "out/set.jsonl").kind).toBe("export");
    const layers = layersOf(through).map((layer) => layer.map(({id}) => id));
    const layerOf = (id: string) => layers.findIndex((layer) => layer.includes(id));
    for (const {from: left, to: right} of through.edges) expect(layerOf(left)).toBeLessThan(layerOf(right));
  });

  it("takes the split of an export from the model where the export's note has none", () => {
    const old = {id: "e0", name: "old.jsonl", at: "2026-11-01", dataset: "mails", models: ["id-tuned"]};
    const found = lineageGraph({
      versions: [version],
      splits: [split],
      exports: [old],
      jobs: [],
      begins: new Map(),
      models,
      runs: [],
      erased: new Map()
    });
    expect(reached(found, "export:e0", "up")).toContain(`split:mails/${split.id}`);
    expect(dataReaching(found, "model:id-small")).toHaveLength(1);
  });

  it("marks models made of one that learned from erased rows, unless that was accepted", () => {
    const marked = graph([["id-tuned", {}]]);
    expect(node(marked, "model:id-small").erased).toMatchObject({dataset: "mails", through: "tuned"});
    expect(node(marked, "model:id-base").erased).toBeUndefined();
    const accepted = graph([["id-tuned", {accepted: {reason: "old", at: ""}}]]);
    expect(node(accepted, "model:id-tuned").erased?.accepted).toBe("old");
    expect(node(accepted, "model:id-small").erased).toBeUndefined();
  });

  it("puts models into layers by generation, and ends on records that name each other", () => {
    expect(layersOf(graph()).map((layer) => layer.map(({name}) => name))).toEqual([
      ["mails"],
      ["random"],
      ["base", "lost"],
      ["tuned"],
      ["merged"],
      ["small"],
      ["triage"]
    ]);
    const circle = [model("a", ["b"]), model("b", ["a"])];
    const round = lineageGraph({
      versions: [],
      splits: [],
      exports: [],
      jobs: [],
      begins: new Map(),
      models: circle,
      runs: [],
      erased: new Map()
    });
    expect(layersOf(round).flat()).toHaveLength(2);
    expect(lineageTree(round, "model:id-a", "up").length).toBeLessThan(4);
  });

  it("prints a tree, and finds records by name and by the beginning of an id", () => {
    const lines = lineageTree(graph(), "model:id-small", "up");
    expect(lines[0]).toBe("  model merged id-merged – made by quantise");
    expect(lines.join("\n")).toContain("model lost id-lost [missing from the store] – merged by average");
    expect(findNode(graph(), "merged").id).toBe("model:id-merged");
    expect(findNode(graph(), "mails@v1").kind).toBe("version");
    expect(findNode(graph(), "triage-1").kind).toBe("run");
    expect(() => findNode(graph(), "nobody")).toThrow(
      /no model, run, version, split, job or export "nobody"/
    );
  });

  it("reads a store", async () => {
    const store = await openStore(await sampleStore(await temporaryProject()));
    try {
      const found = await storedLineage(store);
      const merged = findNode(found, "merge-average");
      expect(dataReaching(found, merged.id).map(({subset, rows}) => [subset, rows])).toEqual([
        ["threads of team A", 150],
        ["threads of team B", 140]
      ]);
      expect([...reached(found, merged.id, "down")].every((id) => id.startsWith("run:"))).toBe(true);
      expect(found.nodes.filter(({missing}) => missing)).toEqual([]);
    } finally {
      store.close();
    }
  });
});
