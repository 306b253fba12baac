import {join} from "node:path";
import {maskExcerpt, recognizersVersion} from "../privacy/index.js";
import {readJson, sha256, type Workspace, writeJsonAtomic} from "../store/index.js";

export interface ExcerptCache {
  mask(text: string, maxChars: number): string;
  /** Keeps what was masked for the next start. */
  save(): Promise<void>;
}

const MOST = 50_000;

/** Masked excerpts, remembered by their text: looking for names takes milliseconds a text. */
export async function openExcerptCache(workspace: Workspace): Promise<ExcerptCache> {
  const file = join(workspace.dir, "cache", "excerpts.json");
  const kept = await readJson<{version: string; excerpts: Record<string, string>}>(file).catch(
    () => undefined
  );
  const known = new Map(kept?.version === String(recognizersVersion) ? Object.entries(kept.excerpts) : []);
  let grown = false;
  return {
    mask(text, maxChars) {
      const key = sha256(`${maxChars}:${text}`);
      let excerpt = known.get(key);
      if (excerpt === undefined) {
        excerpt = maskExcerpt(text, maxChars);
        known.set(key, excerpt);
        grown = true;
      }
      return excerpt;
    },
    async save() {
      if (!grown) return;
      const excerpts = Object.fromEntries([...known].slice(-MOST));
      await writeJsonAtomic(file, {version: String(recognizersVersion), excerpts});
    }
  };
}
