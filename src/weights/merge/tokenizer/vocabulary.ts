import {vocabularyProblem} from "../../safetensors/index.js";
import {max} from "d3-array";
import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {messageOf, UserError} from "../../../base/validation/errors.js";
import {assertTextFile} from "../../../base/system/regularFile.js";

export interface AddedVocabularyToken {
  id: number;
  content: string;
  special?: boolean;
  [key: string]: unknown;
}

/** The tokenizer of a model, as tokenizer.json describes it. */
export interface TokenizerVocabulary {
  /** The parsed tokenizer.json. */
  json: Record<string, unknown>;
  ids: ReadonlyMap<string, number>;
  added: ReadonlyMap<string, AddedVocabularyToken>;
}

/** Reads tokenizer.json; undefined when the folder has none. Ids from `rows` on have no embedding and are left out. */
export async function readVocabulary(folder: string, rows: number): Promise<TokenizerVocabulary | undefined> {
  const path = join(folder, "tokenizer.json");
  if (!existsSync(path)) return undefined;
  await assertTextFile(path);
  try {
    const json = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    const problem = vocabularyProblem(json.model);
    if (problem !== undefined) throw new Error(`it ${problem}`);
    const ids = new Map<string, number>();
    const added = new Map<string, AddedVocabularyToken>();
    const put = (token: string, id: number) => {
      if (id < rows) ids.set(token, id);
    };
    const {vocab} = json.model as {vocab: Record<string, number> | [string, number][]};
    if (Array.isArray(vocab)) vocab.forEach(([token], id) => put(token, id));
    else for (const [token, id] of Object.entries(vocab)) put(token, id);
    for (const token of (json.added_tokens ?? []) as AddedVocabularyToken[]) {
      put(token.content, token.id);
      added.set(token.content, token);
    }
    return {json, ids, added};
  } catch (cause) {
    throw new UserError(`${path} cannot be read as a tokenizer (${messageOf(cause)}). Fetch it again.`, {
      cause
    });
  }
}

/** Tokens in the order of their ids; an id without a token is left out. */
export function byId(ids: ReadonlyMap<string, number>): [string, number][] {
  return [...ids].sort((a, b) => a[1] - b[1]);
}

/** The id that follows the last one. */
export function nextId(ids: ReadonlyMap<string, number>): number {
  return (max(ids.values()) ?? -1) + 1;
}
