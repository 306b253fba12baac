import type {Program} from "./program.js";

export interface SandboxLimits {
  /** Wall-clock milliseconds. */
  timeoutMs: number;
  /** Mebibytes that the code may take beside its interpreter. */
  memoryMb: number;
  /** Bytes on standard output and error together. */
  maxOutputBytes: number;
}

/** A command that runs a program shut off from this machine. */
export interface SandboxCommand {
  file: string;
  args: string[];
  /** Written to the descriptors from 4 on, in this order. */
  feeds: Buffer[];
  /** A folder of this machine that the program's messages would name. */
  folder?: string;
  dispose(): Promise<void>;
}

/** A way to shut a program off: no network, no files but its own, no further process, none of the environment. */
export interface Sandbox {
  name: "bubblewrap" | "Node's permission model";
  prepare(program: Program, limits: SandboxLimits): Promise<SandboxCommand>;
}

/** Where a program finds its own files. */
export const SCRATCH = "/scratch";

/** Address space that Node and Python reserve before any code runs, in MiB. */
export const RESERVED_MB = {javascript: 1024, python: 128} as const;

/** A shell that sets the limits the system keeps, and becomes the command. */
export function limited(
  {language}: Program,
  {timeoutMs, memoryMb}: SandboxLimits,
  command: readonly string[]
): string[] {
  const limits = [
    `ulimit -v ${(memoryMb + RESERVED_MB[language]) * 1024}`,
    `ulimit -t ${Math.ceil(timeoutMs / 1000) + 1}`,
    `ulimit -n 256`,
    `ulimit -c 0`
  ];
  return ["/bin/sh", "-c", `${limits.join(" && ")} && exec "$@"`, "sh", ...command];
}

/** Node's flags for a program in a folder. */
export function nodeArguments({main, prelude}: Program, {memoryMb}: SandboxLimits, folder: string): string[] {
  // Without the flag each memory of WebAssembly reserves 8 GB of address space.
  return [
    "--disable-wasm-trap-handler",
    `--max-old-space-size=${memoryMb}`,
    "--require",
    `${folder}/${prelude}`,
    `${folder}/${main}`
  ];
}
