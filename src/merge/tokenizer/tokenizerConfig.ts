import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {messageOf, UserError} from "../../store/errors.js";
import {isMapping} from "../recipe/reader.js";

/** tokenizer_config.json of a model's folder; undefined when it has none. */
export async function readTokenizerConfig(folder: string): Promise<Record<string, unknown> | undefined> {
  const path = join(folder, "tokenizer_config.json");
  if (!existsSync(path)) return undefined;
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (isMapping(value)) return value;
    throw new Error("it is no mapping");
  } catch (cause) {
    throw new UserError(`${path} is not valid JSON (${messageOf(cause)}). Fetch it again.`, {cause});
  }
}
