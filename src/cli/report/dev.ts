import {spawn} from "node:child_process";
import {randomInt} from "node:crypto";
import {createServer} from "node:net";
import {createRequire} from "node:module";
import {setTimeout as sleep} from "node:timers/promises";
import {pathToFileURL} from "node:url";
import {stripVTControlCharacters} from "node:util";
import type {Workspace} from "../../base/store/index.js";
import {runsUnderWay} from "../../evals/runner/index.js";
import {touchOnStoreChange} from "../../report/site/index.js";
import {keepPreview} from "./preview/keepPreview.js";
import {closeProxy, type PreviewAddress, previewProxy} from "./preview/previewProxy.js";
import {type PreviewNews, previewNews} from "./preview/previewNews.js";
import {findProject, openProject} from "../project/project.js";
import {print} from "../terminal/terminal.js";
import {watchDefinitions} from "./watch/watchDefinitions.js";
import {watchedFiles} from "./watch/watchedFiles.js";
import {changedFiles} from "./watch/whatChanged.js";
import {pagesFolder} from "../../base/system/index.js";

export async function devVerb(options: {port: number; open?: boolean}): Promise<void> {
  const project = findProject();
  const workspace = await openProject();
  const since = await watchedFiles(project);
  const preview = await freeAddress();
  let down: string | undefined;
  const news = previewNews();
  const proxy = await previewProxy(options.port, preview, {down: () => down, news});
  const address = proxy.address();
  const url = `http://localhost:${typeof address === "object" && address ? address.port : options.port}/`;
  print(`The report is at ${url}`);
  const watching = new AbortController();
  // The preview does not wait for it: it is drawn again where definitions let it show less than before.
  const noted = replan(project, [], watching.signal);
  const followed = followRuns(workspace, news, watching.signal);
  const watched = touchOnStoreChange({
    workspace,
    root: pagesFolder(project),
    // Each look at a bucket is a dozen requests.
    everyMs: process.env.ASSAY_STORE ? 10_000 : 1_000,
    signal: watching.signal
  });
  const redefined = watchDefinitions({
    project,
    since,
    signal: watching.signal,
    async onChange(files) {
      const {told, replanned, loaders} = changedFiles(files);
      for (const text of told) print(`\n${text}`);
      const changed = replanned.length === 0 ? [] : [`${replanned.join(", ")} changed`];
      for (const text of changed) print(`\n${text}`);
      news.tell({told: [...told, ...changed].join("\n")});
      if (replanned.length === 0) return;
      const planned = await replan(project, [...replanned, ...loaders], watching.signal);
      news.tell({told: [...told, ...changed, planned.trim()].join("\n")});
    }
  });
  if (options.open) void openInBrowser(url);
  try {
    await keepPreview({project, address: preview, url, onDown: (why) => (down = why)});
  } finally {
    watching.abort();
    news.close();
    await closeProxy(proxy);
    await followed;
    await watched;
    await redefined;
    await noted;
  }
}

/** Tells pages of the runs that are being made, here or by another process on the store. */
async function followRuns(workspace: Workspace, news: PreviewNews, signal: AbortSignal): Promise<void> {
  let running = false;
  while (!signal.aborted) {
    await sleep(FOLLOW_MS, undefined, {signal}).catch(() => undefined);
    if (signal.aborted) return;
    // A file that is being written is read by the next look.
    const runs = await runsUnderWay(workspace).catch(() => undefined);
    if (!runs) continue;
    // What the last edit asked for has been made.
    news.tell(running && runs.length === 0 ? {runs, told: ""} : {runs});
    running = runs.length > 0;
  }
}

const FOLLOW_MS = 1_000;

/** In a process of its own: what a module of the project was once loaded as stays so in this one. Gives what it printed. */
async function replan(project: string, paths: string[], signal: AbortSignal): Promise<string> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, "replan", ...paths], {
    cwd: project,
    stdio: ["ignore", "pipe", "pipe"],
    env: {...process.env, ASSAY_PROJECT: project},
    signal,
    killSignal: "SIGINT"
  });
  let said = "";
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (part: Buffer) => {
      said += stripVTControlCharacters(part.toString());
      process[stream].write(part);
    });
  await new Promise<void>((resolve) => child.once("error", () => resolve()).once("close", () => resolve()));
  return said;
}

/** Where the preview itself listens: on loopback, at an address that a page elsewhere cannot guess where there are many. */
async function freeAddress(): Promise<PreviewAddress> {
  const part = () => randomInt(1, 255);
  const host = process.platform === "linux" ? `127.${part()}.${part()}.${part()}` : "127.0.0.1";
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once("error", reject).listen(0, host, resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== "object" || !address) throw new Error("no port");
  return {host, port: address.port};
}

/** With the package that Framework opens its own preview with. */
async function openInBrowser(url: string): Promise<void> {
  const require = createRequire(
    createRequire(import.meta.url).resolve("@observablehq/framework/package.json")
  );
  const {default: open} = (await import(pathToFileURL(require.resolve("open")).href)) as {
    default(url: string): Promise<unknown>;
  };
  await open(url).catch(() => print(`Open ${url} in a browser.`));
}
