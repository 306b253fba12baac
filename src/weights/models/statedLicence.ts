import {modelKey, modelsStorage} from "../../base/store/index.js";
import {readFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import type {LocatedModel} from "./outsideFiles.js";
import {assertTextFile} from "../../base/system/regularFile.js";

/** The licence that the README of a model's folder states in its front matter; undefined when it states none. */
export async function licenceIn(folder: string): Promise<string | undefined> {
  await assertTextFile(join(folder, "README.md"));
  return licenceOf(await readFile(join(folder, "README.md"), "utf8").catch(() => ""));
}

/** The same of a model that the store has the files of, or knows where they are. */
export async function statedLicence(
  modelsDir: string,
  {id, folder}: LocatedModel,
  project: string
): Promise<string | undefined> {
  if (folder !== undefined) return licenceIn(resolve(project, folder));
  const card = await modelsStorage(modelsDir).read(modelKey(id, "README.md"));
  return licenceOf(new TextDecoder().decode(card));
}

function licenceOf(card: string): string | undefined {
  const front = /^---\n([\s\S]*?)\n---/.exec(card)?.[1] ?? "";
  return /^license:\s*(\S.*?)\s*$/m.exec(front)?.[1];
}
