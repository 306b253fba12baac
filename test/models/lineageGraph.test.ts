import {describe, expect, it} from "vitest";
import {lineageTree, findNode} from "../../src/cli/lineage.js";
import {
  dataReaching,
  layersOf,
  lineageGraph,
  type ModelManifest,
  reached,
  storedLineage
} from "../../src/models/index.js";
import {
  openStore,
  type RunManifest,
  type SplitManifest,
  type VersionManifest
} from "../../src/store/index.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {sampleStore} from "../support/sampleStore.js";

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

describe("lineageGraph", () => {
  it("is empty for an empty store", () => {
    const none = lineageGraph({versions: [], splits: [], models: [], runs: [], erased: new Map()});
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

  it("shows parents, splits and versions that are missing", () => {
    expect(node(graph(), "model:id-lost")).toMatchObject({missing: true, name: "lost"});
    const bare = lineageGraph({versions: [], splits: [], models, runs: [], erased: new Map()});
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
    const round = lineageGraph({versions: [], splits: [], models: circle, runs: [], erased: new Map()});
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
    expect(() => findNode(graph(), "nobody")).toThrow(/no model, run, version or split "nobody"/);
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
