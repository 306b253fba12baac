import {resolve} from "node:path";
import {writeFile} from "node:fs/promises";
import {checkCroissant, croissant, huggingFaceCard} from "../../data/datasets/index.js";
import {UserError} from "../../base/validation/index.js";
import {sha256File, writeAtomic} from "../../base/system/index.js";
import {
  openStore,
  type Store,
  versionKey,
  type VersionManifest,
  assertMayWrite,
  noteWritten
} from "../../base/store/index.js";
import {namedVersion} from "../project/knownDataset.js";
import {openProject} from "../project/project.js";
import {printableLines} from "../terminal/terminal.js";

interface CardOptions {
  format: "hf" | "croissant";
  version?: string;
  url?: string;
  creator?: string;
  out?: string;
  overwrite?: boolean;
}

export async function cardVerb(name: string, options: CardOptions): Promise<void> {
  const store = await openStore(await openProject());
  try {
    const version = await namedVersion(store, name, options.version);
    const text =
      options.format === "hf" ? huggingFaceCard(version) : await croissantText(store, version, options);
    if (options.out === undefined) return void process.stdout.write(printableLines(text));
    const file = resolve(options.out);
    await assertMayWrite(store.workspace, [file], options.overwrite);
    await writeAtomic(file, (temporary) => writeFile(temporary, text));
    await noteWritten(store.workspace, file);
  } finally {
    store.close();
  }
}

async function croissantText(
  store: Store,
  version: VersionManifest,
  {url, creator}: CardOptions
): Promise<string> {
  const missing = [
    ...(url === undefined ? ["--url (where it is published)"] : []),
    ...(creator === undefined ? ["--creator (who made it)"] : []),
    ...(version.licence === undefined ? ["`licence` in its loader"] : [])
  ];
  if (missing.length > 0)
    throw new UserError(
      `Croissant asks for more than the store knows of ${version.dataset}: give ${missing.join(", ")}.`
    );
  const split = (await store.splits(version.dataset)).findLast((one) => one.version === version.id);
  const document = croissant({
    version,
    sha256: await sha256File(await store.workspace.place.readable(versionKey(version, "rows.parquet"))),
    url: url!,
    creator: creator!,
    split
  });
  const problems = checkCroissant(document);
  if (problems.length > 0) throw new Error(`the Croissant document is not valid: ${problems.join("; ")}`);
  return JSON.stringify(document, null, 2) + "\n";
}
