import {mkdir, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {readTarArchive} from "../tarArchive.js";

/** Puts the files of each run's archive into a folder of the run's name, in the archive's place. */
export async function unpackRows(dist: string): Promise<void> {
  const folder = join(dist, "data", "rows");
  for (const archive of await readdir(folder).catch(() => [] as string[])) {
    if (!archive.endsWith(".tar")) continue;
    const target = join(folder, basename(archive, ".tar"));
    await rm(target, {recursive: true, force: true});
    await mkdir(target, {recursive: true});
    for (const {name, content} of readTarArchive(await readFile(join(folder, archive))))
      await writeFile(join(target, basename(name)), content);
    await rm(join(folder, archive));
  }
}
