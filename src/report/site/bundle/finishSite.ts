import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {bundlePages} from "./bundlePages.js";
import {withContentPolicy} from "./contentPolicy.js";
import {pageScripts} from "./pageScripts.js";
import {plainPages} from "../sitePages.js";
import {unpackRows} from "./unpackRows.js";
import {withVerdictText} from "./withoutScripts.js";

/**
 * Finishes what Framework built: unpacks the files of runs' rows, bundles modules into few files, writes the verdicts as text for
 * browsers that run no script, and gives every page a Content-Security-Policy.
 */
export async function finishSite(dist: string): Promise<void> {
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
}
