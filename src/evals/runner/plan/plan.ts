import {createHash} from "node:crypto";
import {join} from "node:path";
import {UserError} from "../../../base/validation/index.js";
import {canonicalJson} from "../../../base/system/index.js";
import {type ColumnTypes, ITEMS, noRowLeft, PROMPTS} from "../../../base/store/index.js";
import type {EvalTask} from "../task.js";
import {collectGarbageBetween} from "../keepHeapSmall.js";
import {packed} from "../tables/logs.js";
import {planHeader} from "./header.js";
import type {KeptKeys} from "./keptKeys.js";
import {PlanFile} from "./planFile.js";
import {checkOf, planLines, type PlanParts} from "./planLines.js";
import {orderRows, type RunWorkspace, readRows} from "./rows.js";
import type {Variant} from "./prompts.js";
import type {PrivacyCheck} from "./rowsForEndpoints.js";
import type {ReadyCandidate} from "./readyCandidates.js";
import {portions} from "./portions.js";
import {findUnscorable} from "./unscorable.js";

/**
 * Every request of a run has a number: ((position · candidates + candidate) · variants + variant) · repeats +
 * repeat. It orders the calls (all candidates meet a row together) and the tables of the sealed run.
 */
export interface RunPlan {
  /** SHA-256 over everything that decides what the sealed run will say: settings, items and every key. */
  hash: string;
  /** Names of the dataset and the split, which are in no hash. */
  names: {dataset: string; split: string};
  rows: number;
  /** Rows in the part, of which `limit` may have taken only the first. */
  available: number;
  total: number;
  /** Names in the order of the numbers. */
  candidates: string[];
  variants: Variant[];
  /** Ids of the rows in the prompts as examples. */
  fewShot: string[];
  repeats: number;
  /** Relation of the rows, in order. */
  rowsOf: string;
  /** Relation with n, key ("" when there are no messages) and tokens (estimated, of the prompt), in order. */
  requests: string;
  /** What the sealed run `run` needs beside, packed when it is first asked for. */
  tables(run: string): Promise<PlanTables>;
  /** Ids of the rows that the privacy check keeps from each candidate's endpoint: their requests have no key. */
  refused: string[][];
  /** The first 32 bits of each key: shows a prompt function that says something else the second time. */
  checks: Uint32Array;
  kept?: KeptKeys;
}

/** Parquet files with the columns of ITEMS and PROMPTS, in order. A row whose prompt function gave no messages has null. */
export interface PlanTables {
  items: string;
  prompts: string;
}

/** The place of the candidate that request `n` asks. */
export function candidateOf({variants, repeats, candidates}: RunPlan, n: number): number {
  return Math.floor(n / (variants.length * repeats)) % candidates.length;
}

const REQUESTS = {n: "BIGINT", key: "VARCHAR", tokens: "BIGINT"};

/** The requests of a run: what is planned, and who may be asked. */
export interface PlannedRequests {
  plan: RunPlan;
  /** In the plan's order. */
  ready: readonly ReadyCandidate[];
  privacyCheck: PrivacyCheck;
}

/** The hash has the items of so many rows, then their requests, then the next rows': another number would rename every run. */
const HASHED_ROWS = 2048;

/** Each takes memory and a line of the plan: more would never be done. */
const MOST_REQUESTS = 100_000_000;

/**
 * Streams the rows once and writes the plan beside them: memory does not grow with the rows but for four bytes a
 * request, and 36 more of a plan whose keys are kept. No endpoint is called. A row whose `expected`, slice or cluster function throws is a UserError, and so is a scorer
 * that can use no row's expected value; a prompt function that throws plans a failed completion.
 */
export async function makePlan(task: EvalTask, place: RunWorkspace, parts: PlanParts): Promise<RunPlan> {
  const {resolved, inputs, effects} = task;
  const {version, split, options = {}, signal} = inputs;
  const {ready, variants} = parts;
  const {db, folder} = place;
  const requestsFile = join(folder, "requests.ndjson");
  const itemsFile = join(folder, "items.ndjson");
  const promptsFile = join(folder, "prompts.ndjson");
  const {relation, rows, available} = await orderRows(place, version, split, {
    part: resolved.part,
    seed: resolved.seed,
    limit: options.limit,
    wholeGroups: options.wholeGroups
  });
  if (available === 0)
    throw new UserError(`${resolved.name} cannot be run: ${noRowLeft(split, resolved.part)}`);
  const {repeats} = resolved;
  const total = rows * ready.length * variants.length * repeats;
  if (total > MOST_REQUESTS)
    throw new UserError(
      `${rows} rows × ${ready.length} candidates × ${variants.length} prompts × ${repeats} repeats are more than the ${MOST_REQUESTS.toLocaleString("en")} requests that one run may have. Give fewer repeats, or --limit.`
    );
  const hash = createHash("sha256").update(canonicalJson(planHeader(task, ready, variants)));
  const files = {
    items: new PlanFile(itemsFile),
    prompts: new PlanFile(promptsFile),
    requests: new PlanFile(requestsFile)
  };
  const requestsOfPortion: Buffer[] = [];
  const unscorable = findUnscorable(resolved);
  const writer = planLines(task, parts, total, unscorable);
  try {
    for await (const batch of portions(readRows(db, relation), HASHED_ROWS)) {
      signal?.throwIfAborted();
      const lines = writer.linesOf(batch.rows);
      hash.update(files.items.append(lines.items));
      files.prompts.append(lines.prompts);
      requestsOfPortion.push(Buffer.from(files.requests.append(lines.requests)));
      if (batch.ends) for (const bytes of requestsOfPortion.splice(0)) hash.update(bytes);
    }
    for (const bytes of requestsOfPortion) hash.update(bytes);
  } finally {
    for (const file of Object.values(files)) file.close();
  }
  collectGarbageBetween();
  unscorable.conclude(rows, (message) => effects.onMessage?.(message));
  return {
    hash: hash.digest("hex"),
    names: {dataset: version.dataset, split: split.name},
    rows,
    available,
    total,
    candidates: ready.map(({record}) => record.name),
    variants,
    fewShot: parts.fewShot.map(({id}) => id),
    repeats,
    rowsOf: relation,
    requests: await packed(db, requestsFile, REQUESTS),
    tables: remembered(async (run) => {
      const [items, prompts] = [join(folder, "items.parquet"), join(folder, "prompts.parquet")];
      await packed(db, itemsFile, withoutRun(ITEMS), {run, path: items});
      await packed(db, promptsFile, withoutRun(PROMPTS), {run, path: prompts});
      return {items, prompts};
    }),
    refused: writer.refused,
    checks: writer.checks,
    kept: writer.kept
  };
}

function remembered(make: RunPlan["tables"]): RunPlan["tables"] {
  let made: Promise<PlanTables> | undefined;
  return (run) => (made ??= make(run));
}

/** Throws when a prompt function no longer says what it said when the run was planned. */
export function checkKey(plan: RunPlan, n: number, key: string, rowId: string): void {
  if (plan.checks[n] !== checkOf(key))
    throw new UserError(
      `the prompt of row ${rowId} changed between planning and running. A prompt function must give the same messages for the same row: take dates, random numbers and other outside things out of it.`
    );
}

export function withoutRun(columns: ColumnTypes): ColumnTypes {
  return Object.fromEntries(Object.entries(columns).filter(([name]) => name !== "run"));
}
