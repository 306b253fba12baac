import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {bundlePages} from "./bundlePages.js";
import {withContentPolicy} from "./contentPolicy.js";
import {pageScripts} from "./pageScripts.js";

/** What Framework's build leaves to do: few files in place of many, and a Content-Security-Policy in every page. */
export async function finishSite(dist: string): Promise<void> {
  await bundlePages(dist);
  for (const {page, html} of await pageScripts(dist))
    await writeFile(join(dist, page), withContentPolicy(html));
}
