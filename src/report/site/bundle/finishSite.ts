import {readdir, readFile, rm, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {bundlePages} from "./bundlePages.js";
import {withContentPolicy} from "./contentPolicy.js";
import {pageScripts} from "./pageScripts.js";
import {plainPages} from "../sitePages.js";
import {cardsOfUnmade, type UnmadeData} from "../unmade.js";
import {withVerdictText} from "./withoutScripts.js";
import {readTarArchive} from "../tarArchive.js";
import {makeFolder} from "../../../base/system/files.js";

/**
 * Finishes what Framework built: unpacks the files of runs' rows, bundles modules into few files, writes the verdicts as text for
 * browsers that run no script, and gives every page a Content-Security-Policy. Gives what could not be
 * made, whose pages say why.
 */
export async function finishSite(dist: string): Promise<UnmadeData[]> {
  const unmade = await cardsOfUnmade(dist);
  await unpackRows(dist);
  await bundlePages(dist);
  const plain = await plainPages();
  for (const {page, html} of await pageScripts(dist)) {
    const text = page === "index.html" ? await withVerdictText(dist, html) : html;
    await writeFile(
      join(dist, page),
      withContentPolicy(text, {plain: plain.has(`/${page.slice(0, -".html".length)}`)})
    );
  }
  return unmade;
}

/** Puts the files of each run's archive into a folder of the run's name, in the archive's place. */
async function unpackRows(dist: string): Promise<void> {
  const folder = join(dist, "data", "rows");
  for (const archive of await readdir(folder).catch(() => [] as string[])) {
    if (!archive.endsWith(".tar")) continue;
    const target = join(folder, basename(archive, ".tar"));
    await rm(target, {recursive: true, force: true});
    await makeFolder(target);
    for (const {name, content} of readTarArchive(await readFile(join(folder, archive))))
      await writeFile(join(target, basename(name)), content);
    await rm(join(folder, archive));
  }
}
