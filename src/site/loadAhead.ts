import {spawn} from "node:child_process";
import {mkdir, open, readdir, readFile, rename, rm, stat} from "node:fs/promises";
import {availableParallelism} from "node:os";
import {dirname, join, relative} from "node:path";
import {loaderFiles} from "./staleOutputs.js";

export interface LoadAheadOptions {
  /** The site's root, where `data/` holds the page loaders. */
  root: string;
  /** Outputs that no page names, as paths below the root: `data/rows/RUN.tar`. */
  outputs: readonly string[];
  /** The command that runs a loader's file. */
  interpreter: readonly [string, ...string[]];
  /** How many loaders run at once; the machine's processors, four at most, unless told. */
  most?: number;
  onLoaded?: (output: string, seconds: number) => void;
}

interface Output {
  /** Below the root. */
  path: string;
  parameters: string[];
}

/**
 * Runs the page loaders that a build needs at the same time, into Framework's cache: Framework itself runs one after
 * another. The outputs of one loader come in turn, since the first may leave to the others what it has computed. What
 * fails is left to Framework, which says why; so are loaders that are no TypeScript, or that no page's text names.
 */
export async function loadAhead(options: LoadAheadOptions): Promise<void> {
  const most = options.most ?? Math.min(4, availableParallelism());
  if (most < 2) return;
  const waiting = [...(await missingOutputs(options))];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [loader, outputs] = next;
      for (const output of outputs) {
        const started = performance.now();
        if (!(await load(loader, output, options))) break;
        options.onLoaded?.(output.path, (performance.now() - started) / 1000);
      }
    }
  };
  await Promise.all(Array.from({length: most}, lane));
}

/** What is not in the cache, by its loader's file; the loaders with most outputs first. */
async function missingOutputs({root, outputs}: LoadAheadOptions): Promise<[string, Output[]][]> {
  const pages = await pagesText(root);
  const found: [string, Output[]][] = [];
  for (const file of await loaderFiles(join(root, "data"))) {
    if (!file.endsWith(".ts")) continue;
    const name = file.slice(root.length + 1, -".ts".length);
    const wanted = name.includes("[")
      ? parametersOf(name, outputs)
      : pages.includes(name) || outputs.includes(name)
        ? [{path: name, parameters: []}]
        : [];
    const {mtimeMs} = await stat(file);
    const missing: Output[] = [];
    for (const output of wanted) {
      const cached = await stat(cachePath(root, output)).catch(() => undefined);
      if (!cached || cached.mtimeMs < mtimeMs) missing.push(output);
    }
    if (missing.length > 0) found.push([file, missing]);
  }
  return found.sort(([, a], [, b]) => b.length - a.length);
}

/** The outputs that `data/rows/[run].tar` makes, with the parameter as Framework passes it. */
function parametersOf(name: string, outputs: readonly string[]): Output[] {
  const [, before, parameter, after] = /^(.*)\[(\w+)\](.*)$/.exec(name) ?? [];
  if (before === undefined || after === undefined) return [];
  return outputs
    .filter((path) => path.startsWith(before) && path.endsWith(after))
    .map((path) => ({
      path,
      parameters: [`--${parameter}=${path.slice(before.length, path.length - after.length)}`]
    }))
    .filter(({path}) => !path.slice(before.length).includes("/"));
}

async function pagesText(root: string): Promise<string> {
  const names = await readdir(root, {recursive: true});
  const pages = names.filter((name) => name.endsWith(".md") && !name.startsWith("."));
  return (await Promise.all(pages.map((name) => readFile(join(root, name), "utf8")))).join("\n");
}

const cachePath = (root: string, {path}: Output) => join(root, ".observablehq", "cache", path);

/** False when the loader failed; then nothing is left behind. */
async function load(
  loader: string,
  output: Output,
  {root, interpreter: [command, ...words]}: LoadAheadOptions
): Promise<boolean> {
  const target = cachePath(root, output);
  // As Framework names it, so that whoever looks for loaders at work finds it.
  const temporary = `${target}.${process.pid}`;
  await mkdir(dirname(target), {recursive: true});
  const file = await open(temporary, "w");
  try {
    const child = spawn(command, [...words, relative(process.cwd(), loader), ...output.parameters], {
      stdio: ["ignore", file.fd, "ignore"]
    });
    const code = await new Promise<number | null>((resolve) =>
      child.once("error", () => resolve(1)).once("close", resolve)
    );
    if (code === 0) await rename(temporary, target);
    return code === 0;
  } finally {
    await file.close();
    await rm(temporary, {force: true});
  }
}
