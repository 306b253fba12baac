import {createHash} from "node:crypto";
import {KINDS} from "./kinds/allKinds.js";
import {recordsOf} from "./kinds/records.js";
import type {Workspace} from "./kinds/kind.js";

/**
 * SHA-256 over what pages are made from in a store: it changes when a record of any kind that pages show appears, changes
 * or goes. A place with nothing in it has a fingerprint too.
 */
export async function storageFingerprint({
  place,
  kinds = KINDS
}: Pick<Workspace, "place"> & Partial<Pick<Workspace, "kinds">>): Promise<string> {
  const keys: string[] = [];
  for (const kind of kinds) {
    const {shown = []} = kind;
    if (shown === false) continue;
    for await (const {key, manifestKey} of recordsOf({place}, kind))
      keys.push(manifestKey, ...shown.map((name) => `${key}/${name}`));
  }
  const hash = createHash("sha256");
  for (const key of keys.sort()) {
    const bytes = await place.read(key);
    if (bytes) hash.update(`${key}\0${bytes.byteLength}\0`).update(bytes);
  }
  return hash.digest("hex");
}
