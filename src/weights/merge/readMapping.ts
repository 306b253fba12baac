import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {assertTextFile} from "../../base/system/regularFile.js";
import {messageOf, UserError} from "../../base/validation/errors.js";
import {isMapping} from "./recipe/reader.js";

/** A JSON file of a model's folder that holds a mapping; undefined when it has none. Throws a UserError for another value. */
export async function readMapping(
  folder: string,
  name: string
): Promise<Record<string, unknown> | undefined> {
  const path = join(folder, name);
  if (!existsSync(path)) return undefined;
  await assertTextFile(path);
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (isMapping(value)) return value;
    throw new Error("it is no mapping");
  } catch (cause) {
    throw new UserError(`${path} is not valid JSON (${messageOf(cause)}). Fetch it again.`, {cause});
  }
}
