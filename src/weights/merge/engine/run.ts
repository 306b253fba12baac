import {setImmediate as nextTurn} from "node:timers/promises";
import {Worker} from "node:worker_threads";
import {ThreadFiles} from "./files.js";
import type {TensorJobResult} from "./job.js";
import {runJob, type JobWork} from "./runJob.js";
import {ThreadBuffers} from "./scratch.js";
import {SharedState} from "./shared.js";

export interface MergeRunOptions {
  /** 1 works in this thread, giving way to other tasks between tensors. */
  threads: number;
  signal?: AbortSignal;
  onResult(index: number, result: TensorJobResult): void | Promise<void>;
}

/** Does all work in order of the list, each piece by whichever thread is free. */
export async function runAll(work: readonly JobWork[], options: MergeRunOptions): Promise<void> {
  options.signal?.throwIfAborted();
  if (options.threads <= 1) await runHere(work, options);
  else await runInThreads(work, options);
}

async function runHere(work: readonly JobWork[], {signal, onResult}: MergeRunOptions): Promise<void> {
  const files = new ThreadFiles();
  const scratch = new ThreadBuffers();
  try {
    for (const [i, piece] of work.entries()) {
      await onResult(
        i,
        runJob(piece, files, scratch, () => false)
      );
      await nextTurn();
      signal?.throwIfAborted();
    }
  } finally {
    files.close();
    scratch.release();
  }
}

async function runInThreads(
  work: readonly JobWork[],
  {threads, signal, onResult}: MergeRunOptions
): Promise<void> {
  const state = new SharedState();
  const stop = () => state.stop();
  signal?.addEventListener("abort", stop, {once: true});
  let handled: Promise<void> = Promise.resolve();
  let failure: unknown;
  const fail = (error: unknown) => {
    failure ??= error;
    stop();
  };
  const ended = Array.from(
    {length: Math.min(threads, work.length)},
    () =>
      new Promise<void>((resolve) => {
        const worker = startWorker({work, buffer: state.buffer});
        worker.on("message", ({index, result}: {index: number; result: TensorJobResult}) => {
          handled = handled.then(() => onResult(index, result)).catch(fail);
        });
        worker.on("error", fail);
        worker.on("exit", () => resolve());
      })
  );
  await Promise.all(ended);
  await handled;
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
  if (failure !== undefined) throw failure as Error;
}

function startWorker(workerData: object): Worker {
  if (import.meta.url.endsWith(".js"))
    return new Worker(new URL("./worker.js", import.meta.url), {workerData});
  // From the sources (tests, benchmarks) a worker does not inherit the loader that reads TypeScript.
  const source = JSON.stringify(new URL("./worker.ts", import.meta.url).href);
  const start = `import("tsx/esm/api").then(({register}) => { register(); return import(${source}); })`;
  return new Worker(start, {eval: true, workerData});
}
