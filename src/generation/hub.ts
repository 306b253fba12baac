import {createHash} from "node:crypto";
import {createReadStream, existsSync} from "node:fs";
import {mkdir, open, rename, stat} from "node:fs/promises";
import {dirname, join} from "node:path";
import {
  hubModelsDir,
  insideFolder,
  messageOf,
  UserError,
  type Workspace,
  writeJsonAtomic
} from "../store/index.js";

/** "org/name", then "@revision", then ":file.gguf". */
const NAME = /^([\w.-]+\/[\w.-]+?)(?:@([\w./-]+?))?(?::([\w./-]+\.gguf))?$/;

export function isHubName(source: string): boolean {
  return NAME.test(source);
}

export interface HubOptions {
  /** Default: HF_ENDPOINT, or the public hub. */
  hubUrl?: string;
  /** Default: that of HF_TOKEN. */
  token?: string;
  onProgress?(message: string): void;
  signal?: AbortSignal;
}

interface Entry {
  path: string;
  size: number;
  /** SHA-256 of a large file, as the hub states it; small ones are told by their Git hash. */
  sha256?: string;
  gitHash?: string;
}

const WANTED =
  /^(config|generation_config|tokenizer|tokenizer_config|adapter_config|model\.safetensors\.index)\.json$|^(model|adapter_model).*\.safetensors$|^chat_template\.jinja$/;

/**
 * The folder (or GGUF file) of a model of the Hugging Face hub, fetched once for each commit: files are continued
 * where they were cut, and one whose hash is not the hub's is refused. The key is HF_TOKEN's unless `token` is another.
 */
export async function hubModel(
  source: string,
  workspace: Workspace,
  options: HubOptions = {}
): Promise<string> {
  const [, repository, revision = "main", file] = NAME.exec(source)!;
  const access = accessOf(options);
  const commit = await commitOf(repository!, revision, access);
  const folder = join(hubModelsDir(workspace), repository!.replace("/", "--"), commit);
  const done = join(folder, "complete.json");
  const wanted = (path: string) => (file === undefined ? WANTED.test(path) : path === file);
  const result = file === undefined ? folder : insideFolder(folder, file);
  if (file === undefined ? existsSync(done) : existsSync(result)) return result;
  const entries = (await filesOf(repository!, commit, access)).filter(({path}) => wanted(path));
  if (entries.length === 0)
    throw new UserError(
      `${source}: the repository has ${file === undefined ? "no safetensors weights with a config.json" : `no file ${file}`}. For a GGUF file write "${repository}:FILE.gguf".`
    );
  for (const entry of entries) {
    options.signal?.throwIfAborted();
    options.onProgress?.(`${repository}: fetching ${entry.path}`);
    await fetchFile(
      {repository: repository!, commit},
      entry,
      insideFolder(folder, entry.path),
      access,
      options.signal
    );
  }
  if (file === undefined) await writeJsonAtomic(done, {repository, revision, commit, files: entries});
  return result;
}

interface Access {
  hubUrl: string;
  headers: Record<string, string>;
}

function accessOf({
  hubUrl = process.env.HF_ENDPOINT ?? "https://huggingface.co",
  token = process.env.HF_TOKEN
}: HubOptions): Access {
  return {hubUrl: hubUrl.replace(/\/+$/, ""), headers: token ? {authorization: `Bearer ${token}`} : {}};
}

async function commitOf(repository: string, revision: string, {hubUrl, headers}: Access): Promise<string> {
  const url = `${hubUrl}/api/models/${repository}/revision/${encodeURIComponent(revision)}`;
  const response = await fetch(url, {headers}).catch((cause: unknown) => {
    throw new UserError(
      `${hubUrl} cannot be reached (${messageOf(cause)}). Fetch the model where there is a network, and name its folder.`,
      {cause}
    );
  });
  if (!response.ok) throw refused(repository, revision, response.status);
  const {sha} = (await response.json()) as {sha?: unknown};
  if (typeof sha !== "string" || !/^[0-9a-f]{40}$/.test(sha))
    throw new UserError(`${hubUrl} gave no commit for ${repository}@${revision}.`);
  return sha;
}

function refused(repository: string, revision: string, status: number): UserError {
  const why =
    status === 401 || status === 403
      ? process.env.HF_TOKEN
        ? "HF_TOKEN may not read it. Accept the model's terms on its page, or use another token."
        : "It needs a token. Set HF_TOKEN."
      : status === 404
        ? "There is no such repository or revision. Correct the name, or set HF_TOKEN if it is private."
        : "Try again later.";
  return new UserError(`The hub answered ${status} for ${repository}@${revision}. ${why}`);
}

async function filesOf(repository: string, commit: string, {hubUrl, headers}: Access): Promise<Entry[]> {
  const {listFiles} = await import("@huggingface/hub");
  const entries: Entry[] = [];
  const accessToken = headers.authorization?.replace("Bearer ", "");
  for await (const {type, path, size, lfs, oid} of listFiles({
    repo: {type: "model", name: repository},
    revision: commit,
    hubUrl,
    recursive: true,
    accessToken
  }))
    if (type === "file") entries.push({path, size: lfs?.size ?? size, sha256: lfs?.oid, gitHash: oid});
  return entries;
}

/** Continues what an earlier attempt left, and keeps the file only when its hash is the hub's. */
async function fetchFile(
  {repository, commit}: {repository: string; commit: string},
  entry: Entry,
  to: string,
  {hubUrl, headers}: Access,
  signal?: AbortSignal
): Promise<void> {
  if (existsSync(to)) return;
  await mkdir(dirname(to), {recursive: true});
  const partial = `${to}.part`;
  const have = (await stat(partial).catch(() => undefined))?.size ?? 0;
  if (have < entry.size || entry.size === 0) {
    const url = `${hubUrl}/${repository}/resolve/${commit}/${entry.path.split("/").map(encodeURIComponent).join("/")}`;
    const response = await fetch(url, {
      headers: have > 0 ? {...headers, range: `bytes=${have}-`} : headers,
      signal
    });
    if (!response.ok) throw refused(repository, commit, response.status);
    // A server that knows no ranges sends the whole again.
    const handle = await open(partial, response.status === 206 ? "a" : "w");
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
        await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  await checkHash(partial, entry, repository);
  await rename(partial, to);
}

async function checkHash(
  path: string,
  {path: name, size, sha256, gitHash}: Entry,
  repository: string
): Promise<void> {
  const {size: found} = await stat(path);
  const git = createHash("sha1").update(`blob ${found}\0`);
  const own = createHash("sha256");
  for await (const chunk of createReadStream(path)) {
    git.update(chunk as Buffer);
    own.update(chunk as Buffer);
  }
  const right =
    sha256 !== undefined
      ? own.digest("hex") === sha256
      : gitHash === undefined || git.digest("hex") === gitHash;
  if (found === size && right) return;
  const {rm} = await import("node:fs/promises");
  await rm(path, {force: true});
  throw new UserError(
    `${repository}: hash mismatch of ${name} (${found} of ${size} bytes). It was thrown away: fetch it again.`
  );
}
