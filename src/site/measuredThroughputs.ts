import {type HostingModel, measuredThroughput} from "../costs/index.js";
import {readBenches, type RunCandidate, type RunManifest, type Workspace} from "../store/index.js";

/** What a load test of a candidate came to. */
export interface MeasuredThroughput {
  bench: string;
  /** The day, as YYYY-MM-DD. */
  at: string;
  requestsPerSecond: number;
}

/**
 * Throughputs by candidate, each of the newest `assay bench` of the run's eval; those measured with other prompts, or of another
 * endpoint (another `--url` among them), say nothing here.
 */
export async function measuredThroughputs(
  workspace: Pick<Workspace, "place">,
  run: RunManifest
): Promise<Map<string, MeasuredThroughput>> {
  const found = new Map<string, MeasuredThroughput>();
  for (const {id, at, eval: of, candidate, model, endpoint, levels} of await readBenches(workspace)) {
    const isMeasured = (one: RunCandidate) =>
      one.name === candidate && one.model === model && one.endpoint === endpoint;
    if (of !== run.eval || !run.candidates.some(isMeasured)) continue;
    const {requestsPerSecond} = measuredThroughput(levels) ?? {};
    if (requestsPerSecond !== undefined)
      found.set(candidate!, {bench: id, at: at.slice(0, 10), requestsPerSecond});
  }
  return found;
}

/** A hosting of the kind that a candidate runs on, with the throughput that was measured there where none is stated. */
export function withThroughput(
  hosting: HostingModel,
  candidate: RunCandidate,
  measured: MeasuredThroughput | undefined
): HostingModel {
  if (!measured || hosting.kind === "api" || hosting.kind !== candidate.hosting) return hosting;
  const {requestsPerSecond, promptTokensPerSecond, completionTokensPerSecond} = hosting;
  if ((requestsPerSecond ?? promptTokensPerSecond ?? completionTokensPerSecond) !== undefined) return hosting;
  const says = `${Number(measured.requestsPerSecond.toPrecision(3))} requests/s measured ${measured.at}, assay bench ${measured.bench}`;
  return {
    ...hosting,
    requestsPerSecond: measured.requestsPerSecond,
    source: hosting.source === undefined ? says : `${hosting.source}; ${says}`
  };
}
