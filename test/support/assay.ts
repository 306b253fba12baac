import {spawn} from "node:child_process";
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {compiled} from "./compiledEngine.js";

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the real command line in a project's folder, as a process of its own. */
export function assay(project: string, ...words: string[]): Promise<Ended> {
  return started([], project, words);
}

/** Newer versions of Node warn of `register`, which the hooks of tests are set by. */
const QUIET = ["--disable-warning=DEP0205"];

/** The same where a package is not installed. */
export function assayWithout(name: string, project: string, ...words: string[]): Promise<Ended> {
  const hooks = `export const resolve = (specifier, context, next) => {
    if (specifier === ${JSON.stringify(name)}) throw Object.assign(new Error("Cannot find package " + specifier), {code: "ERR_MODULE_NOT_FOUND"});
    return next(specifier, context);
  };`;
  const script = `import {register} from "node:module"; register(${JSON.stringify(dataUrl(hooks))});`;
  return started([...QUIET, "--import", dataUrl(script)], project, words);
}

const dataUrl = (script: string) => `data:text/javascript,${encodeURIComponent(script)}`;

async function started(more: string[], project: string, words: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [...more, compiled("bundle/main.js"), ...words], {
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
  writeFileSync(join(project, "data-loaders", `${name}.ts`), `export default ${definition};\n`);
}
