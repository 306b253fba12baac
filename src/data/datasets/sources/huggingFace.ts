import {createWriteStream} from "node:fs";
import {rename, stat} from "node:fs/promises";
import {dirname} from "node:path";
import {Readable} from "node:stream";
import {pipeline} from "node:stream/promises";
import {exactly, passing, text} from "../../../base/validation/checked.js";
import {messageOf, UserError, withoutCredentials} from "../../../base/validation/index.js";
import {
  insideFolder,
  isDiskFull,
  refusedByMachine,
  temporaryPath,
  makeFolder
} from "../../../base/system/index.js";
import {isUrl} from "./address.js";
import {filePaths, type FilesSource, readFiles, reading} from "./files.js";
import {fetchWithin, IDLE_MS, stalled} from "./idle.js";
import {counted} from "./transfer.js";
import type {SourceContext, SourceReader} from "./types.js";

/** Files of a dataset on the Hugging Face hub. A private one needs HF_TOKEN in the environment. */
export interface HuggingFaceSource extends Pick<FilesSource, "format" | "columns" | "delimiter"> {
  kind: "huggingface";
  /** Such as "owner/name". */
  repo: string;
  /** Branch, tag or commit; default "main". The commit it stands for is recorded. */
  revision?: string;
  /** Paths in the repository, "*" for any part of a name and "**" for folders too; default all Parquet files. */
  files?: string | string[];
  /** Another hub, such as one of your own; default https://huggingface.co. */
  hubUrl?: string;
}

export const huggingFaceSchema = exactly<HuggingFaceSource>(
  'a dataset such as {kind: "huggingface", repo: "owner/name"}',
  {
    kind: text(),
    repo: text('a repository such as "owner/name"'),
    revision: text().optional(),
    files: filePaths.optional(),
    hubUrl: passing(
      isHub,
      "an http or https address without a user and a password (a private dataset takes HF_TOKEN from the environment)"
    ).optional(),
    ...reading
  }
);

function isHub(value: unknown): boolean {
  if (typeof value !== "string" || !isUrl(value) || !URL.canParse(value)) return false;
  const {username, password} = new URL(value);
  return username === "" && password === "";
}

export const huggingFace: SourceReader<HuggingFaceSource> = async (source, context) => {
  const {repo, revision = "main", hubUrl} = source;
  const {datasetInfo, listFiles} = await import("@huggingface/hub");
  const {idleMs = IDLE_MS} = context;
  const {fetch, close} = await fetchWithin(idleMs);
  const credentials = {
    hubUrl,
    fetch,
    accessToken: process.env.HF_TOKEN || undefined
  };
  const where = {repo: {type: "dataset" as const, name: repo}, ...credentials};
  try {
    const {sha} = await datasetInfo({name: repo, revision, additionalFields: ["sha"], ...credentials});
    const wanted = [source.files ?? "**/*.parquet"].flat().map(pattern);
    const chosen: string[] = [];
    for await (const file of listFiles({...where, revision: sha, recursive: true}))
      if (file.type === "file" && wanted.some((one) => one.test(file.path))) chosen.push(file.path);
    if (chosen.length === 0)
      throw new UserError(
        `dataset ${context.dataset}: ${repo} at ${sha} has no file ${[source.files ?? "**/*.parquet"].flat().join(", ")}. Name its files with \`files\`.`
      );
    chosen.sort();
    const paths: string[] = [];
    for (const path of chosen) paths.push(await fetched(path, sha, where, context));
    const read = await readFiles(paths, source, context);
    return {
      ...read,
      describe: {...read.describe, kind: "huggingface", repo, revision, commit: sha, files: chosen}
    };
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    if (isDiskFull(cause))
      throw new UserError(`dataset ${context.dataset}: ${refusedByMachine(cause, context.downloads)}`, {
        cause
      });
    const status = (cause as {statusCode?: number}).statusCode;
    const advice =
      status === 401 || status === 403 || status === 404
        ? "Check its name and revision; a private dataset needs HF_TOKEN in the environment."
        : "Check the network and pull again.";
    throw new UserError(
      `dataset ${context.dataset}: Hugging Face dataset ${repo} at ${revision} could not be read (${status ?? withoutCredentials(messageOf(stalled(cause, idleMs) ?? cause))}). ${advice}`,
      {cause}
    );
  } finally {
    await close();
  }
};

/** A file of a commit never changes, so one that is here is not asked for again. */
async function fetched(
  path: string,
  sha: string,
  where: {
    repo: {type: "dataset"; name: string};
    hubUrl?: string;
    accessToken?: string;
    fetch: typeof globalThis.fetch;
  },
  context: SourceContext
): Promise<string> {
  const target = insideFolder(
    context.downloads,
    "huggingface",
    ...where.repo.name.split("/"),
    sha,
    ...path.split("/")
  );
  if (await stat(target).catch(() => undefined)) return target;
  const {downloadFile} = await import("@huggingface/hub");
  context.onProgress?.(`fetching ${path}`);
  const blob = await downloadFile({...where, path, revision: sha});
  if (!blob)
    throw new UserError(`dataset ${context.dataset}: ${where.repo.name} has no file ${path} at ${sha}.`);
  await makeFolder(dirname(target));
  const temporary = temporaryPath(target);
  const pieces = Readable.fromWeb(blob.stream() as Parameters<typeof Readable.fromWeb>[0]);
  const begins = {url: path, bytes: 0, total: blob.size};
  await pipeline(counted(pieces, begins, context.onTransfer), createWriteStream(temporary));
  await rename(temporary, target);
  return target;
}

function pattern(glob: string): RegExp {
  const parts = glob.split(/(\*\*\/|\*\*|\*|\?)/).map((part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}
