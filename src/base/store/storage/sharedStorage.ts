import {stat} from "node:fs/promises";
import type {LocalFolder} from "./localFolder.js";
import type {StorageBackend, StorageEntry, StagedFolder} from "./storageBackend.js";

/** Clocks of machines may differ by so much. */
const CLOCKS_MS = 30_000;

/**
 * What a shared store leaves on the machine where it was made: what can be made or fetched again, and the logs of runs under
 * way, which are appended to many times a second.
 */
const LOG = /^(runs\/[^/]+)\/(?:journal|scores)\.ndjson$/;
const STAYS_HERE = [/^(cache|downloads|tmp)(\/|$)/, /^models\/\.(hub|shared|vectors)(\/|$)/, LOG];

/** A place that several machines share, with a folder of this machine for what stays here. */
export class SharedStorage implements StorageBackend {
  constructor(
    private readonly shared: StorageBackend,
    private readonly here: LocalFolder,
    private readonly keepsOutdated = false
  ) {}

  /** The same place for reading alone: it leaves outdated logs where they are. */
  untouched(): SharedStorage {
    return new SharedStorage(this.shared, this.here, true);
  }

  get name(): string {
    return this.shared.name;
  }

  async list(key: string): Promise<StorageEntry[]> {
    const found = new Map<string, StorageEntry>();
    for (const entry of [...(await this.here.list(key)), ...(await this.shared.list(key))])
      found.set(entry.name, entry);
    return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async has(key: string): Promise<boolean> {
    if (staysHere(key)) return (await this.here.has(key)) && !(await this.isOutdated(key));
    return (await this.shared.has(key)) || this.here.has(key);
  }

  read(key: string): Promise<Uint8Array | undefined> {
    return this.of(key).read(key);
  }

  readRange(key: string, start: number, end: number): Promise<Uint8Array | undefined> {
    return this.of(key).readRange(key, start, end);
  }

  put(key: string, bytes: Uint8Array | string): Promise<void> {
    return this.of(key).put(key, bytes);
  }

  putFile(key: string, write: (path: string) => Promise<void>): Promise<void> {
    return this.of(key).putFile(key, write);
  }

  putIfAbsent(key: string, bytes: Uint8Array | string): Promise<boolean> {
    return this.of(key).putIfAbsent(key, bytes);
  }

  removeIf(key: string, seen: Uint8Array): Promise<boolean> {
    return this.of(key).removeIf(key, seen);
  }

  replaceIf(key: string, seen: Uint8Array, bytes: Uint8Array | string): Promise<boolean> {
    return this.of(key).replaceIf(key, seen, bytes);
  }

  append(key: string, bytes: Uint8Array | string): Promise<void> {
    return this.of(key).append(key, bytes);
  }

  async remove(key: string): Promise<void> {
    if (!staysHere(key)) await this.shared.remove(key);
    await this.here.remove(key);
  }

  readable(key: string): Promise<string> {
    return this.of(key).readable(key);
  }

  readableFolder(key: string): Promise<string> {
    return this.of(key).readableFolder(key);
  }

  stage(key: string): Promise<StagedFolder> {
    return this.of(key).stage(key);
  }

  async sweep(key: string): Promise<void> {
    if (!staysHere(key)) await this.shared.sweep(key);
    await this.here.sweep(key);
  }

  async sweepAll(): Promise<void> {
    await this.shared.sweepAll();
    await this.here.sweepAll();
  }

  /**
   * Whether a run's log is older than the run's seal: another machine finished what was broken off here. To go on with that
   * log would ask again for what the store has, and replace it. Such a log is removed.
   */
  private async isOutdated(key: string): Promise<boolean> {
    const [, run] = LOG.exec(key) ?? [];
    if (run === undefined) return false;
    const log = await stat(this.here.path(key)).catch(() => undefined);
    if (!log) return false;
    const sealed = sealedAt(await this.shared.read(`${run}/manifest.json`));
    if (sealed === undefined || log.mtimeMs + CLOCKS_MS > sealed) return false;
    if (!this.keepsOutdated) await this.here.remove(key);
    return true;
  }

  private of(key: string): StorageBackend {
    return staysHere(key) ? this.here : this.shared;
  }
}

/** As the manifest says it: the file is written again whenever a run is archived or purged. */
function sealedAt(manifest: Uint8Array | undefined): number | undefined {
  try {
    const at = Date.parse(
      (JSON.parse(Buffer.from(manifest ?? []).toString()) as {sealedAt: string}).sealedAt
    );
    return Number.isNaN(at) ? undefined : at;
  } catch {
    return undefined;
  }
}

const staysHere = (key: string) => STAYS_HERE.some((pattern) => pattern.test(key));
