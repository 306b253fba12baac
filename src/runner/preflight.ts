import {messageOf, UserError} from "../store/index.js";
import type {EvalDefinition} from "./define.js";
import type {ReadyCandidate} from "./readyCandidates.js";

/**
 * Asks the endpoint of every candidate that will be called whether it can do what the eval needs. Warnings are told,
 * errors of all candidates are thrown together as one UserError.
 */
export async function preflight(
  called: readonly ReadyCandidate[],
  needs: EvalDefinition["needs"],
  onMessage: (message: string) => void,
  signal?: AbortSignal
): Promise<void> {
  const problems: string[] = [];
  for (const {record, prepared} of called) {
    try {
      for (const {status, message} of (await prepared.endpoint.preflight?.(
        prepared.model,
        needs ?? {},
        signal
      )) ?? [])
        if (status === "error") problems.push(`${record.name}: ${message}`);
        else if (status === "warning") onMessage(`${record.name}: ${message}`);
    } catch (error) {
      if (signal?.aborted) throw error;
      problems.push(`${record.name}: ${messageOf(error)}`);
    }
  }
  if (problems.length > 0)
    throw new UserError(
      `endpoints are not ready:\n${[...new Set(problems)].map((problem) => `  - ${problem}`).join("\n")}\nNo call was made.`
    );
}
