import {availableParallelism} from "node:os";
import {Worker} from "node:worker_threads";
import {type Layer, type Recognizer} from "./finding.js";
import {type LedgerEntry, scanRow} from "./ledger.js";
import {type RedactionPolicy} from "./redact.js";

/** Cells of one row, in the order of the settings' columns. */
export interface RowCells {
  id: string;
  cells: readonly (string | null)[];
}

export interface ScannedCells {
  id: string;
  entries: LedgerEntry[];
  /** By column: the cell as the policy leaves it, undefined when it stays. Absent when all stay. */
  cells?: (string | undefined)[];
}

/** What a thread needs to know; plain data. */
export interface ScanSettings {
  columns: readonly string[];
  /** Those of the columns whose cells are the JSON of lists and structures. */
  nested: readonly string[];
  layers: readonly Layer[];
  minScore: number;
  policy?: RedactionPolicy;
}

/** One row by the settings. */
export function scanCells(
  {id, cells}: RowCells,
  {columns, ...options}: ScanSettings & {recognizers?: readonly Recognizer[]}
): ScannedCells {
  const row = Object.fromEntries(columns.map((column, index) => [column, cells[index]]));
  const {row: made, entries} = scanRow(id, row, columns, options);
  const changed = columns.map((column, index) =>
    made[column] === cells[index] ? undefined : (made[column] as string)
  );
  return {id, entries, ...(changed.some((cell) => cell !== undefined) ? {cells: changed} : {})};
}

/** Characters that this thread scans before it asks others for help: starting one costs as much as this. */
const ALONE = 500_000;
/** Characters handed over at once. */
const PORTION = 250_000;
/** What a row costs beside its characters, so that portions of empty ones are bounded too. */
const OF_A_ROW = 32;
/** Names take a hundred times as long. */
const NAMES = 100;
/** Portions that wait at a thread while it works on one. */
const AHEAD = 2;

/**
 * Scans rows in as many threads as the machine has processors, four at most, and yields them in the order they came,
 * so that the threads do not show. A few portions are in memory at a time, however many rows there are.
 * @param threads 1 scans in this thread alone, as recognisers of the caller's own always are
 */
export async function* scanRows(
  batches: AsyncIterable<readonly RowCells[]>,
  settings: ScanSettings & {recognizers?: readonly Recognizer[]},
  threads = Math.min(4, availableParallelism())
): AsyncGenerator<ScannedCells[]> {
  const cost = settings.layers.includes("names") ? NAMES : 1;
  const source = portions(batches, PORTION / cost);
  let alone = settings.recognizers || threads < 2 ? Infinity : ALONE / cost;
  let pool: ScanThread[] = [];
  const waiting: Promise<ScannedCells[]>[] = [];
  try {
    let turn = 0;
    for await (const {rows, characters} of source) {
      if (alone > 0) {
        alone -= characters;
        yield rows.map((row) => scanCells(row, settings));
        continue;
      }
      if (pool.length === 0) pool = Array.from({length: threads}, () => new ScanThread(settings));
      const work = pool[turn++ % threads]!.scan(rows);
      // It is awaited in its turn; a failure before that must not count as unhandled.
      work.catch(() => undefined);
      waiting.push(work);
      if (waiting.length >= threads * (AHEAD + 1)) yield await waiting.shift()!;
    }
    while (waiting.length > 0) yield await waiting.shift()!;
  } finally {
    await Promise.all(pool.map((thread) => thread.stop()));
  }
}

interface Portion {
  rows: RowCells[];
  characters: number;
}

async function* portions(
  batches: AsyncIterable<readonly RowCells[]>,
  size: number
): AsyncGenerator<Portion, void> {
  let portion: Portion = {rows: [], characters: 0};
  for await (const batch of batches)
    for (const row of batch) {
      portion.rows.push(row);
      portion.characters += OF_A_ROW;
      for (const cell of row.cells) portion.characters += cell?.length ?? 0;
      if (portion.characters < size) continue;
      yield portion;
      portion = {rows: [], characters: 0};
    }
  if (portion.rows.length > 0) yield portion;
}

class ScanThread {
  readonly #worker: Worker;
  readonly #waiting: {resolve(rows: ScannedCells[]): void; reject(error: unknown): void}[] = [];
  #failure: unknown;

  constructor(settings: ScanSettings) {
    this.#worker = startWorker(settings);
    this.#worker.on("message", (rows: ScannedCells[]) => this.#waiting.shift()?.resolve(rows));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("a scanning thread ended")));
  }

  /** Answers come in the order of the questions. */
  scan(rows: readonly RowCells[]): Promise<ScannedCells[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure as Error);
      this.#waiting.push({resolve, reject});
      this.#worker.postMessage(rows);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    for (const {reject} of this.#waiting.splice(0)) reject(this.#failure);
  }
}

function startWorker(workerData: ScanSettings): Worker {
  if (import.meta.url.endsWith(".js"))
    return new Worker(new URL("./scanWorker.js", import.meta.url), {workerData});
  // From the sources (tests, benchmarks) a worker does not inherit the loader that reads TypeScript.
  const source = JSON.stringify(new URL("./scanWorker.ts", import.meta.url).href);
  const start = `import("tsx/esm/api").then(({register}) => { register(); return import(${source}); })`;
  return new Worker(start, {eval: true, workerData, execArgv: []});
}
