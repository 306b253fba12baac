import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {bundlePages} from "./bundlePages.js";
import {withContentPolicy} from "./contentPolicy.js";
import {pageScripts} from "./pageScripts.js";
import {unpackRows} from "./unpackRows.js";
import {withVerdictText} from "./withoutScripts.js";

/**
 * What Framework's build leaves to do: the files of runs' rows out of their archives, few files in place of many, the verdicts as text for browsers that run no script, and
 * a Content-Security-Policy in every page.
 */
export async function finishSite(dist: string): Promise<void> {
  await unpackRows(dist);
  await bundlePages(dist);
  for (const {page, html} of await pageScripts(dist)) {
    const text = page === "index.html" ? await withVerdictText(dist, html) : html;
    await writeFile(join(dist, page), withContentPolicy(page, text));
  }
}
