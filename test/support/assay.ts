import {spawn} from "node:child_process";
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const datasets = fileURLToPath(new URL("../../src/datasets/index.js", import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the real command line in a project's folder, as a process of its own. */
export async function assay(project: string, ...words: string[]): Promise<Ended> {
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), main, ...words], {
    cwd: project,
    env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay"), NO_COLOR: "1"}
  });
  const ended: Ended = {code: null, stdout: "", stderr: ""};
  child.stdout.on("data", (data: Buffer) => (ended.stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (ended.stderr += data.toString()));
  ended.code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return ended;
}

/** Writes data-loaders/NAME.ts with this text for the definition. */
export function writeLoader(project: string, name: string, definition: string): void {
  mkdirSync(join(project, "data-loaders"), {recursive: true});
  writeFileSync(
    join(project, "data-loaders", `${name}.ts`),
    `import {defineDataset} from ${JSON.stringify(datasets)};\nexport default defineDataset(${definition});\n`
  );
}
