import {checkName} from "../../validation/names.js";
import {isGone} from "./eraseRows.js";
import type {Erased, Erasing, Kind, RecordLocation, Workspace} from "./kind.js";

/** Calls of models that were received for a dataset and wait to be pulled: a file for each request, a row in each line. */
export const receivedKind: Kind = {
  name: "received calls",
  at: "received/{dataset}/{id}.jsonl",
  shown: false,
  erase: eraseReceived
};

/** The files of a dataset that wait, by name. */
export interface Inbox {
  /** On disk when this resolves. */
  put(name: string, lines: string): Promise<void>;
  /** In the order of their names. */
  names(): Promise<string[]>;
  read(name: string): Promise<string>;
  drop(names: readonly string[]): Promise<void>;
}

export function inboxOf({place}: Pick<Workspace, "place">, dataset: string): Inbox {
  const folder = `received/${checkName("dataset", dataset)}`;
  const keyOf = (name: string) => `${folder}/${name}.jsonl`;
  return {
    put: (name, lines) => place.put(keyOf(name), lines),
    async names() {
      const files = (await place.list(folder))
        .map(({name}) => name)
        .filter((name) => name.endsWith(".jsonl"));
      return files.map((name) => name.slice(0, -".jsonl".length)).sort();
    },
    read: async (name) => Buffer.from((await place.read(keyOf(name))) ?? []).toString("utf8"),
    async drop(names) {
      for (const name of names) await place.remove(keyOf(name));
    }
  };
}

/** Their ids are those of rows. */
async function eraseReceived({key, names}: RecordLocation, erasing: Erasing): Promise<Erased> {
  if (names.dataset !== erasing.dataset) return {};
  const {place} = erasing.workspace;
  const lines = Buffer.from((await place.read(key)) ?? [])
    .toString("utf8")
    .split("\n");
  const left: string[] = [];
  for (const line of lines) {
    const {id} = (line === "" ? {} : JSON.parse(line)) as {id?: string};
    if (id === undefined || !(await isGone(erasing, id))) left.push(line);
  }
  const gone = lines.length - left.length;
  if (gone > 0) await place.put(key, left.join("\n"));
  return gone > 0 ? {rows: gone} : {};
}
