import {execFile} from "node:child_process";
import {lstat, readlink, realpath} from "node:fs/promises";
import {promisify} from "node:util";
import {limited, type SandboxLimits, nodeArguments, type Sandbox, SCRATCH} from "./sandbox.js";
import type {Program} from "./program.js";
import {seccompFilter} from "./systemCalls.js";

const SCRATCH_BYTES = 16 * 1024 * 1024;

/** Libraries, where Linux distributions have them. No folder of programs: there is nothing to call. */
const LIBRARIES = ["/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64", "/nix/store"];

/**
 * Linux namespaces by `bwrap`: the kernel keeps the program from network, files, processes and environment. Its files are
 * in memory, and go with it. Throws when the processor is none whose system calls are known here.
 */
export const bubblewrap: Sandbox = {
  name: "bubblewrap",
  async prepare(program, limits) {
    const filter = seccompFilter();
    if (!filter) throw new Error(`no system-call filter is known for ${process.arch}`);
    const names = Object.keys(program.files);
    const interpreter = program.language === "python" ? await python() : await node();
    const args = [
      ...["--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534", "--hostname", "sandbox"],
      ...["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"],
      ...[
        "--setenv",
        "HOME",
        SCRATCH,
        "--setenv",
        "PYTHONHASHSEED",
        "0",
        "--setenv",
        "MALLOC_ARENA_MAX",
        "1"
      ],
      ...(await Promise.all(LIBRARIES.map(readOnlyMount))).flat(),
      ...["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"],
      ...interpreter.shown.flatMap((path) => ["--ro-bind-try", path, path]),
      ...["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"],
      ...["--size", String(SCRATCH_BYTES), "--tmpfs", SCRATCH],
      ...names.flatMap((name, at) => ["--ro-bind-data", String(5 + at), `${SCRATCH}/${name}`]),
      ...["--chdir", SCRATCH, "--remount-ro", "/", "--seccomp", "4", "--"],
      ...interpreter.command(program, limits)
    ];
    const [file, ...rest] = limited(program, limits, ["bwrap", ...args]);
    return {
      file: file!,
      args: rest,
      feeds: [filter, ...names.map((name) => Buffer.from(program.files[name]!))],
      dispose: () => Promise.resolve()
    };
  }
};

interface Interpreter {
  /** Paths that it needs, beside libraries. */
  shown: string[];
  command(program: Program, limits: SandboxLimits): string[];
}

async function node(): Promise<Interpreter> {
  const path = await realpath(process.execPath);
  return {
    shown: [path],
    command: (program, limits) => [path, ...nodeArguments(program, limits, SCRATCH)]
  };
}

let known: Promise<Interpreter> | undefined;

/** The `python3` of the PATH, with the packages it sees. */
function python(): Promise<Interpreter> {
  known ??= findPython();
  return known;
}

async function findPython(): Promise<Interpreter> {
  const asked = "import json, sys; print(json.dumps([sys.executable, sys.prefix, sys.base_prefix]))";
  const {stdout} = await promisify(execFile)("python3", ["-I", "-c", asked]);
  const [path, ...prefixes] = JSON.parse(stdout) as [string, string, string];
  // Of a prefix such as /usr only these: projects lie in /usr/src.
  const parts = prefixes.flatMap((prefix) => [`${prefix}/lib`, `${prefix}/lib64`, `${prefix}/pyvenv.cfg`]);
  return {
    shown: [...new Set([path, await realpath(path), ...parts])],
    command: ({main}) => [path, "-I", "-B", `${SCRATCH}/${main}`]
  };
}

async function readOnlyMount(path: string): Promise<string[]> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return [];
  return found.isSymbolicLink() ? ["--symlink", await readlink(path), path] : ["--ro-bind", path, path];
}
