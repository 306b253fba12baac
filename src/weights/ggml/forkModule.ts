import {type ChildProcess, fork, type ForkOptions} from "node:child_process";
import {fileURLToPath} from "node:url";

/**
 * Starts a module beside the caller's as a process of its own: `forkModule("./engineProcess", import.meta.url)`. The
 * library may end its process, and its computations block their thread.
 */
export function forkModule(name: string, from: string, options: ForkOptions = {}): ChildProcess {
  const compiled = from.endsWith(".js");
  return fork(fileURLToPath(new URL(`${name}.${compiled ? "js" : "ts"}`, from)), [], {
    // From the sources (tests) a child does not inherit the loader that reads TypeScript.
    execArgv: compiled ? [] : ["--import", import.meta.resolve("tsx")],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    ...options
  });
}

const atExit = new Set<ChildProcess>();
let listening = false;

/** Kills a process where this one ends before it. What is given takes that back. One listener for all: there may be many. */
export function killAtExit(child: ChildProcess): () => void {
  if (!listening) process.once("exit", () => atExit.forEach((one) => one.kill("SIGKILL")));
  listening = true;
  atExit.add(child);
  return () => void atExit.delete(child);
}

/** Lets signals pass by, which go to the whole group: of the process that calls this the parent decides when it ends. */
export function leaveEndToParent(): void {
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);
}

/**
 * Says something to the process that forked this one, and nothing when that has gone. Resolves when it is on its way: a channel
 * that is closed before drops a long message.
 */
export function tellParent(message: object): Promise<void> {
  return new Promise((resolve) => {
    // The parent may have gone between two steps.
    if (process.connected) process.send!(message, () => resolve());
    else resolve();
  });
}
