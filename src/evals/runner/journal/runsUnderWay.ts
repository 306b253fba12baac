import {open} from "node:fs/promises";
import type {Workspace} from "../../../base/store/index.js";
import {readStart} from "./folder.js";
import type {JournalLine} from "./outcome.js";
import {journalFile} from "./tables.js";
import {unsealedRuns} from "./unsealedRuns.js";

/** How far a run is, which some process is making. */
export interface RunUnderWay {
  id: string;
  eval: string;
  /** Calls that have ended. */
  ended: number;
  /** Absent of a run that a release of before began. */
  planned?: number;
  /** What ended last, the newest first; without texts, which may be held out. */
  newest: EndedCall[];
}

/** A call by the candidate and the place of its row. */
export interface EndedCall {
  candidate: string;
  row: number;
  /** Why it failed. */
  failed?: string;
  ms?: number;
}

/** As many bytes of a journal's end are read. */
const TAIL = 20_000;

/** The runs that are being made on this store, each with the calls of it that ended last. */
export async function runsUnderWay(workspace: Workspace, most = 5): Promise<RunUnderWay[]> {
  const found: RunUnderWay[] = [];
  for (const {id, eval: name, journaled, underWay} of await unsealedRuns(workspace)) {
    const calls = underWay === undefined ? undefined : (await readStart(workspace, id))?.calls;
    if (underWay === undefined) continue;
    const lines = calls ? await lastLines(journalFile(workspace, id), most) : [];
    found.push({
      id,
      eval: name,
      ended: journaled,
      planned: calls?.planned,
      newest: lines.map(({n, status, reason, latency_ms: ms}) => ({
        candidate: calls!.candidates[Math.floor(n / calls!.each) % calls!.candidates.length]!,
        row: Math.floor(n / (calls!.each * calls!.candidates.length)) + 1,
        failed: status === "failed" ? (reason ?? "failed") : undefined,
        ms: ms ?? undefined
      }))
    });
  }
  return found;
}

/** The last whole lines, the newest first. */
async function lastLines(path: string, most: number): Promise<JournalLine[]> {
  const file = await open(path).catch(() => undefined);
  if (!file) return [];
  try {
    const {size} = await file.stat();
    const from = Math.max(0, size - TAIL);
    const {buffer, bytesRead} = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
    // The first may be cut off, the last is not written yet.
    return lines
      .slice(from > 0 ? 1 : 0, -1)
      .slice(-most)
      .reverse()
      .map((line) => JSON.parse(line) as JournalLine);
  } finally {
    await file.close();
  }
}
