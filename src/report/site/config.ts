import {relative, resolve} from "node:path";
import {pathToFileURL} from "node:url";
import {createRequire} from "node:module";
import {openWorkspace} from "../../base/store/index.js";
import {codeFingerprint, pricesFingerprint, storeFingerprint} from "./fingerprint.js";
import {currentRuns} from "./currentRuns.js";
import {replayableRaces} from "./races.js";
import {loadAhead} from "./loadAhead.js";
import {type NavigationPage, siteFooter, siteHead, siteHeader} from "./frame.js";
import {sitePages} from "./sitePages.js";
import {seedNpmCache} from "./seedNpmCache.js";
import {SQL_FILES, sqlEngine} from "./sqlEngine.js";
import {loaderVersions, removeStaleOutputs} from "./staleOutputs.js";
import {publishingFingerprint} from "./statedPublishing.js";
import {pagesFolder} from "../../base/system/index.js";

export interface SiteOptions {
  /** The folder of pages; default `pages`, or `src` where the pages are there. */
  root?: string;
  /** Where the built site goes; default "dist". */
  output?: string;
  /** Shown in the header and in every page's title; default "Assay". */
  title?: string;
  /** The project's folder, where the store is; default ASSAY_PROJECT or the current folder. */
  project?: string;
  /** Further pages at the end of the navigation: those whose front matter states no `order`. */
  pages?: NavigationPage[];
  /** The command that runs a page loader in TypeScript; Node with tsx unless told. Those in JavaScript are run by Node. */
  interpreter?: readonly [string, ...string[]];
}

/**
 * Framework's configuration of a report site. It also makes the site's caches right before any page is built:
 * packages come from node_modules, and loader outputs of another state of the store are removed.
 */
export async function siteConfig(options: SiteOptions = {}): Promise<Record<string, unknown>> {
  // Read by Framework when its first event is recorded, which is after the configuration was loaded.
  process.env.OBSERVABLE_TELEMETRY_DISABLE = "1";
  const {title = "Assay", pages = []} = options;
  const workspace = await openWorkspace(options.project ?? process.env.ASSAY_PROJECT ?? process.cwd());
  const root = options.root ?? relative(process.cwd(), pagesFolder(process.cwd()));
  await seedNpmCache(resolve(root));
  const duckdb = await sqlEngine(workspace.project);
  const fingerprint = [
    await storeFingerprint(workspace),
    await codeFingerprint(),
    await pricesFingerprint(workspace.project),
    await publishingFingerprint(workspace),
    duckdb?.version ?? "no-sql"
  ].join("-");
  await removeStaleOutputs(resolve(root), fingerprint, await loaderVersions(resolve(root)));
  const stated = await sitePages(resolve(root));
  const navigation = [...stated, ...pages.filter(({path}) => stated.every((page) => page.path !== path))];
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const interpreters = {
    ".js": [process.execPath],
    ".ts": options.interpreter ?? [process.execPath, "--import", tsx]
  } as const;
  return {
    root,
    // `assay build` makes the site beside the one that is there.
    output: process.env.ASSAY_SITE_OUTPUT ?? options.output ?? "dist",
    title,
    // A plain file host has no page at an address without it.
    preserveExtension: true,
    pages: navigation,
    style: "style.css",
    globalStylesheets: [],
    sidebar: false,
    toc: false,
    pager: false,
    search: false,
    typographer: false,
    head: siteHead,
    header: ({path}: {path: string}) => siteHeader(title, navigation, path),
    footer: siteFooter,
    interpreters,
    duckdb: {extensions: {json: null, parquet: null}},
    // Framework asks for these when it builds, and only then.
    async *dynamicPaths() {
      // Whole archives, which `finishSite` unpacks: Framework reads an archive from its start for each file in it.
      const outputs = [
        ...(await currentRuns(workspace)).map(({id}) => `data/rows/${id}.tar`),
        ...(await replayableRaces(workspace)).map(({id}) => `data/races/${id}.json`)
      ];
      await loadAhead({
        root: resolve(root),
        outputs: duckdb ? ["data/duckdb.tar", ...outputs] : outputs,
        interpreters,
        onLoaded: (output, seconds) => console.log(`load /${output} in ${seconds.toFixed(1)} s`)
      });
      yield* outputs.map((output) => `/${output}`);
      if (duckdb) yield* SQL_FILES.map((file) => `/data/duckdb/${file}`);
    }
  };
}
