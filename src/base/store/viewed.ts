import type {Database} from "./duckdb.js";

/** A database with views over files that come and go. */
export interface ViewedDatabase extends Database {
  /** Has the views made again before the next statement. */
  refresh(): void;
}

/**
 * A database that is opened at its first statement and has its views made before it: much of what commands do reads manifests
 * alone, and neither comes for nothing. What fails then, fails again at the next statement.
 */
export function viewed(
  open: () => Promise<Database>,
  makeViews: (db: Database) => Promise<void>
): ViewedDatabase {
  let closed = false;
  let opened: Database | undefined;
  let ready: Promise<Database> | undefined;
  // One after another: views of an earlier look must not replace those of a later one.
  let last: Promise<unknown> = Promise.resolve();
  const make = async () => {
    if (closed) throw new Error("The database is closed.");
    opened ??= await open();
    await makeViews(opened);
    return opened;
  };
  const db = () => {
    if (ready) return ready;
    const made = last.then(make);
    last = made.catch(() => {
      if (ready === made) ready = undefined;
    });
    return (ready = made);
  };
  return {
    rows: async (...query) => (await db()).rows(...query),
    row: async (...query) => (await db()).row(...query),
    async *batches(...query) {
      yield* (await db()).batches(...query);
    },
    async *columns(...query) {
      yield* (await db()).columns(...query);
    },
    run: async (...statement) => (await db()).run(...statement),
    countStatements: async (text) => (await db()).countStatements(text),
    connect: async () => (await db()).connect(),
    trim: async () => opened?.trim(),
    confine: async (folders) => (await db()).confine(folders),
    refresh: () => {
      ready = undefined;
    },
    close: () => {
      closed = true;
      if (opened) opened.close();
      else last = last.finally(() => opened?.close());
    }
  };
}
