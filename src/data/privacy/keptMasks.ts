import {moduleVersion} from "../../base/fingerprint/index.js";
import {sha256} from "../../base/system/index.js";
import {readCached, type Workspace, writeCached} from "../../base/store/index.js";
import {maskExcerpt} from "./maskExcerpt.js";

/** What was masked of texts, kept in the store under a name. */
export interface KeptMasks<T> {
  /** What is known of the beginning of a text; `mask` is asked where nothing is. */
  of(text: string, maxChars: number, mask: (text: string, maxChars: number) => T): T;
  /** Keeps what was masked for the next start. */
  save(): Promise<void>;
}

/** As `maskExcerpt`. */
export type MaskExcerpt = (text: string, maxChars: number) => string;

export interface ExcerptCache {
  mask: MaskExcerpt;
  save(): Promise<void>;
}

const MOST = 50_000;

/** The version of all that decides what masking leaves of a text. */
export function maskingVersion(): string {
  return moduleVersion(new URL("./maskExcerpt.js", import.meta.url).href);
}

interface KeptTexts<T> {
  version: string;
  texts: Record<string, T>;
}

/**
 * Masked texts, remembered in the store by their content until the masking changes: looking for names takes milliseconds a text, and
 * the recogniser of names long to load.
 * @param most how many of them are kept, the latest
 */
export async function openKeptMasks<T>(
  workspace: Workspace,
  name: string,
  most = Infinity
): Promise<KeptMasks<T>> {
  const version = maskingVersion();
  const read = async () => {
    const kept = await readCached<KeptTexts<T>>(workspace, name);
    return kept?.version === version ? Object.entries(kept.texts ?? {}) : [];
  };
  const known = new Map(await read());
  const fresh = new Map<string, T>();
  return {
    of(text, maxChars, mask) {
      const key = sha256(`${maxChars}:${text}`).slice(0, 32);
      let found = known.get(key);
      if (found === undefined) {
        found = mask(text, maxChars);
        known.set(key, found);
        fresh.set(key, found);
      }
      return found;
    },
    async save() {
      if (fresh.size === 0) return;
      // Another process may have kept other texts meanwhile.
      const texts = [...new Map([...known, ...(await read()), ...fresh])];
      await writeCached(workspace, name, {version, texts: Object.fromEntries(texts.slice(-most))});
      fresh.clear();
    }
  };
}

/** Excerpts kept under a name, the last 50,000 of them. */
export async function openExcerptCache(workspace: Workspace, name: string): Promise<ExcerptCache> {
  const kept = await openKeptMasks<string>(workspace, name, MOST);
  return {
    mask: (text, maxChars) => kept.of(text, maxChars, maskExcerpt),
    save: () => kept.save()
  };
}
