import {spawn} from "node:child_process";
import {setTimeout as pause} from "node:timers/promises";
import type {ServiceSettings} from "../../../../src/training/jobs/index.js";
import {childScript} from "../../../support/childScript.js";

const script = await childScript(new URL("killedWatcher.ts", import.meta.url));

/** Runs the watcher and ends it with SIGKILL some milliseconds after it said a word. */
export async function killedWatcher(
  project: string,
  settings: ServiceSettings,
  word: string,
  afterMs: number
) {
  const child = spawn(process.execPath, [script, project, JSON.stringify(settings)], {
    stdio: ["ignore", "pipe", "inherit"]
  });
  const closed = new Promise((resolve) => child.once("close", resolve));
  let said = "";
  await Promise.race([
    closed,
    new Promise<void>((resolve) =>
      child.stdout.on("data", (data: Buffer) => {
        said += data.toString();
        if (said.includes(word)) resolve();
      })
    )
  ]);
  await pause(afterMs);
  child.kill("SIGKILL");
  await closed;
  return said;
}
