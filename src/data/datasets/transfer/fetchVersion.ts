import {createWriteStream, existsSync} from "node:fs";
import {copyFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {pipeline} from "node:stream/promises";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {isDiskFull, refusedByMachine} from "../../../base/system/index.js";
import type {Database} from "../../../base/store/index.js";
import {
  assertParses,
  IDLE_MS,
  idleLimits,
  isUrl,
  stalled,
  withoutSecrets,
  withUser
} from "../sources/index.js";
import {
  EXPORT_FILE,
  EXPORT_FILES,
  FILES,
  HELD_OUT_FILE,
  OPTIONAL_FILES,
  rowFilesIn,
  transferName
} from "./files.js";
import {heldOutRows, heldOutText} from "./heldOutRows.js";

interface WantedVersion {
  /** The folder where files are put. */
  stage: string;
  known: boolean;
  /** How long a server may send nothing inside its answer; default 60 s, and five times as long before it. */
  idleMs?: number;
}

/** Below a folder or URL a version may stand itself, as an export. */
const exportPlaces = (dataset: string, version: string): string[] => ["", transferName(dataset, version)];

/** Where it stands in a store, below the store or its project. */
const storePlaces = (dataset: string, version: string): string[] => [
  `datasets/${dataset}/${version}`,
  `.assay/datasets/${dataset}/${version}`
];

/**
 * Copies a version's files from a folder or an http(s) address into `stage`: from an export, with what it says of rows held
 * out, or from a store in a folder, whose records say that. Throws a UserError when they are not there, lie in a store where
 * a split holds out rows of it, or in one whose records cannot be read. Nothing else is checked yet.
 * @param known the rows are here already: only what an export says of rows held out is fetched
 */
export async function fetchVersion(
  db: Database,
  from: string,
  dataset: string,
  version: string,
  {stage, known, idleMs = IDLE_MS}: WantedVersion
): Promise<void> {
  if (isUrl(from)) return fetchExport(from, dataset, version, {stage, known, idleMs});
  const name = transferName(dataset, version);
  const folder = [...exportPlaces(dataset, version), ...storePlaces(dataset, version)]
    .map((place) => resolve(from, place))
    .find((place) => FILES.every((file) => existsSync(join(place, file))));
  if (!folder) throw nowhere(from, dataset, version);
  // In a store a version lies at datasets/NAME/VERSION.
  const store = resolve(folder, "../../..");
  if (!existsSync(join(folder, EXPORT_FILE))) {
    if (!existsSync(join(store, "workspace.json"))) throw noExport(folder, name);
    const heldOut = await heldOutRows(db, store, {dataset, id: version}, rowFilesIn(folder));
    if (heldOut.length > 0)
      throw new UserError(
        `${resolve(from)} has ${name} with ${heldOutText(heldOut)}, and they would be open here. Nothing was imported. Export it there with \`assay versions ${name} --export DIR --with-held-out --why "…"\`, which is noted.`
      );
  }
  for (const file of [...(known ? [] : [...FILES, ...OPTIONAL_FILES]), ...EXPORT_FILES])
    if (existsSync(join(folder, file))) await copyFile(join(folder, file), join(stage, file));
}

/** From an address only exports are taken: the records of a store that is served cannot be listed there. */
async function fetchExport(
  from: string,
  dataset: string,
  version: string,
  {stage, known, idleMs}: Required<WantedVersion>
): Promise<void> {
  const into = {stage, idleMs};
  assertParses(from);
  const [manifest, ...others] = FILES as [string, ...string[]];
  for (const place of exportPlaces(dataset, version)) {
    const base = place ? joined(from, place) : from;
    if (!(await fetched(base, manifest, into))) continue;
    if (!(await fetched(base, EXPORT_FILE, into))) throw noExport(base, transferName(dataset, version));
    const rows = known ? [] : others;
    for (const file of rows) if (!(await fetched(base, file, into))) throw nowhere(from, dataset, version);
    for (const file of [...(known ? [] : OPTIONAL_FILES), HELD_OUT_FILE]) await fetched(base, file, into);
    return;
  }
  for (const place of storePlaces(dataset, version))
    if (await fetched(joined(from, place), manifest, into))
      throw noExport(joined(from, place), transferName(dataset, version));
  throw nowhere(from, dataset, version);
}

function nowhere(from: string, dataset: string, version: string): UserError {
  const name = transferName(dataset, version);
  const places = [name, ...(isUrl(from) ? [] : storePlaces(dataset, version))];
  return new UserError(
    `${shown(from)} has no ${name}: neither itself, nor ${places.join(", nor ")} in it has ${FILES.join(" and ")}. Export it there with \`assay versions ${name} --export DIR\`.`
  );
}

function noExport(from: string, name: string): UserError {
  return new UserError(
    `${shown(from)} has ${name} without the ${EXPORT_FILE} of an export, so that rows which are held out where it was made could not be told, and would be open here. Nothing was imported. Export it there with \`assay versions ${name} --export DIR\`.`
  );
}

/** False when the server has no such file. */
async function fetched(
  base: string,
  file: string,
  {stage, idleMs}: {stage: string; idleMs: number}
): Promise<boolean> {
  const url = joined(base, file);
  try {
    const {request} = await import("undici");
    const {statusCode, body} = await request(url, {headers: withUser(url), ...idleLimits(idleMs)});
    if (statusCode === 404 || statusCode === 410) {
      await body.dump();
      return false;
    }
    if (statusCode !== 200) {
      await body.dump();
      throw new UserError(`${shown(url)} answered ${statusCode}. Check the address.`);
    }
    await pipeline(body, createWriteStream(join(stage, file)));
    return true;
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    if (isDiskFull(cause)) throw new UserError(refusedByMachine(cause, join(stage, file))!, {cause});
    throw new UserError(
      `${shown(url)} could not be fetched whole (${messageOf(stalled(cause, idleMs) ?? cause)}). Import again when it can be reached.`,
      {cause}
    );
  }
}

/** Keeps a query string, which may hold the signature of all files below. */
function joined(base: string, path: string): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/${path}`;
  return url.href;
}

/** User names, passwords and signatures of an address are not shown. */
function shown(from: string): string {
  return isUrl(from) ? withoutSecrets(from) : resolve(from);
}
