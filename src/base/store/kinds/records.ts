import {dirname} from "node:path/posix";
import {UserError} from "../../validation/errors.js";
import {assertForm, type FileForm, having, readForm} from "../../validation/fileForm.js";
import {isObject} from "../../validation/isObject.js";
import {parseJson} from "../../system/files.js";
import {inParallel} from "../../system/inParallel.js";
import type {Kind, RecordLocation, Seen, Workspace} from "./kind.js";

/** Looks at every row, those too that splits hold out. */
export const everyRow: Seen = (relation) => Promise.resolve(`select * from ${relation}`);

/** Every record of a kind, by its names; those whose folder is there without a manifest too. */
export async function* recordsOf(
  workspace: Pick<Workspace, "place">,
  kind: Pick<Kind, "at" | "manifest">,
  fixed: Readonly<Record<string, string>> = {}
): AsyncGenerator<RecordLocation> {
  const segments = kind.at.split("/");
  async function* below(
    depth: number,
    key: string,
    names: Record<string, string>
  ): AsyncGenerator<RecordLocation> {
    if (depth === segments.length) {
      yield {
        key,
        manifestKey: kind.manifest ? `${key}/${kind.manifest}` : key,
        id: Object.values(names).at(-1) ?? key,
        names
      };
      return;
    }
    const segment = segments[depth]!;
    const last = depth === segments.length - 1;
    const varies = /^\{(\w+)\}(.*)$/.exec(segment);
    const under = (name: string) => (key === "" ? name : `${key}/${name}`);
    if (!varies) {
      if (!last || (await workspace.place.has(under(segment))))
        yield* below(depth + 1, under(segment), names);
      return;
    }
    const [, variable, ending] = varies as unknown as [string, string, string];
    const wanted = fixed[variable];
    for (const {name, folder} of await workspace.place.list(key)) {
      const value = name.endsWith(ending) ? name.slice(0, name.length - ending.length) : "";
      if (value === "" || (wanted !== undefined && value !== wanted)) continue;
      if (folder !== (!last || kind.manifest !== undefined)) continue;
      yield* below(depth + 1, under(name), {...names, [variable]: value});
    }
  }
  yield* below(0, "", {});
}

/** A record's manifest, or undefined when it has none (yet). Throws UserError when it is of another form. */
export async function readRecord<M extends object>(
  {place}: Pick<Workspace, "place">,
  kind: Kind<M>,
  manifestKey: string
): Promise<M | undefined> {
  const bytes = await place.read(manifestKey);
  if (!bytes) return undefined;
  const where = `${place.name}/${manifestKey}`;
  const {form} = kind;
  const text = Buffer.from(bytes).toString();
  if (!form) return parseJson<M>(text, where);
  if ("schema" in form) return readForm(text, where, form) as M;
  const manifest = parseJson<Record<string, unknown>>(text, where);
  if (!isObject(manifest) || manifest.kind !== form.kind || manifest.schemaVersion !== form.schemaVersion)
    throw new UserError(
      `${where} ${saysOf(manifest)}; this Assay reads a ${form.kind} of schema ${form.schemaVersion}. Use the Assay that wrote it, or move it out of the store and make it again with \`${form.renew}\`.`
    );
  assertForm(manifest, where, {
    schema: having(form.members),
    wayOut: `Restore it from a copy, or move it out of the store and make it again with \`${form.renew}\`.`
  });
  return (form.renamed?.(manifest) ?? manifest) as M;
}

/** Manifests of a kind in the order of their names; those whose names are `fixed` only. */
export async function manifestsOf<M extends object>(
  workspace: Pick<Workspace, "place">,
  kind: Kind<M>,
  fixed: Readonly<Record<string, string>> = {}
): Promise<M[]> {
  const keys: string[] = [];
  for await (const {manifestKey} of recordsOf(workspace, kind, fixed)) keys.push(manifestKey);
  const read = await inParallel(keys, (key) => readRecord(workspace, kind, key));
  return read.filter((manifest) => manifest !== undefined);
}

/** Writes a manifest, replacing what was there. */
export async function putJson({place}: Pick<Workspace, "place">, key: string, value: unknown): Promise<void> {
  await place.put(key, JSON.stringify(value, null, 2) + "\n");
}

/** Writes a record that is one file of its kind's folder, in which a killed writer may have left a temporary one. */
export async function putRecordFile(
  {place}: Pick<Workspace, "place">,
  key: string,
  record: object
): Promise<void> {
  await place.sweep(dirname(key));
  await putJson({place}, key, record);
}

/** A JSON file of the store that is not a manifest; undefined when there is none. */
export async function getJson<T extends object>(
  {place}: Pick<Workspace, "place">,
  key: string,
  form: FileForm<T>
): Promise<T | undefined> {
  const bytes = await place.read(key);
  return bytes && readForm(Buffer.from(bytes).toString(), `${place.name}/${key}`, form);
}

function saysOf(manifest: Record<string, unknown> | null): string {
  const {kind, schemaVersion} = manifest ?? {};
  if (typeof kind !== "string") return "does not say what it is";
  return `is a ${kind} of ${schemaVersion === undefined ? "no schema" : `schema ${String(schemaVersion)}`}`;
}

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
