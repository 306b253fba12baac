import {type ChildProcess, spawn} from "node:child_process";
import {mkdirSync, symlinkSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {afterAll, vi} from "vitest";
import {compiled} from "../../support/compiledEngine.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

export const SOUND = `import {title} from "./lib/title.js";\nexport default {root: "src", title, pages: []};\n`;

export let dev: ChildProcess | undefined;
export const ended = async () => {
  if (!dev || dev.exitCode !== null || dev.signalCode !== null) return;
  const gone = new Promise((end) => dev!.once("close", end));
  dev.kill("SIGINT");
  await gone;
};

/** `assay dev` of a site of one page, what it has said, and what it answers a browser. */
export async function started(config = SOUND) {
  await ended();
  const project = await temporaryProject();
  for (const folder of ["evals", "src", "lib"]) mkdirSync(join(project, folder));
  symlinkSync(resolve(import.meta.dirname, "../../../node_modules"), join(project, "node_modules"));
  const write = (path: string, text: string) => writeFileSync(join(project, path), text);
  write("package.json", '{"type": "module"}');
  write("src/index.md", "# A page\n");
  write("lib/title.ts", 'export const title = "One";\n');
  write("observablehq.config.ts", config);
  dev = spawn(process.execPath, [compiled("bundle/main.js"), "dev", "--port", "0"], {
    cwd: project,
    env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay"), NO_COLOR: "1"}
  });
  let said = "";
  for (const stream of [dev.stdout!, dev.stderr!])
    stream.on("data", (part: Buffer) => (said += part.toString()));
  const until = (isSo: () => boolean | Promise<boolean>, what: string) =>
    vi.waitUntil(isSo, {timeout: 100_000, interval: 200}).catch(() => {
      throw new Error(`${what} did not come:\n${said}`);
    });
  await until(() => said.includes("The report is at"), "the address");
  const url = /http:\/\/localhost:\d+\//.exec(said)![0];
  const page = async () => {
    const answer = await fetch(url, {headers: {accept: "text/html"}});
    return {status: answer.status, text: await answer.text()};
  };
  const comes = (status: number) =>
    until(async () => (await page()).status === status, `a page of ${status}`);
  return {project, write, page, comes, said: () => said};
}

/** Ends the preview. */
export function setUpPreview(): void {
  afterAll(ended);
}
