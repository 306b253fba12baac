import {existsSync} from "node:fs";
import {stat} from "node:fs/promises";
import {join, relative} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {modulesBelow, readModuleNow} from "../../../base/fingerprint/index.js";
import {runFramework} from "../framework.js";
import {heldText} from "./heldText.js";
import {lastWords, previewLines} from "./previewLines.js";
import type {PreviewAddress} from "./previewProxy.js";
import {note, print} from "../../terminal/terminal.js";

export interface KeptPreview {
  project: string;
  /** Where Framework's preview listens. */
  address: PreviewAddress;
  /** The address that is shown in its place. */
  url: string;
  /** Told why there is no preview, and of nothing when there is one again. */
  onDown(why: string | undefined): void;
}

/**
 * Runs Framework's preview until a signal stops it. One that dies is started again: at once when it had served pages, else when
 * the configuration has changed, or what that imports.
 */
export async function keepPreview({project, address, url, onDown}: KeptPreview): Promise<void> {
  const {host, port} = address;
  const inner = `http://${host}:${port}/`;
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  let told: string | undefined;
  try {
    while (!stop.signal.aborted) {
      const since = await configurationTimes(project);
      const errors = heldText((text) => process.stderr.write(text));
      const needed = previewLines();
      let upSince = Infinity;
      const {code, stopped, signal} = await runFramework(
        project,
        ["preview", "--debug", "--host", host, "--port", String(port), "--no-open"],
        {
          out(text) {
            if (upSince === Infinity && text.includes(inner)) {
              upSince = Date.now();
              told = undefined;
              errors.open();
              onDown(undefined);
            }
            process.stdout.write(needed(text).replaceAll(inner, url));
          },
          err: errors.add
        }
      );
      if (stopped ?? (code === 0 || signal === "SIGINT" || signal === "SIGTERM")) return errors.open();
      const said = errors.take();
      const why = lastWords(said, project) ?? `${said}Observable Framework ended with ${code ?? signal}`;
      if (why !== told) note(`assay: the preview has ended: ${why}`, {level: "error"});
      told = why;
      onDown(why);
      if (Date.now() - upSince > UP_MS) continue;
      print("It starts again when observablehq.config or what that imports is saved.");
      await changeOf(project, since, stop.signal);
    }
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

/** How long it must have served pages to be started again without a change. */
const UP_MS = 2_000;
const LOOK_MS = 500;

async function changeOf(project: string, since: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await configurationTimes(project)) === since)
    await sleep(LOOK_MS, undefined, {signal}).catch(() => undefined);
}

/** When the files were written that Framework's configuration is made of. */
async function configurationTimes(project: string): Promise<string> {
  const times: string[] = [];
  for (const path of [...configurationFiles(project), join(project, "package.json")]) {
    const found = await stat(path).catch(() => undefined);
    if (found) times.push(`${relative(project, path)} ${found.mtimeMs} ${found.size}`);
  }
  return times.join("\n");
}

/** Framework's configuration and all local files that it imports, directly or not. */
function configurationFiles(project: string): string[] {
  return ["observablehq.config.ts", "observablehq.config.js"]
    .map((name) => join(project, name))
    .filter((path) => existsSync(path))
    .flatMap((path) => [...modulesBelow(path, {read: readModuleNow}).keys()]);
}
