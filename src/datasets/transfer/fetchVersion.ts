import {createWriteStream, existsSync} from "node:fs";
import {copyFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {pipeline} from "node:stream/promises";
import {type Database, messageOf, UserError} from "../../store/index.js";
import {isUrl} from "../sources/index.js";
import {FILES, OPTIONAL_FILES, transferName} from "./files.js";
import {heldOutRows, heldOutText} from "./heldOutRows.js";

/** Below a folder or URL a version may stand itself, as an export, or in the store of a project. */
const places = (dataset: string, version: string): string[] => [
  "",
  transferName(dataset, version),
  `datasets/${dataset}/${version}`,
  `.assay/datasets/${dataset}/${version}`
];

/**
 * Copies a version's files from a folder or an http(s) address into `stage`. Throws a UserError when they are not
 * there, or lie in a store where a split holds out rows of it. Nothing else is checked yet.
 */
export async function fetchVersion(
  db: Database,
  from: string,
  dataset: string,
  version: string,
  stage: string
): Promise<void> {
  const name = transferName(dataset, version);
  const nowhere = () =>
    new UserError(
      `${shown(from)} has no ${name}: neither itself, nor ${places(dataset, version).slice(1).join(", nor ")} in it has ${FILES.join(" and ")}. Export it there with \`assay versions ${name} --export DIR\`.`
    );
  if (!isUrl(from)) {
    const folder = places(dataset, version)
      .map((place) => resolve(from, place))
      .find((place) => FILES.every((file) => existsSync(join(place, file))));
    if (!folder) throw nowhere();
    // In a store a version lies at datasets/NAME/VERSION; an export has no splits beside it.
    const heldOut = await heldOutRows(
      db,
      resolve(folder, "../../.."),
      {dataset, id: version},
      join(folder, "rows.parquet")
    );
    if (heldOut.length > 0)
      throw new UserError(
        `${resolve(from)} has ${name} with ${heldOutText(heldOut)}, and they would be open here. Nothing was imported. Export it there with \`assay versions ${name} --export DIR --with-held-out --why "…"\`, which is noted.`
      );
    for (const file of [...FILES, ...OPTIONAL_FILES])
      if (existsSync(join(folder, file))) await copyFile(join(folder, file), join(stage, file));
    return;
  }
  for (const place of places(dataset, version)) {
    const base = place ? joined(from, place) : from;
    if (!(await fetched(base, FILES[0]!, stage))) continue;
    for (const file of FILES.slice(1)) if (!(await fetched(base, file, stage))) throw nowhere();
    for (const file of OPTIONAL_FILES) await fetched(base, file, stage);
    return;
  }
  throw nowhere();
}

/** False when the server has no such file. */
async function fetched(base: string, file: string, stage: string): Promise<boolean> {
  const url = joined(base, file);
  try {
    const {request} = await import("undici");
    const {statusCode, body} = await request(url);
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
    throw new UserError(
      `${shown(url)} could not be fetched whole (${messageOf(cause)}). Import again when it can be reached.`,
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
  if (!isUrl(from)) return resolve(from);
  const {origin, pathname} = new URL(from);
  return origin + pathname;
}
