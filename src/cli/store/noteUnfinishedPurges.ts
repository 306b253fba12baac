import {unfinishedPurges, unfinishedPurgeText, type Workspace} from "../../base/store/index.js";
import {note} from "../terminal/terminal.js";

/** Says of each purge that was cut off, of one dataset or of all, that its rows still stand in some records. */
export async function noteUnfinishedPurges(workspace: Workspace, dataset?: string): Promise<void> {
  for (const one of await unfinishedPurges(workspace, dataset)) note(`! ${unfinishedPurgeText(one)}`);
}
