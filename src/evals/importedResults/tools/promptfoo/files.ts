import {readFile, realpath} from "node:fs/promises";
import {resolve} from "node:path";
import {UserError} from "../../../../base/validation/index.js";
import {assertTextFile, isWithin, readYaml} from "../../../../base/system/index.js";

export interface PromptfooContext {
  /** The configuration's own name, and where what it names lies. */
  file: string;
  folder: string;
  dropped: string[];
}

/** A YAML document of a configuration; a UserError names line and problem. Aliases that unfold without end are refused. */
export function parseYaml(path: string, text: string): unknown {
  const {documents, problems} = readYaml(text);
  const problem = problems[0];
  if (problem)
    throw new UserError(
      `${path} is not valid YAML${problem.line === undefined ? "" : ` at line ${problem.line}`}: ${problem.message}`
    );
  return documents[0]?.value ?? null;
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
    if (isWithin(path!, root!)) {
      await assertTextFile(path!);
      return await readFile(path!, "utf8");
    }
    dropped.push(`${where}: ${raw} lies outside the configuration's folder; copy it there`);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    dropped.push(`${where}: ${raw} is not there`);
  }
  return undefined;
}
