import {recordsOf} from "./kinds/records.js";
import type {Workspace} from "./kinds/kind.js";

/** A record that needs another one. */
export interface Referrer {
  /** The name of its kind, such as "race". */
  kind: string;
  id: string;
}

/** The records that refer to one by its id, of every kind; none when nothing does. */
export async function referrersOf(workspace: Workspace, id: string): Promise<Referrer[]> {
  const found: Referrer[] = [];
  for (const kind of workspace.kinds) {
    if (!kind.refersTo) continue;
    for await (const record of recordsOf(workspace, kind))
      if ((await kind.refersTo(record, workspace)).includes(id)) found.push({kind: kind.name, id: record.id});
  }
  return found;
}
