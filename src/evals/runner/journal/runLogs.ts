import type {Workspace} from "../../../base/store/index.js";
import {type AppendLog, openAppendLog} from "./appendLog.js";
import {openSuperseded} from "./superseded.js";
import {journalFile, scoresFile} from "./tables.js";

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
