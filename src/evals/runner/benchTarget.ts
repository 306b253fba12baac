import {rm} from "node:fs/promises";
import {join} from "node:path";
import type {Message} from "../../inference/endpoints/types.js";
import {UserError} from "../../base/validation/index.js";
import {temporaryPath, makeFolder} from "../../base/system/index.js";
import {openDatabase, type SplitManifest, type Store, type VersionManifest} from "../../base/store/index.js";
import type {Candidate, EvalDefinition} from "./define.js";
import {openPrivacyCheck, refuseOutright} from "./plan/rowsForEndpoints.js";
import {sentMessages, variantsOf} from "./plan/prompts.js";
import {closeCandidates, readyCandidates, type ReadyCandidate} from "./plan/readyCandidates.js";
import {resolveEval} from "./plan/resolve.js";
import {countOpenRows, fewShotRows, orderRows, type RunWorkspace, readRows} from "./plan/rows.js";

export interface BenchPrompt {
  rowId: string;
  messages: Message[];
}

/** A candidate that can be called, and the prompts of its eval that may be sent to it. */
export interface BenchTarget {
  ready: ReadyCandidate;
  /** At least one. */
  prompts: BenchPrompt[];
}

export interface BenchInputs {
  store: Store;
  evalName: string;
  version: VersionManifest;
  split: SplitManifest;
  /** One of the eval's, or another that is given its prompts. */
  candidate: Candidate;
  /** The most rows whose prompts are made. */
  rows: number;
  onMessage(message: string): void;
  signal?: AbortSignal;
}

/**
 * Prepares a candidate, makes the prompts that a run would send it, and hands both to `work`; closes it afterwards. Rows that
 * the privacy check keeps from its endpoint are left out. An eval of the held-out part is measured with the test part:
 * measuring opens nothing. Throws UserError when no prompt is left.
 */
export async function withBenchTarget<T>(
  definition: EvalDefinition,
  inputs: BenchInputs,
  work: (target: BenchTarget) => Promise<T>
): Promise<T> {
  const {store, evalName, version, split, candidate, rows, onMessage, signal} = inputs;
  const {workspace} = store;
  const part = definition.part === "held-out" ? "test" : definition.part;
  const resolved = await resolveEval(
    {...definition, part, candidates: [candidate]},
    evalName,
    version,
    split,
    {}
  );
  await countOpenRows({db: store, workspace}, split, resolved, definition.fewShot);
  if (candidate.reach) refuseOutright(version, [{name: candidate.name, endpoint: candidate.reach.endpoint}]);
  const folder = temporaryPath(join(workspace.tmpDir, "bench"));
  await makeFolder(folder);
  const db = await openDatabase({tmpDir: workspace.tmpDir, threads: 1});
  const place: RunWorkspace = {db, workspace, folder};
  let made: ReadyCandidate[] = [];
  try {
    made = await readyCandidates(resolved, {store, version, split, onMessage, signal});
    const ready = made[0]!;
    const {endpoint} = ready.prepared;
    const check = await openPrivacyCheck(store, version, [{name: candidate.name, endpoint}], onMessage);
    const fewShot = await fewShotRows(place, {
      version,
      split,
      fewShot: definition.fewShot,
      seed: resolved.seed,
      mayGo: check.everywhere,
      onMessage
    });
    const variants = variantsOf(definition.prompt, fewShot, resolved.expected);
    const order = await orderRows(place, version, split, {
      part: resolved.part,
      seed: resolved.seed,
      limit: rows
    });
    const prompts: BenchPrompt[] = [];
    const refused: string[] = [];
    for await (const batch of readRows(db, order.relation))
      for (const {rowId, row} of batch) {
        if (check.refusal(endpoint, rowId) !== undefined) refused.push(rowId);
        else
          for (const {render} of variants) {
            const {messages} = sentMessages(candidate, row, () => render(row));
            if (messages) prompts.push({rowId, messages});
          }
      }
    if (refused.length > 0) onMessage(check.message(endpoint, refused, order.rows));
    if (prompts.length === 0)
      throw new UserError(
        `eval ${evalName} has no prompt that may be sent to ${candidate.name}: none of ${order.rows} rows gives one. No call was made.`
      );
    return await work({ready, prompts});
  } finally {
    await closeCandidates(made);
    db.close();
    await rm(folder, {recursive: true, force: true});
  }
}
