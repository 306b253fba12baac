import {
  failingText,
  type HostingKind,
  isCapacity,
  type LoadLevel,
  measuredThroughput,
  p95Of
} from "../../../base/costs/index.js";
import {type BenchRecord, readBenches, type Workspace} from "../../../base/store/index.js";
import {bold, dim, print, printable, printJson, table} from "../../terminal/terminal.js";

export interface BenchShown {
  json?: boolean;
  p95Ms?: number;
  /** Where the endpoint runs; absent when another tool measured. */
  hosting?: HostingKind;
}

export async function listBenches(workspace: Workspace, json?: boolean): Promise<void> {
  const benches = await readBenches(workspace);
  if (json) return printJson(benches);
  if (benches.length === 0)
    return print(
      "Nothing was measured yet. `assay bench EVAL:CANDIDATE` does, `assay bench import FILE` takes it in."
    );
  print(
    table(benches, [
      {title: "bench", value: ({id}) => id},
      {title: "at", value: ({at}) => at.slice(0, 16).replace("T", " ")},
      {title: "tool", text: "name", value: ({tool}) => tool},
      {
        title: "measured",
        text: "name",
        value: (one) => (one.eval ? `${one.eval}:${one.candidate ?? one.model}` : one.model)
      },
      {
        title: "in flight",
        text: "prose",
        value: ({levels}) => levels.map((one) => one.concurrency ?? "–").join(", ")
      },
      {title: "requests/s", align: "right", value: ({levels}) => most(levels, "requestsPerSecond")},
      {title: "tokens/s", align: "right", value: ({levels}) => most(levels, "completionTokensPerSecond")}
    ])
  );
}

export function showBench(record: BenchRecord, {json, p95Ms, hosting}: BenchShown): void {
  // An API is billed by the token: its hosting takes no throughput.
  const measured = hosting === "api" ? undefined : measuredThroughput(record.levels, p95Ms);
  if (json) return printJson({...record, hosting: measured});
  const named = record.eval
    ? `${record.candidate ?? record.model} with the prompts of ${record.eval}`
    : record.model;
  print(bold(`${printable(named)}, measured by ${record.tool}`));
  const ms =
    (of: "latencyMs" | "serviceMs" | "firstTokenMs" | "interTokenMs", q: "p50" | "p90" | "p95" | "p99") =>
    (level: LoadLevel) =>
      figure(level[of]?.[q]);
  // Another tool's latency counts from the sending.
  const latency = record.tool === "assay" ? "latencyMs" : "serviceMs";
  print(
    table(record.levels, [
      {title: "in flight", align: "right", value: ({concurrency}) => concurrency},
      {title: "requests/s", align: "right", value: ({throughput}) => figure(throughput?.requestsPerSecond)},
      {
        title: "tokens/s",
        align: "right",
        value: ({throughput}) => figure(throughput?.completionTokensPerSecond)
      },
      {title: "at rate/s", align: "right", value: ({ratePerSecond}) => figure(ratePerSecond)},
      {title: "answered", align: "right", value: ({answered}) => answered},
      {title: "ms p50", align: "right", value: ms(latency, "p50")},
      {title: "p90", align: "right", value: ms(latency, "p90")},
      {title: "p95", align: "right", value: ms(latency, "p95")},
      {title: "p99", align: "right", value: ms(latency, "p99")},
      {title: "first token p50", align: "right", value: ms("firstTokenMs", "p50")},
      {title: "p99", align: "right", value: ms("firstTokenMs", "p99")},
      {title: "between tokens p50", align: "right", value: ms("interTokenMs", "p50")},
      {title: "p99", align: "right", value: ms("interTokenMs", "p99")},
      {
        title: "errors",
        text: "prose",
        value: ({errors, unanswered}) =>
          [
            ...Object.entries(errors).map(([kind, count]) => `${kind} ${count}`),
            ...(unanswered > 0 ? [`unanswered ${unanswered}`] : [])
          ].join(", ") || "none"
      }
    ])
  );
  if (record.stopped !== undefined) print(`Ended early: ${record.stopped}.`);
  const last = capacityLine(record, p95Ms, hosting);
  if (last !== undefined) print(dim(last));
}

/** What the throughput may be used for; undefined when nothing was answered and nothing failed. */
function capacityLine(
  {levels, tool}: BenchRecord,
  p95Ms: number | undefined,
  hosting: HostingKind | undefined
): string | undefined {
  const failing = failingText(levels);
  const left = failing === undefined ? "" : `No throughput comes from levels where ${failing}.`;
  const answering = levels.filter(({throughput}) => throughput !== undefined);
  if (answering.length === 0) return left || undefined;
  if (!answering.some(({throughput}) => isCapacity(throughput!))) {
    const how = tool === "assay" ? "without --rate" : "with a fixed number of requests in flight";
    const within = p95Ms === undefined ? "" : ` ${p95Text(answering, p95Ms)}`;
    return `at least ${highest(answering, "requestsPerSecond")} requests/s: no more arrived, so this is not the capacity, and costs do not go by it. Measure ${how} for that.${within}`;
  }
  const measured = measuredThroughput(levels, p95Ms);
  const withLeft = (text: string) => [text, left].filter(Boolean).join(" ");
  if (!measured) {
    const isLate = p95Ms !== undefined && !answering.some((level) => p95Of(level)! <= p95Ms);
    return withLeft(isLate ? p95Text(answering, p95Ms) : "");
  }
  const latency =
    p95Ms === undefined
      ? " when saturated, whatever the latency: --p95-ms gives a rate that keeps one."
      : ` (p95 within ${p95Ms} ms).`;
  const rate = figure(measured.requestsPerSecond);
  return withLeft(
    hosting === "api"
      ? `the API answered up to ${rate} requests/s${latency}`
      : `a hosting on the machine that was measured takes requestsPerSecond: ${rate}${latency}`
  );
}

function p95Text(levels: readonly LoadLevel[], p95Ms: number): string {
  const known = levels.flatMap((level) => p95Of(level) ?? []);
  const lowest = known.length === 0 ? "is not known" : `was ${figure(Math.min(...known))} ms`;
  return known.some((p95) => p95 <= p95Ms)
    ? `The p95 was within ${p95Ms} ms.`
    : `No level kept its p95 within ${p95Ms} ms: the lowest ${lowest}.`;
}

type BenchSide = "requestsPerSecond" | "completionTokensPerSecond";

/** The most of the saturated levels, else the least that it can do. */
function most(levels: readonly LoadLevel[], side: BenchSide): string | undefined {
  const saturated = levels.filter(({throughput}) => throughput && isCapacity(throughput));
  if (saturated.length > 0) return highest(saturated, side);
  const answered = highest(levels, side);
  return answered === undefined ? undefined : `≥ ${answered}`;
}

function highest(levels: readonly LoadLevel[], side: BenchSide): string | undefined {
  const known = levels.flatMap(({throughput}) => throughput?.[side] ?? []);
  return known.length === 0 ? undefined : figure(Math.max(...known));
}

function figure(value: number | undefined): string | undefined {
  if (value === undefined) return undefined;
  return value >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
