import type {RunManifest, SplitManifest, VersionManifest} from "../../base/store/index.js";
import {modelIdsOf} from "../../base/store/records/run.js";
import {answeringRuns} from "../../base/store/records/version.js";
import {toldElsewhere} from "../../base/store/sameWeights.js";
import {ADAPTED, isMerged} from "./adapted.js";
import type {ErasedTraining} from "./erasedTraining.js";
import {addTrainings, type LineageTrainings, presentFacts} from "./lineageTrainings.js";
import type {CheckedOn, ModelManifest} from "./types.js";

export type LineageKind = "version" | "split" | "export" | "job" | "model" | "run";

export interface LineageNode {
  /** The kind and the record's id, such as "model:4f…" or "version:mails@0a…". */
  id: string;
  kind: LineageKind;
  name: string;
  /** What a job is called by the service that has it. */
  there?: string;
  /** What a reader should know of it, by a word for each. */
  facts: Record<string, string | number>;
  /** True when another record names it and the store does not have it. */
  missing?: boolean;
  /** When it learned from rows that were erased since, itself or through `through`; of an export, when it holds some. */
  erased?: {dataset: string; at: string; accepted?: string; through?: string};
  /** Of a run, where it was looked for: what its candidates had learned of the rows that they are scored on. */
  contaminated?: ContaminatedRows[];
}

/** Rows that a candidate is scored on, by what it had learned of them through any path. */
export interface ContaminatedRows {
  candidate: string;
  clean: number;
  near: number;
  contaminated: number;
  unknown: number;
}

/** Rows of a part that a model learned from, was checked on or had its weights chosen on, or that a run was scored on. */
export interface LineageData {
  use: "trained" | "checked" | "chosen" | "scored";
  dataset: string;
  version: string;
  split: string;
  part: string;
  subset?: string;
  rows?: number;
}

export interface LineageEdge {
  from: string;
  to: string;
  how: string;
  data?: LineageData;
  /** What a model was checked on while it learned from `data`. */
  checked?: LineageData;
}

export interface LineageGraph {
  nodes: LineageNode[];
  edges: LineageEdge[];
}

export interface LineageRecords extends LineageTrainings {
  versions: readonly VersionManifest[];
  splits: readonly SplitManifest[];
  models: readonly ModelManifest[];
  runs: readonly RunManifest[];
  /** What models' cards state, by a model's id; absent where nobody looked. */
  licences?: ReadonlyMap<string, string | undefined>;
  /** Notes of purges, by a model's id; accepted ones too. */
  erased: ReadonlyMap<string, ErasedTraining>;
}

const versionNode = (dataset: string, id: string) => `version:${dataset}@${id}`;
const splitNode = (dataset: string, id: string) => `split:${dataset}/${id}`;
const modelNode = (id: string) => `model:${id}`;

/**
 * One graph from dataset versions through splits, exports, jobs and models to runs. Edges lead from what was there before to what
 * was made of it. A record that is named and not there is a node that is `missing`. Empty for an empty store.
 */
export function lineageGraph(records: LineageRecords): LineageGraph {
  const {versions, splits, models, runs, licences, erased} = records;
  const nodes = new Map<string, LineageNode>();
  const edges: LineageEdge[] = [];
  const add = (node: LineageNode) => void nodes.set(node.id, node);
  const ensure = (id: string, kind: LineageKind, name: string) => {
    if (!nodes.has(id)) add({id, kind, name, facts: {}, missing: true});
    return id;
  };
  for (const one of versions) add(ofVersion(one));
  for (const one of splits) add(ofSplit(one));
  for (const one of models) {
    const licence = licences && (licences.get(one.id) ?? "not stated");
    add(ofModel(one, {licence, note: erased.get(one.id)}));
  }
  for (const one of runs) add(ofRun(one));

  /** Records of models name versions and splits by their ids or by their whole hashes. */
  const named = <T extends {id: string; dataset: string; sha256: string}>(
    all: readonly T[],
    dataset: string,
    name: string
  ) => all.find((one) => one.dataset === dataset && (one.id === name || one.sha256 === name));
  const version = (dataset: string, name: string) => {
    const id = named(versions, dataset, name)?.id ?? name.slice(0, 16);
    return {id, node: ensure(versionNode(dataset, id), "version", dataset)};
  };
  const split = (dataset: string, name: string, ofVersion: string, called = "split") => {
    const id = named(splits, dataset, name)?.id ?? name.slice(0, 16);
    const node = splitNode(dataset, id);
    if (!nodes.has(node)) {
      ensure(node, "split", called);
      edges.push({from: version(dataset, ofVersion).node, to: node, how: "split"});
    }
    return {id, node};
  };

  for (const one of splits)
    edges.push({
      from: version(one.dataset, one.version).node,
      to: splitNode(one.dataset, one.id),
      how: `split by ${one.strategy}`
    });
  const trainedBy = addTrainings(records, {add, ensure, edges, version, split});
  for (const model of models) {
    const to = modelNode(model.id);
    const {training} = model;
    const by = trainedBy(model);
    if (training) {
      const of = split(training.dataset, training.split, training.version);
      const {dataset, part, subset, rows} = training;
      const from = {dataset, version: version(dataset, training.version).id, split: of.id};
      // Of an export that was noted without its split the model's own record tells it.
      if (by !== undefined && !edges.some((edge) => edge.from === of.node && edge.to === by))
        edges.push({from: of.node, to: by, how: `${part} part`});
      const checked = training.validation && checkedOn(training.validation, {...from, subset});
      edges.push({
        from: by ?? of.node,
        to,
        how: [
          `trained on ${part}${subset === undefined ? "" : `, ${subset}`}, ${rows} rows`,
          checked &&
            `${checked.use === "chosen" ? "weights chosen" : "checked"} on ${checked.part}, ${checked.rows} rows`
        ]
          .filter(Boolean)
          .join("; "),
        data: {use: "trained", ...from, part, subset, rows},
        checked
      });
    } else if (by !== undefined) edges.push({from: by, to, how: makingOf(model)});
    for (const parent of model.parents) {
      const from = models.find(({id}) => id === parent.id);
      const how = from && toldElsewhere(model, [from]) ? "the same weights" : makingOf(model);
      edges.push({from: ensure(modelNode(parent.id), "model", parent.name), to, how});
    }
  }
  for (const one of versions)
    for (const run of answeringRuns(one))
      edges.push({
        from: ensure(`run:${run}`, "run", run),
        to: versionNode(one.dataset, one.id),
        how: "its answers are rows"
      });
  for (const run of runs) {
    const to = `run:${run.id}`;
    const dataset = run.dataset.name;
    const of = split(dataset, run.split.id, run.dataset.version, run.split.name);
    const {part} = run.split;
    edges.push({
      from: of.node,
      to,
      how: `scored on ${part}`,
      data: {
        use: "scored",
        dataset,
        version: run.dataset.version,
        split: of.id,
        part,
        rows: named(splits, dataset, of.id)?.counts[part]
      }
    });
    for (const candidate of run.candidates)
      for (const id of modelIdsOf(candidate))
        edges.push({
          from: ensure(modelNode(id), "model", candidate.model),
          to,
          how: `candidate ${candidate.name}`
        });
  }
  const graph = {nodes: [...nodes.values()], edges};
  markDescendants(graph);
  return graph;
}

function checkedOn(
  {part, rows, decided}: CheckedOn,
  from: Pick<LineageData, "dataset" | "version" | "split" | "subset">
): LineageData {
  return {use: decided.length > 0 ? "chosen" : "checked", ...from, part, rows};
}

function ofVersion({dataset, id, rows, pulledAt, licence, purged = []}: VersionManifest): LineageNode {
  const gone = purged.reduce((sum, one) => sum + one.rows, 0);
  return {
    id: versionNode(dataset, id),
    kind: "version",
    name: dataset,
    facts: presentFacts({
      rows,
      pulled: pulledAt.slice(0, 10),
      licence,
      "rows erased since": gone || undefined
    })
  };
}

function ofSplit({dataset, id, name, strategy, seed, counts}: SplitManifest): LineageNode {
  return {
    id: splitNode(dataset, id),
    kind: "split",
    name,
    facts: {
      strategy,
      seed,
      ...Object.fromEntries(Object.entries(counts).map(([part, n]) => [`${part} rows`, n]))
    }
  };
}

function ofModel(
  model: ModelManifest,
  {licence, note}: {licence: string | undefined; note: ErasedTraining | undefined}
): LineageNode {
  const {id, name, architecture, createdAt, files, recipe, removed} = model;
  return {
    id: modelNode(id),
    kind: "model",
    name,
    facts: presentFacts({
      architecture,
      made: createdAt.slice(0, 10),
      method: recipe?.method,
      licence,
      files: files.length === 0 ? "none" : files.length,
      "files removed": removed?.slice(0, 10)
    }),
    erased: note && {dataset: note.dataset, at: note.at, accepted: note.accepted?.reason}
  };
}

function ofRun({id, eval: name, status, startedAt, split, purged = []}: RunManifest): LineageNode {
  const gone = purged.reduce((sum, one) => sum + one.rows, 0);
  return {
    id: `run:${id}`,
    kind: "run",
    name,
    facts: presentFacts({
      run: id,
      status,
      started: startedAt.slice(0, 10),
      part: split.part,
      "rows erased since": gone || undefined
    })
  };
}

/** How a model came from its parents, in a word or two. */
function makingOf(model: ModelManifest): string {
  const {architecture, training, recipe, merge} = model;
  if (architecture === ADAPTED) return "base and adapter";
  if (merge || isMerged(model)) return recipe ? `merged by ${recipe.method}` : "merged";
  if (training) return "fine-tuned";
  return recipe ? `made by ${recipe.method}` : "derived";
}

/** A purge marks the models that are there; what is made of a marked one later holds the same rows, and so does a copy of it. */
function markDescendants(graph: LineageGraph): void {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const marked = graph.nodes.filter(({kind, erased}) => kind === "model" && erased && !erased.accepted);
  for (const source of marked)
    for (const id of reached(graph, source.id, "down")) {
      const node = byId.get(id)!;
      if (node.kind === "model" && !node.erased)
        node.erased = {dataset: source.erased!.dataset, at: source.erased!.at, through: source.name};
    }
  for (const {from, to} of graph.edges) {
    const [model, copy] = [byId.get(from)!, byId.get(to)!];
    if (model.kind === "model" && copy.kind === "export" && model.erased && !model.erased.accepted)
      copy.erased ??= {...model.erased, through: model.name};
  }
}

/** Ids of all nodes above (`up`: what it was made of) or below one, without itself, nearest first. */
export function reached({edges}: LineageGraph, id: string, way: "up" | "down"): Set<string> {
  const next = neighbours(edges, way);
  const found = new Set([id]);
  for (const one of found) for (const {id: other} of next.get(one) ?? []) found.add(other);
  found.delete(id);
  return found;
}

/** What is next to each node in one direction, with how. */
export function neighbours(
  edges: readonly LineageEdge[],
  way: "up" | "down"
): Map<string, {id: string; how: string}[]> {
  const next = new Map<string, {id: string; how: string}[]>();
  for (const {from, to, how} of edges) {
    const [here, there] = way === "up" ? [to, from] : [from, to];
    next.set(here, [...(next.get(here) ?? []), {id: there, how}]);
  }
  return next;
}

export interface ReachingData extends LineageData {
  /** The model that learned from it or was checked on it, or the run that was scored on it: `id` itself, or what led to it. */
  through: string;
}

/** How data reached a record, in a word or two. */
export function wayOf({use, through}: Pick<ReachingData, "use" | "through">): string {
  switch (use) {
    case "trained":
      return `trained ${through}`;
    case "checked":
      return `checked ${through}`;
    case "chosen":
      return `chose the weights of ${through}`;
    case "scored":
      return "scored on";
  }
}

/** All data that reached a model or a run through any path, its own first. None for what models learn from. */
export function dataReaching(graph: LineageGraph, id: string): ReachingData[] {
  const names = new Map(graph.nodes.map(({id: node, name}) => [node, name]));
  return [id, ...reached(graph, id, "up")].flatMap((node) =>
    graph.edges.flatMap(({to, data, checked}) =>
      to === node ? [data, checked].flatMap((one) => (one ? [{...one, through: names.get(node)!}] : [])) : []
    )
  );
}

/** Nodes from left to right: versions, splits, exports, jobs and models by generation, runs. No layer is empty. */
export function layersOf({nodes, edges}: LineageGraph): LineageNode[][] {
  const continued = new Set(edges.map(({from}) => from));
  const isLast = ({kind, id}: LineageNode) => kind === "run" && !continued.has(id);
  const isBetween = (node: LineageNode) => node.kind !== "version" && node.kind !== "split" && !isLast(node);
  const between = new Set(nodes.filter(isBetween).map(({id}) => id));
  const parents = neighbours(
    edges.filter(({from}) => between.has(from)),
    "up"
  );
  const generations = new Map<string, number>();
  const generation = (id: string): number => {
    const known = generations.get(id);
    if (known !== undefined) return known;
    // Records that name each other in a circle end here.
    generations.set(id, 0);
    const above = (parents.get(id) ?? []).map((parent) => generation(parent.id) + 1);
    const found = Math.max(0, ...above);
    generations.set(id, found);
    return found;
  };
  const deepest = Math.max(0, ...[...between].map(generation));
  const placeOf = (node: LineageNode) => {
    if (node.kind === "version") return 0;
    if (node.kind === "split") return 1;
    return isLast(node) ? 3 + deepest : 2 + generation(node.id);
  };
  const layers: LineageNode[][] = [];
  for (const node of nodes) (layers[placeOf(node)] ??= []).push(node);
  return layers.filter((layer) => layer.length > 0);
}

/** An id as people read it: "mails@0a1b2c3d4e5f" of a version, twelve digits of a split, model or export, all of a run's or job's. */
export function shortId({id, kind}: Pick<LineageNode, "id" | "kind">): string {
  const own = id.slice(kind.length + 1);
  if (kind === "run" || kind === "job") return own;
  if (kind === "split") return own.slice(own.indexOf("/") + 1).slice(0, 12);
  if (kind === "model" || kind === "export") return own.slice(0, 12);
  const at = own.lastIndexOf("@");
  return `${own.slice(0, at)}@${own.slice(at + 1, at + 13)}`;
}
