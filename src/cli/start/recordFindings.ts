import {messageOf} from "../../base/validation/index.js";
import {readRecord, recordsOf, type Workspace} from "../../base/store/index.js";
import type {DoctorFinding} from "./remoteFindings.js";

/** Reads the manifest of every record of the store, such as after a restore: what is damaged, and how many are sound. */
export async function recordFindings(workspace: Workspace): Promise<DoctorFinding[]> {
  const damaged: DoctorFinding[] = [];
  let sound = 0;
  for (const kind of workspace.kinds.filter(({form}) => form !== undefined))
    for await (const {manifestKey, id} of recordsOf(workspace, kind))
      try {
        if (await readRecord(workspace, kind, manifestKey)) sound++;
      } catch (error) {
        damaged.push({
          what: `${kind.name} ${id}`,
          check: "record",
          status: "error",
          message: messageOf(error)
        });
      }
  const message = `${sound} records of ${workspace.place.name} can be read`;
  return [...damaged, {what: "the store", check: "records", status: "ok", message}];
}
