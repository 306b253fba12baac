import {spawn} from "node:child_process";
import type {Readable, Writable} from "node:stream";
import {longTimer} from "../../../base/system/waits.js";
import type {Program} from "./program.js";
import {type SandboxLimits, type Sandbox, SCRATCH} from "./sandbox.js";

/** How a program ended. */
export interface ProgramEnd {
  /** "sandbox": it never began, and `stderr` says why. */
  end: "passed" | "failed" | "time limit" | "output limit" | "sandbox";
  /** Exit code, or the signal that ended it. */
  exit: number | string | null;
  /** The first and the last lines of standard error. */
  stderr: string[];
  /** Wall-clock milliseconds. */
  ms: number;
}

const STDERR_LINES = 8;
const LINE_CHARS = 300;

/**
 * Runs a program in a sandbox with an empty environment, and kills it at a limit. It has passed when it came to its last
 * line and exited with 0. Rejects when the sandbox cannot be prepared, or with the signal's reason.
 */
export async function runProgram(
  sandbox: Sandbox,
  program: Program,
  limits: SandboxLimits,
  signal?: AbortSignal
): Promise<ProgramEnd> {
  signal?.throwIfAborted();
  const {file, args, feeds, folder, dispose} = await sandbox.prepare(program, limits);
  try {
    const began = performance.now();
    const child = spawn(file, args, {
      // The shell must find bwrap; what runs in the sandbox sees none of it.
      env:
        sandbox.name === "bubblewrap"
          ? {PATH: process.env.PATH, MALLOC_ARENA_MAX: "1"}
          : {MALLOC_ARENA_MAX: "1"},
      stdio: ["ignore", "pipe", "pipe", "pipe", ...feeds.map(() => "pipe" as const)],
      detached: process.platform !== "win32"
    });
    let cut: ProgramEnd["end"] | undefined;
    const kill = (why?: ProgramEnd["end"]) => {
      cut ??= why;
      try {
        if (child.pid !== undefined && process.platform !== "win32") process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended already.
      }
      child.kill("SIGKILL");
      for (const stream of child.stdio) stream?.destroy();
    };
    const onAbort = () => kill("failed");
    signal?.addEventListener("abort", onAbort);
    const cancelTimer = longTimer(limits.timeoutMs, () => kill("time limit"));
    let bytes = 0;
    let stderr = "";
    let report = "";
    const read = (stream: Readable, keep?: (text: string) => void) =>
      stream
        .on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > limits.maxOutputBytes) return kill("output limit");
          keep?.(chunk.toString());
        })
        .on("error", () => undefined);
    read(child.stdout!);
    read(child.stderr!, (text) => (stderr += text));
    read(child.stdio[3] as Readable, (text) => (report += text));
    for (const [at, feed] of feeds.entries())
      (child.stdio[4 + at] as Writable).on("error", () => undefined).end(feed);
    const exit = await new Promise<number | string | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, by) => resolve(code ?? by));
    }).finally(() => {
      cancelTimer();
      signal?.removeEventListener("abort", onAbort);
    });
    signal?.throwIfAborted();
    const passed = exit === 0 && report === program.started + program.passed;
    return {
      end: cut ?? (passed ? "passed" : report.startsWith(program.started) ? "failed" : "sandbox"),
      exit,
      stderr: lastLines(folder === undefined ? stderr : stderr.replaceAll(folder, SCRATCH)),
      ms: Math.round(performance.now() - began)
    };
  } finally {
    await dispose();
  }
}

/** Python says what went wrong last, Node first: half of the lines are of either end. */
function lastLines(text: string): string[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trimEnd().slice(0, LINE_CHARS))
    .filter((line) => line !== "");
  const half = STDERR_LINES / 2;
  return lines.length <= STDERR_LINES ? lines : [...lines.slice(0, half), "…", ...lines.slice(-half)];
}
