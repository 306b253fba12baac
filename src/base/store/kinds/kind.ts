import type {Database} from "../duckdb.js";
import {UserError} from "../../validation/errors.js";
import type {ColumnTypes} from "../parquet.js";
import {parseJson} from "../../system/files.js";
import {inParallel} from "../../system/inParallel.js";
import type {VersionManifest} from "../schema.js";
import type {Workspace} from "../workspace.js";

/**
 * A kind of record that the store keeps. Purging, collecting garbage, telling whether pages are stale, the tables of
 * `assay sql` and exports ask every kind; what is said here is all they know of it.
 */
export interface Kind<M extends object = object> {
  readonly name: string;
  /**
   * Where a record lies. Names in braces vary, and the last of them is the record's id: `runs/{id}` is a folder,
   * `races/{id}.json` a file.
   */
  readonly at: string;
  /** The record's manifest in its folder, written last. Left out, the record is the file at `at`. */
  readonly manifest?: string;
  /** What the manifest says it is; left out, the file is a log or a cache. */
  readonly form?: Form;
  /** Pages are made from the manifest, unless this is false, and from these files beside it. */
  readonly shown?: readonly string[] | false;
  /** The tables and views over all records. */
  views?(context: ViewContext): Promise<StoreView[]>;
  /** Ids of the records that this one needs: `id`, or `dataset@id`. They are not collected while it stays. */
  refersTo?(found: RecordLocation, workspace: Workspace): Promise<readonly string[]>;
  /** Left out, records of the kind are never collected. */
  readonly collect?: Collect<M>;
  /**
   * Takes the rows of `erasing` out of one record. Left out, it holds nothing of a row. A dry run asks the same, in a workspace
   * that keeps nothing of what is written: all writing goes through its `place`, and what is told was counted before.
   */
  erase?(found: RecordLocation, erasing: Erasing): Promise<Erased>;
  /** What the record keeps from everything but a final run; undefined when it keeps nothing. */
  heldOut?(found: RecordLocation, workspace: Workspace): Promise<HeldOut | undefined>;
}

/**
 * Which rows of a version a record keeps from everything but a final run.
 * @param manifest of the version; undefined when it is gone
 */
export type HeldOut = (
  version: OfVersion,
  manifest: VersionManifest | undefined
) => HeldRows | Promise<HeldRows>;

export interface HeldRows {
  /** Parquet files with their `row_id`s. Those of many records are read as one table. */
  files?: readonly string[];
  /** Queries for the `row_id`s that no file lists. */
  queries?: readonly string[];
}

/** What a manifest must be to be read. */
export interface Form {
  kind: string;
  schemaVersion: number;
  /** Members that every reader relies on, with their JavaScript type. */
  members: Readonly<Record<string, "string" | "number" | "object">>;
  /** What makes the record again, said when its form is not this one. */
  renew: string;
  /** A record as it is written today, from one that an earlier Assay wrote under other names. */
  renamed?(manifest: Record<string, unknown>): Record<string, unknown>;
}

/** A record's place. */
export interface RecordLocation {
  /** Of the folder, or of the file where the record is one. */
  key: string;
  /** Of the manifest, or of the file. */
  manifestKey: string;
  id: string;
  /** What the names in braces are. */
  names: Readonly<Record<string, string>>;
}

/** A version, by its dataset and id. */
export interface OfVersion {
  dataset: string;
  id: string;
}

export interface StoreView {
  /** True for a view that is called as its dataset: it gives way to the store's own tables. */
  dataset?: true;
  name: string;
  /** A query; or plain objects with the columns they are read as. */
  of: string | {rows: readonly object[]; columns: ColumnTypes};
}

export interface ViewContext {
  workspace: Workspace;
  /** Manifests of a kind, read once for all views. */
  manifests<T extends object>(kind: Kind<T>): Promise<T[]>;
  /** A query over a relation with the `row_id`s of a version, without its held-out rows. */
  open(relation: string, version: OfVersion): Promise<string>;
}

export interface Collect<M extends object> {
  /** Tells which records stay whatever refers to them. */
  stays(workspace: Workspace, options: {keep: number}): Promise<(manifest: M) => boolean>;
  /** What must be kept of one before it is removed. */
  before?(manifest: M, workspace: Workspace, db: Database): Promise<void>;
  /** The lease under which one is removed. */
  lease?(manifest: M): string;
}

/** Rows of one dataset on their way out of the store. */
export interface Erasing {
  db: Database;
  workspace: Workspace;
  dataset: string;
  /** SQL of a row's hash, compared with the `hash`es in the table `erased`. */
  hash: string;
  /** The same of another column or parameter than `row_id`. */
  hashOf(column: string): string;
  note: {at: string; reason: string};
  /**
   * A query over a relation with the `row_id`s of a version, of those rows that may be looked at. In a dry run splits hold some
   * back.
   * @param version its id; left out where none is known
   */
  seen: Seen;
}

export type Seen = (relation: string, version?: string) => Promise<string>;

/** Looks at every row, those too that splits hold out. */
export const everyRow: Seen = (relation) => Promise.resolve(`select * from ${relation}`);

export interface Erased {
  /** Rows that it lost, 0 when it only lost traces of them; left out when it held none. */
  rows?: number;
  /** True when a part of it that will be made again was dropped. */
  dropped?: boolean;
  /** What still holds them, by the names that a person knows. */
  keeps?: readonly string[];
}

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
  const manifest = parseJson<Record<string, unknown> | null>(Buffer.from(bytes).toString(), where);
  if (!form) return manifest as M;
  if (manifest?.kind !== form.kind || manifest.schemaVersion !== form.schemaVersion)
    throw new UserError(
      `${where} ${saysOf(manifest)}; this Assay reads a ${form.kind} of schema ${form.schemaVersion}. Use the Assay that wrote it, or move it out of the store and make it again with \`${form.renew}\`.`
    );
  const wrong = Object.entries(form.members).filter(
    ([name, type]) => typeof manifest[name] !== type || manifest[name] === null
  );
  if (wrong.length > 0)
    throw new UserError(
      `${where} has ${wrong.map(([name, type]) => `no ${type} "${name}"`).join(", ")}: it was edited or damaged. Restore it from a copy, or move it out of the store and make it again with \`${form.renew}\`.`
    );
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

/** A JSON file of the store that is not a manifest; undefined when there is none. */
export async function getJson<T>({place}: Pick<Workspace, "place">, key: string): Promise<T | undefined> {
  const bytes = await place.read(key);
  return bytes && parseJson<T>(Buffer.from(bytes).toString(), `${place.name}/${key}`);
}

function saysOf(manifest: Record<string, unknown> | null): string {
  const {kind, schemaVersion} = (manifest ?? {}) as {kind?: unknown; schemaVersion?: unknown};
  if (kind === undefined) return "does not say what it is";
  return `is a ${String(kind)} of ${schemaVersion === undefined ? "no schema" : `schema ${String(schemaVersion)}`}`;
}
