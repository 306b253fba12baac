import {availableParallelism} from "node:os";
import type {Worker} from "node:worker_threads";
import {startThread} from "../../base/system/index.js";
import type {Recognizer} from "./finding.js";
import type {RowCells} from "./rowCells.js";
import {type TaskName, type TaskResult, type TaskRow, tasks, type TaskSettings} from "./scanTasks.js";

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
 * Scans rows in as many threads as the machine has processors, four at most, and yields what each portion gives in the
 * order the rows came, so that the threads do not show. A few portions are in memory at a time, however many rows there are.
 * @param threads 1 scans in this thread alone, as recognisers of the caller's own always are
 */
export async function* inThreads<T extends TaskName>(
  name: T,
  batches: AsyncIterable<readonly TaskRow<T>[]>,
  settings: TaskSettings<T> & {recognizers?: readonly Recognizer[]},
  threads = Math.min(4, availableParallelism())
): AsyncGenerator<TaskResult<T>> {
  const here = tasks[name] as unknown as (
    rows: readonly TaskRow<T>[],
    settings: TaskSettings<T>
  ) => TaskResult<T>;
  const cost = settings.layers.includes("names") ? NAMES : 1;
  const source = portions(batches, PORTION / cost);
  let alone = settings.recognizers || threads < 2 ? Infinity : ALONE / cost;
  let pool: ScanThread<T>[] = [];
  const waiting: Promise<TaskResult<T>>[] = [];
  try {
    let turn = 0;
    for await (const {rows, characters} of source) {
      if (alone > 0) {
        alone -= characters;
        yield here(rows, settings);
        continue;
      }
      if (pool.length === 0) pool = Array.from({length: threads}, () => new ScanThread(name, settings));
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

interface Portion<R> {
  rows: R[];
  characters: number;
}

async function* portions<R extends RowCells>(
  batches: AsyncIterable<readonly R[]>,
  size: number
): AsyncGenerator<Portion<R>, void> {
  let portion: Portion<R> = {rows: [], characters: 0};
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

class ScanThread<T extends TaskName> {
  readonly #worker: Worker;
  readonly #waiting: {resolve(found: TaskResult<T>): void; reject(error: unknown): void}[] = [];
  #failure: unknown;

  constructor(name: T, settings: TaskSettings<T>) {
    this.#worker = startThread("./scanWorker", import.meta.url, {workerData: {name, settings}});
    this.#worker.on("message", (found: TaskResult<T>) => this.#waiting.shift()?.resolve(found));
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("a scanning thread ended")));
  }

  /** Answers come in the order of the questions. */
  scan(rows: readonly TaskRow<T>[]): Promise<TaskResult<T>> {
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
