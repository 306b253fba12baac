import type {ExportedRows, JobRecord, ModelParent, WrittenCopy} from "../../base/store/index.js";
import {jobOfModel, namedJob} from "../../base/store/jobsNamed.js";
import type {LineageEdge, LineageKind, LineageNode, LineageRecords} from "./lineageGraph.js";
import type {ModelManifest} from "./types.js";

/** A copy of rows that left the store. */
export interface LineageExport extends Pick<
  ExportedRows,
  "at" | "dataset" | "version" | "split" | "part" | "run"
> {
  id: string;
  /** Its path from the project's folder; elsewhere the file's name alone. */
  name: string;
  /** Ids of the models that are known to be trained on it. */
  models: readonly string[];
}

/** A model's weights that were written out of the store. */
export interface LineageCopy extends Pick<WrittenCopy, "at" | "model" | "how"> {
  id: string;
  name: string;
}

/** What stands between a split and the models that others trained. */
export interface LineageTrainings {
  exports: readonly LineageExport[];
  copies?: readonly LineageCopy[];
  jobs: readonly JobRecord[];
  /** The models that jobs go on from, by the job's id; the store may lack them. */
  begins: ReadonlyMap<string, ModelParent>;
}

/** The graph while it is made. */
interface Growing {
  add(node: LineageNode): void;
  ensure(id: string, kind: LineageKind, name: string): string;
  edges: LineageEdge[];
  version(dataset: string, name: string): {node: string};
  split(dataset: string, name: string, ofVersion: string, called?: string): {node: string};
}

const jobNode = (id: string) => `job:${id}`;
const exportNode = (id: string) => `export:${id}`;

/**
 * Adds the jobs and exports with what they were made from. The function that it gives tells which of them a model was trained
 * by, or on: a job comes first.
 */
export function addTrainings(
  {exports, copies = [], jobs, begins, models, splits, versions}: LineageRecords,
  {add, ensure, edges, version, split}: Growing
): (model: ModelManifest) => string | undefined {
  for (const job of jobs) add(ofJob(job));
  for (const one of exports) {
    const {id, name, dataset, part, at} = one;
    const to = exportNode(id);
    add({
      id: to,
      kind: "export",
      name,
      facts: presentFacts({dataset: dataset ?? undefined, part, exported: at.slice(0, 10)}),
      erased: erasedSince(one, {splits, versions})
    });
    const from = sourceOf(one, {version, split});
    if (from !== undefined) edges.push({from, to, how: part === undefined ? "exported" : `${part} part`});
    if (one.run !== undefined)
      edges.push({from: ensure(`run:${one.run}`, "run", one.run), to, how: "pairs of its answers"});
  }
  for (const {id, name, model, how, at} of copies) {
    const to = exportNode(id);
    add({id: to, kind: "export", name, facts: {weights: how, written: at.slice(0, 10)}});
    const from = ensure(`model:${model}`, "model", model.slice(0, 12));
    if (!edges.some((edge) => edge.from === from && edge.to === to))
      edges.push({from, to, how: `written as ${how}`});
  }
  const jobOf = (model: ModelManifest): string | undefined => {
    const job = jobOfModel(jobs, model);
    if (job) return jobNode(job.id);
    const named = namedJob(model);
    return named === undefined ? undefined : ensure(jobNode(named), "job", named);
  };
  const by = new Map(models.map((model) => [model.id, jobOf(model)]));
  for (const job of jobs) {
    const to = jobNode(job.id);
    const words = job.data.map(
      ({part, rows}, i) => `${i === 0 ? "trains" : "checks"} on ${part}, ${rows} rows`
    );
    edges.push({
      from: split(job.dataset, job.split.id, job.version, job.split.name).node,
      to,
      how: words.join("; ")
    });
    const base = begins.get(job.id);
    if (base) edges.push({from: ensure(`model:${base.id}`, "model", base.name), to, how: "begins from it"});
  }
  return ({id}) => {
    const found = exports.find((one) => one.models.includes(id));
    return by.get(id) ?? (found && exportNode(found.id));
  };
}

/** When rows of an export were erased since it was written: of its part, or, where the store lacks its split, of its version. */
function erasedSince(
  {dataset, version, split, part, at}: LineageExport,
  {splits, versions}: Pick<LineageRecords, "splits" | "versions">
): LineageNode["erased"] {
  if (dataset === null) return undefined;
  const own = splits.find((one) => one.dataset === dataset && one.id === split);
  const purged = versions.find((one) => one.dataset === dataset && one.id === version)?.purged ?? [];
  const all = own && part !== undefined ? [own.erased?.[part]] : purged.map((one) => one.at);
  const last = all
    .filter((one) => one !== undefined && one >= at)
    .sort()
    .at(-1);
  return last === undefined ? undefined : {dataset, at: last};
}

function sourceOf(
  {dataset, version: id, split: splitId}: LineageExport,
  {version, split}: Pick<Growing, "version" | "split">
): string | undefined {
  if (dataset === null || id === undefined) return undefined;
  return (splitId === undefined ? version(dataset, id) : split(dataset, splitId, id)).node;
}

function ofJob({id, name, at, service, base, statuses, remote}: JobRecord): LineageNode {
  return {
    id: jobNode(id),
    kind: "job",
    name,
    there: remote?.id,
    facts: presentFacts({
      service: service.service,
      base,
      status: statuses.at(-1)?.status,
      submitted: at.slice(0, 10),
      "id there": remote?.id
    })
  };
}

/** Facts of a record that are known. */
export function presentFacts(
  facts: Record<string, string | number | undefined>
): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  );
}
