import {type HostingModel, measuredThroughput} from "../costs/index.js";
import {readBenches, type RunCandidate, type RunManifest, type Workspace} from "../store/index.js";

/** What a load test of a candidate came to. */
export interface MeasuredThroughput {
  bench: string;
  /** The day, as YYYY-MM-DD. */
  at: string;
  requestsPerSecond: number;
  /** The latency within which it was, where one was asked for. */
  p95Ms?: number;
}

/**
 * Throughputs by candidate, each of the newest `assay bench` of the run's eval; those measured with other prompts, or of another
 * endpoint (another `--url` among them), say nothing here. Of one with `--p95-ms` only the levels count that keep to it: where none
 * does, there is no throughput, whatever an earlier one measured.
 */
export async function measuredThroughputs(
  workspace: Pick<Workspace, "place">,
  run: RunManifest
): Promise<Map<string, MeasuredThroughput>> {
  const found = new Map<string, MeasuredThroughput>();
  for (const {id, at, eval: of, candidate, model, endpoint, levels, p95Ms} of await readBenches(workspace)) {
    const isMeasured = (one: RunCandidate) =>
      one.name === candidate && one.model === model && one.endpoint === endpoint;
    if (of !== run.eval || !run.candidates.some(isMeasured)) continue;
    if (!measuredThroughput(levels)) continue;
    const {requestsPerSecond} = measuredThroughput(levels, p95Ms) ?? {};
    if (requestsPerSecond === undefined) found.delete(candidate!);
    else found.set(candidate!, {bench: id, at: at.slice(0, 10), requestsPerSecond, p95Ms});
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
  const within = measured.p95Ms === undefined ? "" : ` with p95 within ${measured.p95Ms} ms,`;
  const says = `${Number(measured.requestsPerSecond.toPrecision(3))} requests/s${within} measured ${measured.at}, assay bench ${measured.bench}`;
  return {
    ...hosting,
    requestsPerSecond: measured.requestsPerSecond,
    source: hosting.source === undefined ? says : `${hosting.source}; ${says}`
  };
}
