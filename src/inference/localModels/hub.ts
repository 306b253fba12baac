import {existsSync} from "node:fs";
import {join} from "node:path";
import {NotMade} from "../../weights/models/index.js";
import {UserError} from "../../base/validation/index.js";
import {hashJson, insideFolder, readJson, sha256, writeJsonAtomic} from "../../base/system/index.js";
import {hubModelsDir, LocalFolder, withLease, type Workspace} from "../../base/store/index.js";
import {type HubAccess, hubDownloads, type HubDownloads, HubUnreachable} from "./hubClient.js";
import {fetchHubFile, hubEntries, type HubEntry} from "./hubFile.js";
import {ggufParts} from "./splitGguf.js";

/** "org/name", then "@revision", then ":file.gguf". */
const NAME = /^([\w.-]+\/[\w.-]+?)(?:@([\w./-]+?))?(?::([\w./-]+\.gguf))?$/;

export function isHubName(source: string): boolean {
  return NAME.test(source);
}

export interface HubOptions extends HubAccess {
  onProgress?(message: string): void;
  signal?: AbortSignal;
  /** Ask nobody: throws NotMade where the model was not fetched before. */
  onlyKnown?: boolean;
}

/** What is wanted of the hub: the files that run a checkpoint, or one GGUF file with all its parts. */
interface HubModelRequest {
  source: string;
  repository: string;
  revision: string;
  parts?: string[];
}

const COMMIT = /^[0-9a-f]{40}$/;
const WANTED =
  /^(config|generation_config|tokenizer|tokenizer_config|adapter_config|model\.safetensors\.index)\.json$|^(model|adapter_model).*\.safetensors$|^chat_template\.jinja$/;

/**
 * The folder (or GGUF file) of a model of the Hugging Face hub, fetched once for each commit: files are continued
 * where they were cut, and one whose hash is not the hub's is refused. The key is HF_TOKEN's unless `token` is another.
 * Of several who want the same at the same time one fetches it. Without a network the commit fetched last is used.
 */
export async function hubModel(
  source: string,
  workspace: Workspace,
  options: HubOptions = {}
): Promise<string> {
  const [, repository, revision = "main", file] = NAME.exec(source)!;
  const asked = {source, repository: repository!, revision, parts: file ? ggufParts(file) : undefined};
  const own = join(hubModelsDir(workspace), repository!.replace("/", "--"));
  const latest = join(own, `${encodeURIComponent(file ? `${revision}:${file}` : revision)}.json`);
  const placeIn = (folder: string) => (asked.parts ? insideFolder(folder, asked.parts[0]!) : folder);
  if (options.onlyKnown) {
    const commit = COMMIT.test(revision) ? revision : await keptCommit(latest, revision);
    if (commit === undefined || !isThere(asked, join(own, commit)))
      throw new NotMade(source, hashJson({source}));
    return placeIn(join(own, commit));
  }
  const hub = hubDownloads(options, `${repository}@${revision}`);
  try {
    const commit = COMMIT.test(revision) ? revision : await commitOf(hub, asked, latest, options);
    const folder = join(own, commit);
    if (!isThere(asked, folder)) await fetchOnce(hub, asked, {folder, commit, workspace}, options);
    if (!COMMIT.test(revision)) await writeJsonAtomic(latest, {revision, commit});
    return placeIn(folder);
  } finally {
    await hub.close();
  }
}

const markOf = (folder: string) => join(folder, "complete.json");

function isThere({parts}: HubModelRequest, folder: string): boolean {
  return parts ? parts.every((part) => existsSync(insideFolder(folder, part))) : existsSync(markOf(folder));
}

async function commitOf(
  hub: HubDownloads,
  {repository, revision}: HubModelRequest,
  latest: string,
  {onProgress, signal}: HubOptions
): Promise<string> {
  try {
    const address = `${hub.url}/api/models/${repository}/revision/${encodeURIComponent(revision)}`;
    const answer = await hub.get(address, {signal});
    const {sha} = (await answer.json().catch(() => ({}))) as {sha?: unknown};
    if (typeof sha === "string" && COMMIT.test(sha)) return sha;
  } catch (error) {
    if (!(error instanceof HubUnreachable)) throw error;
    const kept = await keptCommit(latest, revision);
    if (kept === undefined) throw error;
    onProgress?.(
      `! ${repository}@${revision}: the hub gave no answer, so the commit fetched last is used, ${kept}.`
    );
    return kept;
  }
  throw new UserError(`${hub.url} gave no commit for ${repository}@${revision}.`);
}

/** The commit that a revision had when it was fetched last. */
async function keptCommit(latest: string, revision: string): Promise<string | undefined> {
  const kept = await readJson<{revision: string; commit: string}>(latest);
  // Of two names that differ by case a file system may keep one.
  return kept?.revision === revision ? kept.commit : undefined;
}

interface Target {
  folder: string;
  commit: string;
  workspace: Workspace;
}

/** Fetches what is not there, unless another who was at it has done so. */
async function fetchOnce(
  hub: HubDownloads,
  asked: HubModelRequest,
  {folder, commit, workspace}: Target,
  {onProgress, signal}: HubOptions
): Promise<void> {
  const {repository, revision, parts} = asked;
  const lease = {
    what: `A download of ${repository}`,
    waitMs: Infinity,
    onWait: onProgress,
    signal
  };
  const lock = `locks/hub-${sha256(`${repository}@${commit}`).slice(0, 24)}.json`;
  await withLease(new LocalFolder(workspace.dir), lock, lease, async ({lost}) => {
    if (isThere(asked, folder)) return;
    const until = signal ? AbortSignal.any([signal, lost]) : lost;
    const wanted = wantedOf(asked, await hubEntries(hub, {repository, commit}));
    for (const entry of wanted) {
      until.throwIfAborted();
      onProgress?.(`${repository}: fetching ${entry.path}`);
      await fetchHubFile(hub, {repository, commit}, entry, insideFolder(folder, entry.path), until);
    }
    if (!parts) await writeJsonAtomic(markOf(folder), {repository, revision, commit, files: wanted});
  });
}

/** Throws a UserError where the repository has not what is asked for. */
function wantedOf(
  {source, repository, revision, parts}: HubModelRequest,
  entries: readonly HubEntry[]
): HubEntry[] {
  const of = (path: string) => `${repository}${revision === "main" ? "" : `@${revision}`}:${path}`;
  const gguf = entries.map(({path}) => path).filter((path) => path.endsWith(".gguf"));
  const models = gguf.filter((path) => ggufParts(path)[0] === path);
  const others = models.length > 0 ? ` It has ${models.join(", ")}.` : "";
  if (parts) {
    const missing = parts.filter((part) => !gguf.includes(part));
    if (missing.length > 0)
      throw new UserError(`${source}: the repository has no file ${missing.join(", ")}.${others}`);
    return entries.filter(({path}) => parts.includes(path));
  }
  const wanted = entries.filter(({path}) => WANTED.test(path));
  if (wanted.some(({path}) => path.endsWith(".safetensors"))) return wanted;
  throw new UserError(
    models.length > 0
      ? `${source}: the repository has no safetensors weights, but GGUF files: ${models.join(", ")}. Name one, such as "${of(models[0]!)}".`
      : `${source}: the repository has no safetensors weights. Name a repository that has them, or GGUF files.`
  );
}
