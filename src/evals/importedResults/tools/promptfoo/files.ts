import {readFile, realpath} from "node:fs/promises";
import {resolve} from "node:path";
import type * as YamlLibrary from "yaml";
import {messageOf, UserError} from "../../../../base/validation/index.js";
import {isWithin, onFirstUse} from "../../../../base/system/index.js";

const yaml = onFirstUse<typeof YamlLibrary>("yaml");

export interface PromptfooContext {
  /** The configuration's own name, and where what it names lies. */
  file: string;
  folder: string;
  dropped: string[];
}

/** A YAML document of a configuration; a UserError names line and problem. Aliases that unfold without end are refused. */
export function parseYaml(path: string, text: string): unknown {
  const document = yaml().parseDocument(text);
  const problem = document.errors[0];
  if (problem)
    throw new UserError(`${path} is not valid YAML: ${problem.message.split("\n")[0]}. Mend it there.`);
  try {
    return document.toJS({maxAliasCount: 100}) as unknown;
  } catch (cause) {
    throw new UserError(`${path} cannot be read as YAML: ${messageOf(cause)}.`, {cause});
  }
}

export const asList = (value: unknown): unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? (value as unknown[]) : [value];

/**
 * The text of a file that a configuration names, or the text itself. A file outside the configuration's folder is not
 * read: the configuration is another's, and what it names would stand in the project.
 */
export async function fileText(
  raw: string,
  where: string,
  {folder, dropped}: PromptfooContext
): Promise<string | undefined> {
  const named = /^file:\/\/(.+)$/.exec(raw)?.[1] ?? (/^[\w./-]+\.(txt|md|json)$/.test(raw) ? raw : undefined);
  if (named === undefined) return raw;
  if (!/\.(txt|md|json|ya?ml|csv|jsonl)$/i.test(named)) {
    dropped.push(`${where}: ${raw} is code, which is not taken over`);
    return undefined;
  }
  try {
    const [root, path] = await Promise.all([folder, resolve(folder, named)].map((one) => realpath(one)));
    if (isWithin(path!, root!)) return await readFile(path!, "utf8");
    dropped.push(`${where}: ${raw} lies outside the configuration's folder; copy it there`);
  } catch {
    dropped.push(`${where}: ${raw} is not there`);
  }
  return undefined;
}
