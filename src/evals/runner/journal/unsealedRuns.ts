import {createReadStream} from "node:fs";
import {hasRunFile, runIds, type Workspace} from "../../../base/store/index.js";
import {readStart} from "./folder.js";
import {journalFile} from "./tables.js";

/** A start whose outcomes are in a journal only: it is under way, or it was killed. */
export interface UnsealedRun {
  id: string;
  eval: string;
  startedAt: string;
  /** Lines of its journal: calls that have ended, and will not be made again. */
  journaled: number;
  /** Which process holds it and since when; absent when none does. */
  underWay?: string;
}

/**
 * Runs with a journal, whether or not an earlier start of theirs was sealed; the newest first. One that was stopped before a
 * call ended has nothing to go on from, and is none.
 */
export async function unsealedRuns(workspace: Workspace): Promise<UnsealedRun[]> {
  const found: UnsealedRun[] = [];
  for (const id of await runIds(workspace)) {
    const start = await readStart(workspace, id);
    if (!start || !(await hasRunFile(workspace, id, "journal.ndjson"))) continue;
    const [underWay] = await workspace.held(`run-${id}`, "exactly");
    const journaled = await countLines(journalFile(workspace, id));
    if (journaled === 0 && underWay === undefined) continue;
    found.push({
      id,
      eval: id.replace(/-[0-9a-f]{12}(-\d+)?$/, ""),
      startedAt: start.startedAt,
      journaled,
      underWay
    });
  }
  return found.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

async function countLines(file: string): Promise<number> {
  let lines = 0;
  for await (const block of createReadStream(file) as AsyncIterable<Buffer>)
    for (let at = block.indexOf(10); at >= 0; at = block.indexOf(10, at + 1)) lines++;
  return lines;
}
