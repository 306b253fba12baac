import type {z} from "zod";
import type {FileForm} from "../../validation/fileForm.js";
import type {Database} from "../duckdb.js";
import type {ColumnTypes} from "../parquet.js";
import type {VersionManifest} from "../records/version.js";
import type {LeaseOptions} from "../lease.js";
import type {StorageBackend} from "../storage/storageBackend.js";
import type {HeldLease} from "../renewal.js";

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
  /** What the manifest must be; left out, the file is a log or a cache. */
  readonly form?: Form | FileForm<object>;
  /** Pages are made from the manifest, unless this is false, and from these files beside it. */
  readonly shown?: readonly string[] | false;
  /** Names of kinds that a purge asks after this one. `gc` removes records of those first. */
  readonly before?: readonly string[];
  /** What `assay sql` and exports have of all records, by name, each with what it lists. */
  readonly tables?: Readonly<Record<string, string>>;
  /** Gives these tables, and views that are called as their record. */
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
  /** Members that every reader relies on. */
  members: Readonly<Record<string, z.ZodType>>;
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

export interface Erased {
  /** Rows that it lost, 0 when it only lost traces of them; left out when it held none. */
  rows?: number;
  /** True when a part of it that will be made again was dropped. */
  dropped?: boolean;
  /** What still holds them, by the names that a person knows. */
  keeps?: readonly string[];
}

/** A project and its store: where versions, splits, models, runs and what else there is are kept. */
export interface Workspace {
  /** The project's folder: data-loaders/ and evals/ are below it. */
  readonly project: string;
  /**
   * The store's folder, `.assay` below the project unless ASSAY_DIR says otherwise; of a shared store the folder below that
   * one for its copies and for what stays on this machine.
   */
  readonly dir: string;
  readonly place: StorageBackend;
  /** The kinds of record it keeps. */
  readonly kinds: readonly Kind[];
  /** A folder of this machine for what need not outlive the process. */
  readonly tmpDir: string;
  /** Runs `work` while holding the store's lease of a name. */
  lease<T>(name: string, options: LeaseOptions, work: (held: HeldLease) => Promise<T>): Promise<T>;
  /**
   * Runs `work` while holding a lease of its own, whose name begins so: any number of processes do at once. Leases of such a
   * name that dead processes left are removed.
   */
  share<T>(name: string, options: LeaseOptions, work: (held: HeldLease) => Promise<T>): Promise<T>;
  /** What living processes are doing under leases whose names begin so, or of this very name. */
  held(name: string, exactly?: "exactly"): Promise<string[]>;
}
