import {Worker, type WorkerOptions} from "node:worker_threads";

/** Starts a module beside the caller's in a thread: `startThread("./scanWorker", import.meta.url)`. */
export function startThread(name: string, from: string, options: WorkerOptions = {}): Worker {
  if (from.endsWith(".js")) return new Worker(new URL(`${name}.js`, from), options);
  // From the sources (tests, benchmarks) a worker does not inherit the loader that reads TypeScript.
  const source = JSON.stringify(new URL(`${name}.ts`, from).href);
  const start = `import("tsx/esm/api").then(({register}) => { register(); return import(${source}); })`;
  return new Worker(start, {...options, eval: true, execArgv: []});
}
