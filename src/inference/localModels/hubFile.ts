import {createHash} from "node:crypto";
import {createReadStream, existsSync} from "node:fs";
import {open, rename, rm, stat} from "node:fs/promises";
import {dirname} from "node:path";
import {UserError} from "../../base/validation/index.js";
import {downloadedBytes, type HubDownloads} from "./hubClient.js";
import {makeFolder} from "../../base/system/files.js";

/** A commit of a repository. */
export interface HubCommit {
  repository: string;
  commit: string;
}

export interface HubEntry {
  path: string;
  size: number;
  /** SHA-256 of a large file, as the hub states it; small ones are told by their Git hash. */
  sha256?: string;
  gitHash?: string;
}

/** The files of a commit. */
export async function hubEntries(hub: HubDownloads, {repository, commit}: HubCommit): Promise<HubEntry[]> {
  const {listFiles} = await import("@huggingface/hub");
  const entries: HubEntry[] = [];
  // Its `accessToken` takes tokens of the public hub only.
  const files = listFiles({
    repo: {type: "model", name: repository},
    revision: commit,
    hubUrl: hub.url,
    recursive: true,
    fetch: ((address: string) => hub.get(address)) as unknown as typeof fetch
  });
  for await (const {type, path, size, lfs, oid} of files)
    if (type === "file") entries.push({path, size: lfs?.size ?? size, sha256: lfs?.oid, gitHash: oid});
  return entries;
}

/** Continues what an earlier attempt left, and keeps the file only when its hash is the hub's. */
export async function fetchHubFile(
  hub: HubDownloads,
  {repository, commit}: HubCommit,
  entry: HubEntry,
  to: string,
  signal: AbortSignal
): Promise<void> {
  if (existsSync(to)) return;
  await makeFolder(dirname(to));
  const partial = `${to}.part`;
  const have = (await stat(partial).catch(() => undefined))?.size ?? 0;
  if (have < entry.size || entry.size === 0) {
    const path = entry.path.split("/").map(encodeURIComponent).join("/");
    const range = have > 0 ? `bytes=${have}-` : undefined;
    const response = await hub.get(`${hub.url}/${repository}/resolve/${commit}/${path}`, {range, signal});
    // A server that knows no ranges sends the whole again.
    const handle = await open(partial, response.status === 206 ? "a" : "w");
    try {
      for await (const chunk of downloadedBytes(response, signal)) await handle.writeFile(chunk);
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
  {path: name, size, sha256, gitHash}: HubEntry,
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
  await rm(path, {force: true});
  throw new UserError(
    `${repository}: hash mismatch of ${name} (${found} of ${size} bytes). It was thrown away: fetch it again.`
  );
}
