import type {LoadLevel} from "../../costs/index.js";
import {anyObject, anyText, listOf, text} from "../../validation/checked.js";
import {checkName} from "../../validation/names.js";
import type {Kind, Workspace} from "./kind.js";
import {manifestsOf, putRecordFile} from "./records.js";

/** A load test of one model, made here or by another tool. */
export interface BenchRecord {
  kind: "bench";
  schemaVersion: 1;
  id: string;
  /** ISO time of its start, or of its import when the file names none. */
  at: string;
  /** What measured it: "assay", "guidellm" or "aiperf". */
  tool: string;
  /** The eval whose prompts were sent; absent when another tool measured. */
  eval?: string;
  /** The eval's candidate; absent when another server or tool was measured. */
  candidate?: string;
  model: string;
  endpoint?: string;
  /** Distinct prompts, which were sent again in turn. */
  prompts?: number;
  /** Requests made in all, warm-up included. */
  requests?: number;
  spentUsd?: number;
  /** Why it ended before all was measured for its time. */
  stopped?: string;
  /** The wanted 95th percentile of latency: throughput counts of the levels that keep to it. */
  p95Ms?: number;
  /** In the order of their concurrency. */
  levels: LoadLevel[];
}

/** Holds figures alone and nothing of a row. */
export const benchKind: Kind<BenchRecord> = {
  name: "bench",
  at: "benches/{id}.json",
  form: {
    kind: "bench",
    schemaVersion: 1,
    members: {id: text(), at: text(), model: anyText(), levels: listOf(anyObject())},
    renew: "assay bench"
  }
};

export async function writeBench(workspace: Pick<Workspace, "place">, record: BenchRecord): Promise<void> {
  await putRecordFile(workspace, `benches/${checkName("bench", record.id)}.json`, record);
}

/** Every load test of the store, the oldest first. */
export async function readBenches(workspace: Pick<Workspace, "place">): Promise<BenchRecord[]> {
  const found = await manifestsOf(workspace, benchKind);
  return found.sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
}
