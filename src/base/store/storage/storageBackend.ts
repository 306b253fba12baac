/**
 * Where a store lives. Keys are names joined by "/", never beginning with one, such as `runs/R/manifest.json`. A name that
 * begins with a dot is work under way: no listing shows it.
 */
export interface StorageBackend {
  /** What a person calls it: a folder's path, or an address without its secrets. */
  readonly name: string;
  /** Names directly below a key, sorted, each with whether it has names below it; none when there is no such key. */
  list(key: string): Promise<StorageEntry[]>;
  /** Whether there is a file, or anything below the key. */
  has(key: string): Promise<boolean>;
  /** The bytes of a file, or undefined when there is none. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Bytes from `start` up to, not including, `end`; fewer where the file ends before. Undefined when there is no file. */
  readRange(key: string, start: number, end: number): Promise<Uint8Array | undefined>;
  /** Writes a file whole, whatever was there: readers see the old bytes or the new ones, and a crash loses neither. */
  put(key: string, bytes: Uint8Array | string): Promise<void>;
  /** The same of a file that `write` makes at a path of this machine; when it throws nothing changes. */
  putFile(key: string, write: (path: string) => Promise<void>): Promise<void>;
  /** Writes a file unless there is one; false when there was. Of writers at one time one is told true. */
  putIfAbsent(key: string, bytes: Uint8Array | string): Promise<boolean>;
  /** Removes a file if its bytes are still `seen`; false when they are not. Of removers at one time one is told true. */
  removeIf(key: string, seen: Uint8Array): Promise<boolean>;
  /** Writes a file in place of one whose bytes are still `seen`; false, and nothing changes, when they are not. */
  replaceIf(key: string, seen: Uint8Array, bytes: Uint8Array | string): Promise<boolean>;
  /** Adds bytes to the end of a file, made when it is not there. On disk when this resolves. */
  append(key: string, bytes: Uint8Array | string): Promise<void>;
  /** Removes a file, or everything below a key, at once for whoever lists it. Nothing there is no error. */
  remove(key: string): Promise<void>;
  /** A path of the file that DuckDB can read: the file itself, or a copy. The file must be there. */
  readable(key: string): Promise<string>;
  /** A path of a folder with all files below a key: the folder itself, or a copy. Something must be there. */
  readableFolder(key: string): Promise<string>;
  /** A folder on this machine to fill and to commit as a whole at a key directly below `key`. */
  stage(key: string): Promise<StagedFolder>;
  /** Removes what dead processes left half-made directly below a key. */
  sweep(key: string): Promise<void>;
  /** The same everywhere in the place. */
  sweepAll(): Promise<void>;
}

export interface StorageEntry {
  name: string;
  folder: boolean;
}

/** Files on their way into a place. */
export interface StagedFolder {
  /** The folder to write into; it exists and is empty. */
  readonly folder: string;
  /** All files appear together. False, and nothing changes, when there is something at the key already. */
  commit(key: string): Promise<boolean>;
  /** Gives up what was not committed. */
  discard(): Promise<void>;
}
