import {open} from "node:fs/promises";
import {join} from "node:path";
import {withoutEnvironmentSecrets} from "../../base/validation/index.js";
import {jobDir, type JobRecord, type JobStatus, type Workspace} from "../../base/store/index.js";
import {LOG_FILE} from "./supervised.js";

/** A status in a few words. Records of before call a command that failed "ended". */
export function statusText({
  status,
  outcome,
  detail
}: Pick<JobStatus, "status" | "outcome" | "detail">): string {
  const word = outcome === "failed" && status === "ended" ? "failed" : status;
  return detail === undefined ? word : `${word}, ${detail}`;
}

const TAIL_BYTES = 4096;
const TAIL_LINES = 8;

/** Where a command's log is, and its last lines without the environment's secrets; undefined for a job without one. */
export async function logOf(
  workspace: Workspace,
  {id}: JobRecord
): Promise<{path: string; last: string[]} | undefined> {
  const path = join(jobDir(workspace, id), LOG_FILE);
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const {size} = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const bytes = Buffer.alloc(size - from);
    await file.read(bytes, 0, bytes.length, from);
    const text = withoutEnvironmentSecrets(bytes.toString("utf8").trimEnd());
    return {path, last: text.split("\n").slice(-TAIL_LINES)};
  } finally {
    await file.close();
  }
}
