import {type PreflightFinding} from "../endpoints/types.js";
import {refusalMessage, refusedRows, sensitivityOf} from "../privacy/index.js";
import {ensureSplit} from "../splits/index.js";
import {messageOf, type Store, UserError} from "../store/index.js";
import type {EvalDefinition} from "./define.js";
import {knownRecipients, refuseOutright} from "./gate.js";
import {closeCandidates, readyCandidates, type ReadyCandidate} from "./readyCandidates.js";
import {resolveEval} from "./resolve.js";

/** One thing that was checked before calls are made. */
export interface EvalFinding {
  /** The eval, or the eval and its candidate. */
  what: string;
  check: PreflightFinding["check"] | "data set" | "definition";
  status: PreflightFinding["status"];
  message: string;
}

/**
 * Asks the endpoint of every candidate whether it can do what the eval needs. Warnings are told, errors of all
 * candidates are thrown together as one UserError.
 */
export async function preflight(
  ready: readonly ReadyCandidate[],
  needs: EvalDefinition["needs"],
  onMessage: (message: string) => void,
  signal?: AbortSignal
): Promise<void> {
  const problems = new Set<string>();
  for (const {record, prepared} of ready)
    for (const {status, message} of await findingsOf(prepared, needs, signal))
      if (status === "error") problems.add(`${record.name}: ${message}`);
      else if (status === "warning") onMessage(`${record.name}: ${message}`);
  if (problems.size > 0)
    throw new UserError(
      `endpoints are not ready:\n${[...problems].map((problem) => `  - ${problem}`).join("\n")}\nNo row was asked.`
    );
}

/**
 * Checks an eval without running it: its definition against the newest version of its data set, and the endpoint of
 * each candidate. Candidates are prepared for it, which trains those that are trained. Never throws for what it
 * checks; a finding says it.
 */
export async function runEvalPreflight(
  store: Store,
  name: string,
  definition: EvalDefinition,
  dataset: string,
  signal?: AbortSignal
): Promise<EvalFinding[]> {
  const version = await store.latestVersion(dataset);
  if (!version)
    return [
      {
        what: name,
        check: "data set",
        status: "warning",
        message: `${dataset} has no version yet. \`assay pull ${dataset}\` makes one.`
      }
    ];
  const findings: EvalFinding[] = [];
  let ready: ReadyCandidate[] = [];
  try {
    const split = await ensureSplit(store, version, [definition.split].flat()[0]!);
    const resolved = resolveEval(definition, name, version, split, {final: true});
    refuseOutright(version, knownRecipients(resolved));
    ready = await readyCandidates(resolved, {
      store,
      version,
      split,
      onMessage: () => undefined,
      ...(signal ? {signal} : {})
    });
    for (const {record, prepared} of ready)
      for (const finding of await findingsOf(prepared, definition.needs, signal))
        findings.push({what: `${name}: ${record.name}`, ...finding});
    for (const {record, prepared} of ready) {
      const refused = await refusedRows(store, version, prepared.endpoint.trust);
      if (refused !== "all" && refused.size > 0)
        findings.push({
          what: `${name}: ${record.name}`,
          check: "data set",
          status: "warning",
          message: refusalMessage(
            [...refused].map(([row, rules]) => ({row, rules})),
            version.rows,
            prepared.endpoint.trust,
            sensitivityOf(version)
          )
        });
    }
  } catch (error) {
    findings.push({what: name, check: "definition", status: "error", message: messageOf(error)});
  } finally {
    await closeCandidates(ready);
  }
  return findings;
}

async function findingsOf(
  {endpoint, model}: ReadyCandidate["prepared"],
  needs: EvalDefinition["needs"],
  signal: AbortSignal | undefined
): Promise<PreflightFinding[]> {
  try {
    return (await endpoint.preflight?.(model, needs ?? {}, signal)) ?? [];
  } catch (error) {
    signal?.throwIfAborted();
    return [{check: "reachable", status: "error", message: messageOf(error)}];
  }
}
