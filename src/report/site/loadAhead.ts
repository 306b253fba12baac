import {spawn} from "node:child_process";
import {open, readdir, readFile, rename, rm, stat} from "node:fs/promises";
import {availableParallelism} from "node:os";
import {dirname, extname, join, relative} from "node:path";
import {loaderFiles} from "./staleOutputs.js";
import {makeFolder} from "../../base/system/files.js";

export interface LoadAheadOptions {
  /** The site's root, where `data/` holds the page loaders. */
  root: string;
  /** Outputs that no page names, as paths below the root: `data/rows/RUN.tar`. */
  outputs: readonly string[];
  /** The command that runs a loader's file, by the file's extension. */
  interpreters: Readonly<Record<string, readonly [string, ...string[]]>>;
  /** How many loaders run at once; the machine's processors, four at most, unless told. */
  most?: number;
  onLoaded?: (output: string, seconds: number) => void;
}

interface Output {
  /** Below the root. */
  path: string;
  parameters: string[];
}

interface Loader {
  file: string;
  /** Not begun yet. */
  outputs: Output[];
  /** Its first output, once it is begun: whether it was loaded. */
  first?: Promise<boolean>;
}

/**
 * Runs the page loaders that a build needs at the same time, into Framework's cache: Framework itself runs one after
 * another. The first output of a loader comes alone, since it may leave to the others what it has computed; the others come
 * at the same time where no other loader waits. What fails is left to Framework, which says why, with what the loader has
 * not loaded yet; so are loaders that `interpreters` has no command for, or that no page's text names.
 */
export async function loadAhead(options: LoadAheadOptions): Promise<void> {
  const most = options.most ?? Math.min(4, availableParallelism());
  if (most < 2) return;
  const loaders = await missingOutputs(options);
  const next = async (loader: Loader): Promise<boolean> => {
    const output = loader.outputs.shift()!;
    const started = performance.now();
    const loaded = await runLoader(loader.file, output, options);
    if (loaded) options.onLoaded?.(output.path, (performance.now() - started) / 1000);
    else loader.outputs = [];
    return loaded;
  };
  const waiting = () =>
    loaders.find(({first}) => first === undefined) ?? loaders.find(({outputs}) => outputs.length > 0);
  const lane = async () => {
    for (let loader = waiting(); loader; loader = waiting()) {
      await (loader.first ??= next(loader));
      while (loader.outputs.length > 0) await next(loader);
    }
  };
  await Promise.all(Array.from({length: most}, lane));
}

/** What is not in the cache; the loaders with most outputs first. */
async function missingOutputs({root, outputs, interpreters}: LoadAheadOptions): Promise<Loader[]> {
  const pages = await pagesText(root);
  const found: Loader[] = [];
  for (const file of await loaderFiles(join(root, "data"))) {
    const extension = extname(file);
    if (!interpreters[extension]) continue;
    const name = file.slice(root.length + 1, -extension.length);
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
    if (missing.length > 0) found.push({file, outputs: missing});
  }
  return found.sort((a, b) => b.outputs.length - a.outputs.length);
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
async function runLoader(
  loader: string,
  output: Output,
  {root, interpreters}: LoadAheadOptions
): Promise<boolean> {
  const [command, ...words] = interpreters[extname(loader)]!;
  const target = cachePath(root, output);
  // As Framework names it, so that whoever looks for loaders at work finds it.
  const temporary = `${target}.${process.pid}`;
  await makeFolder(dirname(target));
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
