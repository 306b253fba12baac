import {spawn} from "node:child_process";
import {randomInt} from "node:crypto";
import {createServer} from "node:net";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
import {touchOnStoreChange} from "../../report/site/index.js";
import {keepPreview} from "./preview/keepPreview.js";
import {closeProxy, type PreviewAddress, previewProxy} from "./preview/previewProxy.js";
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
  const proxy = await previewProxy(options.port, preview, () => down);
  const address = proxy.address();
  const url = `http://localhost:${typeof address === "object" && address ? address.port : options.port}/`;
  print(`The report is at ${url}`);
  const watching = new AbortController();
  // The preview does not wait for it: it is drawn again where definitions let it show less than before.
  const noted = replan(project, [], watching.signal);
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
      if (replanned.length === 0) return;
      print(`\n${replanned.join(", ")} changed`);
      await replan(project, [...replanned, ...loaders], watching.signal);
    }
  });
  if (options.open) void openInBrowser(url);
  try {
    await keepPreview({project, address: preview, url, onDown: (why) => (down = why)});
  } finally {
    watching.abort();
    await closeProxy(proxy);
    await watched;
    await redefined;
    await noted;
  }
}

/** In a process of its own: what a module of the project was once loaded as stays so in this one. */
async function replan(project: string, paths: string[], signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, "replan", ...paths], {
    cwd: project,
    stdio: ["ignore", "inherit", "inherit"],
    env: {...process.env, ASSAY_PROJECT: project},
    signal,
    killSignal: "SIGINT"
  });
  await new Promise<void>((resolve) => child.once("error", () => resolve()).once("close", () => resolve()));
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
