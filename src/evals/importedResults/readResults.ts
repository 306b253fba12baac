import {existsSync} from "node:fs";
import {resolve} from "node:path";
import {UserError} from "../../base/validation/index.js";
import {type ResultsContent, LARGEST, readContent} from "./content.js";
import {tools} from "./tools/index.js";
import type {ForeignTool} from "./tools/types.js";
import {ProblemList} from "./problems.js";
import type {ImportedFile} from "./types.js";

/**
 * Reads result files of other tools, each recognised by what is in it. `NAME=PATH` names the candidate of a file that
 * holds one; paths are from `folder`. Throws a UserError that names every file that no tool wrote, or that is broken.
 */
export async function readResults(
  files: readonly string[],
  {folder = process.cwd(), largest = LARGEST}: {folder?: string; largest?: number} = {}
): Promise<ImportedFile[]> {
  if (files.length === 0) throw new UserError("no file is named. Name the result files of another tool.");
  const contents: ResultsContent[] = [];
  const problems = new ProblemList();
  try {
    for (const file of files) {
      const {path, name} = namedPath(file, folder);
      const content = await problems.of(() => shallow(path, () => readContent(path, name, largest)));
      if (content) contents.push(content);
    }
    for (const {path} of twiceNamed(contents))
      problems.add(`${path} is named twice, or is a copy of another file named. Name it once.`);
    const groups = new Map<string, ResultsContent[]>();
    for (const content of contents) {
      const from = tools.find((one) => one.matches(content));
      if (from) groups.set(from.tool, [...(groups.get(from.tool) ?? []), content]);
      else
        problems.add(
          `${content.path} is not a result file that can be read: ${described(content)}. Known are results of ${tools.map(({tool}) => tool).join(", ")} (a table with row, candidate and score).`
        );
    }
    const found: ImportedFile[] = [];
    for (const one of tools)
      for (const own of togetherOf(one, groups.get(one.tool) ?? [], problems.isNone)) {
        const read = await problems.of(() => shallow(own[0]!.path, () => one.read(own)));
        for (const file of read ?? []) {
          const {name} = contents.find(({path}) => path === file.path) ?? {};
          const meant = await problems.of(async () => renamed(file, name));
          if (meant) found.push(meant);
        }
      }
    problems.assertNone();
    return found;
  } finally {
    for (const content of contents) if (content.kind === "zip") content.zip.close();
  }
}

/** Files that need one another are not read where one is missing: the reader would miss what is in it. */
function togetherOf({apart}: ForeignTool, own: ResultsContent[], isWhole: boolean): ResultsContent[][] {
  if (apart) return own.map((one) => [one]);
  return own.length > 0 && isWhole ? [own] : [];
}

function twiceNamed(contents: readonly ResultsContent[]): ResultsContent[] {
  return contents.filter(({sha256}, i) => contents.findIndex((one) => one.sha256 === sha256) !== i);
}

/** JavaScript says of values nested too deep that its stack is full. */
async function shallow<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UserError(`${path} nests values deeper than results do. Nothing was read from it.`, {cause});
  }
}

/** A file's own name may hold `=`: what is there under the whole of it is meant. */
function namedPath(file: string, folder: string): {path: string; name?: string} {
  const whole = resolve(folder, file);
  const [, name, path] = /^([^=]{1,200})=(.+)$/s.exec(file) ?? [];
  if (name === undefined || path === undefined || existsSync(whole)) return {path: whole};
  return {path: resolve(folder, path), name};
}

function described(content: ResultsContent): string {
  if (content.kind === "table") return `a table with ${content.columns.slice(0, 8).join(", ")}`;
  if (content.kind === "zip") return "a zip file";
  const value = content.kind === "lines" ? content.objects[0] : content.value;
  const of =
    content.kind === "lines" ? "JSON lines" : Array.isArray(value) ? "a JSON list" : "a JSON document";
  const first: unknown = Array.isArray(value) ? (value as unknown[])[0] : value;
  const keys = typeof first === "object" && first !== null ? Object.keys(first) : [];
  return keys.length > 0 ? `${of} with ${keys.slice(0, 8).join(", ")}` : of;
}

function renamed(file: ImportedFile, name: string | undefined): ImportedFile {
  if (name === undefined || file.answers.length === 0) return file;
  const candidates = [...new Set(file.answers.map(({candidate}) => candidate))];
  if (candidates.length > 1)
    throw new UserError(
      `${file.path} holds ${candidates.length} candidates (${candidates.slice(0, 4).join(", ")}): ${name}= names one. Name the file without it.`
    );
  return {...file, answers: file.answers.map((answer) => ({...answer, candidate: name}))};
}
