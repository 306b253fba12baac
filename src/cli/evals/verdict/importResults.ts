import {basename, relative} from "node:path";
import {
  combine,
  type ImportedSource,
  readResults,
  sealImported
} from "../../../evals/importedResults/index.js";
import type {GateRule} from "../../../evals/decisions/index.js";
import {codeRevision} from "../../../evals/runner/seal/codeRevision.js";
import type {Publishing, RunManifest, Workspace} from "../../../base/store/index.js";

export interface ResultImportOptions {
  /** The eval's name; made of what the files say when absent. */
  name?: string;
  title?: string;
  margin?: number;
  publish?: Publishing;
  gate?: readonly GateRule[];
  evalFile?: RunManifest["evalFile"];
  /** What to type to make the run again. */
  command: string;
}

const EXCERPT_CHARS = 300;
const TEXT_CHARS = 4000;
/** Masking takes milliseconds a row. */
const EXCERPT_ROWS = 5000;

/** Reads result files, puts them side by side and seals them as a run. */
export async function importResults(
  workspace: Workspace,
  source: Omit<ImportedSource, "kind">,
  options: ResultImportOptions
): Promise<{manifest: RunManifest; unchanged: boolean}> {
  const files = (await readResults(source.files, {folder: workspace.project})).map((file) => ({
    ...file,
    path: shownPath(workspace.project, file.path)
  }));
  const combined = combine(files, source);
  const title = options.title ?? files.find(({title}) => title)?.title;
  return sealImported(workspace, files, combined, {
    eval: options.name ?? nameOf(title ?? basename(files[0]!.path)),
    title,
    margin: options.margin,
    publish: options.publish,
    gate: options.gate?.length ? {rules: options.gate} : undefined,
    evalFile: options.evalFile,
    command: options.command,
    code: await codeRevision(workspace.project),
    excerpt: await excerptOf(options.publish)
  });
}

async function excerptOf(publish: Publishing | undefined) {
  if (publish === "text")
    return (text: string) => (text.length > TEXT_CHARS ? `${text.slice(0, TEXT_CHARS)}…` : text);
  if (publish !== "masked") return undefined;
  const {maskExcerpt} = await import("../../../data/privacy/index.js");
  return (text: string, position: number) =>
    position < EXCERPT_ROWS ? maskExcerpt(text, EXCERPT_CHARS) : undefined;
}

/** From the project's folder; of a file elsewhere the name alone, which says nothing of the machine. */
function shownPath(project: string, path: string): string {
  const below = relative(project, path);
  return below.startsWith("..") ? basename(path) : below;
}

/** Letters, digits, dots and dashes, as names in the store are. */
export function nameOf(title: string): string {
  const name = title
    .replace(/\.(jsonl?|csv|tsv|eval|ya?ml|gz)$/gi, "")
    .normalize("NFKD")
    .replaceAll(/[^\w.-]+/g, "-")
    .replaceAll(/^[-._]+|[-._]+$/g, "")
    .slice(0, 60)
    .toLowerCase();
  return name === "" ? "imported" : name;
}
