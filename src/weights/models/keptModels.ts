import {stat} from "node:fs/promises";
import {join} from "node:path";
import type {LoadedModel, ModelManifest} from "./types.js";

/** How long a model stays loaded after the last who used it has closed it. */
const KEPT_MS = 30_000;

interface KeptModel {
  loaded: Promise<LoadedModel>;
  users: number;
  ending?: NodeJS.Timeout;
}

const kept = new Map<string, KeptModel>();

/**
 * A model that is loaded once for all in this process who use it at the same time or soon after one another, as the rounds
 * of a race do. Files that were changed since are loaded again. Rejects as `load` does, and keeps nothing then.
 */
export async function keptModel(
  manifest: ModelManifest,
  folder: string,
  load: () => Promise<LoadedModel>
): Promise<LoadedModel> {
  const key = await stateOf(manifest, folder);
  const one: KeptModel = kept.get(key) ?? {loaded: load(), users: 0};
  kept.set(key, one);
  clearTimeout(one.ending);
  one.users++;
  try {
    const model = await one.loaded;
    let closed = false;
    const close = () => {
      if (!closed) leave(key, one);
      closed = true;
      return Promise.resolve();
    };
    return {...model, manifest, close};
  } catch (error) {
    if (kept.get(key) === one) kept.delete(key);
    throw error;
  }
}

function leave(key: string, one: KeptModel): void {
  if (--one.users > 0) return;
  one.ending = setTimeout(() => void end(key), KEPT_MS);
  one.ending.unref();
}

async function end(key: string): Promise<void> {
  const one = kept.get(key);
  if (!one || one.users > 0) return;
  kept.delete(key);
  await (await one.loaded).close?.();
}

// The encoder's library wants its sessions released before the process ends.
process.on("beforeExit", () => {
  for (const key of kept.keys()) void end(key);
});

/** Where the files lie, and what the file system says of them; a file that lies otherwise than listed counts as it lies. */
async function stateOf({files}: ModelManifest, folder: string): Promise<string> {
  const states = await Promise.all(
    files.flatMap(({path}) =>
      [path, `${path}.packed`].map((name) =>
        stat(join(folder, name)).then(
          ({size, mtimeMs, ino}) => `${name} ${size} ${mtimeMs} ${ino}`,
          () => ""
        )
      )
    )
  );
  return [folder, ...states].join("\n");
}
