import {maskExcerpt, recognizersVersion} from "../privacy/index.js";
import {readCached, sha256, type Workspace, writeCached} from "../store/index.js";

export interface ExcerptCache {
  mask(text: string, maxChars: number): string;
  /** Keeps what was masked for the next start. */
  save(): Promise<void>;
}

const MOST = 50_000;

/** Masked excerpts, remembered by their text: looking for names takes milliseconds a text. */
export async function openExcerptCache(workspace: Workspace): Promise<ExcerptCache> {
  const kept = await readCached<{version: string; excerpts: Record<string, string>}>(workspace, "excerpts");
  const known = new Map(kept?.version === recognizersVersion() ? Object.entries(kept.excerpts) : []);
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
      await writeCached(workspace, "excerpts", {version: recognizersVersion(), excerpts});
    }
  };
}
