import {type CostHosting, failingText, measuredThroughput} from "../../base/costs/index.js";
import {readBenches, type RunCandidate, type RunManifest, type Workspace} from "../../base/store/index.js";

/** What a load test of a candidate came to. */
export interface BenchThroughput {
  bench: string;
  /** The day, as YYYY-MM-DD. */
  at: string;
  /** Absent where no level qualified. */
  requestsPerSecond?: number;
  /** Which levels did not count because too many of their requests failed. */
  failing?: string;
  /** The latency within which it was, where one was asked for. */
  p95Ms?: number;
}

/**
 * Throughputs by candidate, each of the newest `assay bench` of the run's eval; those measured with other prompts, or of another
 * endpoint (another `--url` among them), say nothing here. Where none of its levels qualifies there is no throughput, whatever an
 * earlier one measured.
 */
export async function measuredThroughputs(
  workspace: Pick<Workspace, "place">,
  run: RunManifest
): Promise<Map<string, BenchThroughput>> {
  const found = new Map<string, BenchThroughput>();
  for (const {id, at, eval: of, candidate, model, endpoint, levels, p95Ms} of await readBenches(workspace)) {
    const isMeasured = (one: RunCandidate) =>
      one.name === candidate && one.model === model && one.endpoint === endpoint;
    if (of !== run.eval || !run.candidates.some(isMeasured)) continue;
    const failing = failingText(levels);
    if (!measuredThroughput(levels) && failing === undefined) continue;
    const {requestsPerSecond} = measuredThroughput(levels, p95Ms) ?? {};
    found.set(candidate!, {bench: id, at: at.slice(0, 10), requestsPerSecond, failing, p95Ms});
  }
  return found;
}

/** A hosting of the kind that a candidate runs on, with the throughput that was measured there where none is stated. */
export function withThroughput(
  hosting: CostHosting,
  candidate: RunCandidate,
  measured: BenchThroughput | undefined
): CostHosting {
  if (!measured || hosting.kind === "api" || hosting.kind === "unknown" || hosting.kind !== candidate.hosting)
    return hosting;
  const {requestsPerSecond, promptTokensPerSecond, completionTokensPerSecond} = hosting;
  if ((requestsPerSecond ?? promptTokensPerSecond ?? completionTokensPerSecond) !== undefined) return hosting;
  const says = measuredText(measured);
  return {
    ...hosting,
    requestsPerSecond: measured.requestsPerSecond,
    source: hosting.source === undefined ? says : `${hosting.source}; ${says}`
  };
}

function measuredText({bench, at, requestsPerSecond, failing, p95Ms}: BenchThroughput): string {
  const where = `measured ${at}, assay bench ${bench}`;
  if (requestsPerSecond === undefined)
    return `no throughput ${where}: ${failing ?? `no level kept its p95 within ${p95Ms} ms`}`;
  const latency =
    p95Ms === undefined ? "when saturated, whatever the latency" : `with p95 within ${p95Ms} ms`;
  const left = failing === undefined ? "" : `; left out: ${failing}`;
  return `${Number(requestsPerSecond.toPrecision(3))} requests/s ${latency}, ${where}${left}`;
}
