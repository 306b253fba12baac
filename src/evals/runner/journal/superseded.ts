import {type RunManifest, runKey, runPath, type Workspace} from "../../../base/store/index.js";
import {openAppendLog, type AppendLog} from "./appendLog.js";
import {logLines} from "./logLines.js";
import {journalFile, scoresFile} from "./tables.js";

/**
 * What was paid for calls that gave no request its last word and are in no journal line: those that were put off, stopped or refused
 * after a reply that was billed. Kept beside the journal, so that the run's cost has it whichever start seals the run.
 */
export interface SupersededCalls {
  add(usd: number): void;
  /** US dollars of all starts since the run was last sealed, and before. */
  readonly usd: number;
  close(): Promise<void>;
}

interface SupersededLine {
  usd: number;
}

const FILE = "superseded.ndjson";

export async function openSuperseded(workspace: Workspace, runId: string): Promise<SupersededCalls> {
  let usd = 0;
  for await (const line of logLines<SupersededLine>(workspace, runId, FILE)) usd += line.usd;
  let log: Promise<AppendLog> | undefined;
  return {
    add(paid) {
      usd += paid;
      log ??= openAppendLog(runPath(workspace, runId, FILE));
      // A log that fails says so when it is closed.
      void log.then((one) => one.push({usd: paid} satisfies SupersededLine)).catch(() => undefined);
    },
    get usd() {
      return usd;
    },
    async close() {
      await (await log)?.close();
    }
  };
}

/** Puts what a sealed run paid so back beside its journal, in place of what a start that was killed left. */
export async function restoreSuperseded({place}: Workspace, {id, supersededUsd}: RunManifest): Promise<void> {
  const key = runKey(id, FILE);
  if (supersededUsd === undefined) await place.remove(key);
  else await place.put(key, `${JSON.stringify({usd: supersededUsd} satisfies SupersededLine)}\n`);
}

export async function removeSuperseded({place}: Workspace, runId: string): Promise<void> {
  await place.remove(runKey(runId, FILE));
}

export type Closable = Pick<AppendLog, "close">;

/**
 * What a run under way writes.
 * @param opened takes each as it is opened, so that those before one that fails are closed
 */
export async function openLogs(workspace: Workspace, runId: string, opened: Closable[]) {
  const open = async <Log extends Closable>(opening: Promise<Log>): Promise<Log> => {
    const log = await opening;
    opened.push(log);
    return log;
  };
  return {
    calls: await open(openAppendLog(journalFile(workspace, runId))),
    scores: await open(openAppendLog(scoresFile(workspace, runId))),
    superseded: await open(openSuperseded(workspace, runId))
  };
}
