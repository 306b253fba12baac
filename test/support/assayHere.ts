import {rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {Command, CommanderError} from "commander";
import {vi} from "vitest";
import {declareCommands} from "../../src/cli/commands.js";
import {acceptTypeScript} from "../../src/cli/project/importDefinition.js";
import {fail} from "../../src/cli/terminal/fail.js";
import {sha256} from "../../src/base/system/index.js";
import type {Ended} from "./assay.js";
import {setEnvironment} from "./environment.js";

// The compiler of definitions stays in the folder in which it starts: a test's own will be gone.
await acceptTypeScript();

/** `assay` in this process, for what is not about the process. A file that it loads is not loaded again: see `definitionFile`. */
export async function assayHere(project: string, ...words: string[]): Promise<Ended> {
  const {exitCode} = process;
  const cwd = process.cwd();
  const env = {...process.env};
  const ended: Ended = {code: null, stdout: "", stderr: ""};
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      ended[stream] += String(text);
      return true;
    })
  );
  Object.assign(process.env, {ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay"), NO_COLOR: "1"});
  process.chdir(project);
  process.exitCode = undefined;
  try {
    await program().parseAsync(words, {from: "user"});
    ended.code = Number(process.exitCode ?? 0);
  } catch (error) {
    ended.code = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : await fail(error);
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.chdir(cwd);
    setEnvironment(env);
    process.exitCode = exitCode;
  }
  return ended;
}

function program(): Command {
  const command = new Command("assay").enablePositionalOptions().exitOverride();
  declareCommands(command);
  return command;
}

/** Writes a definition, each time that its text is another under another name, and takes the one before away. */
export function definitionFile(folder: string, name: string): (text: string) => Promise<string> {
  let before: string | undefined;
  return async (text) => {
    const file = `${name.split(".")[0]}-${sha256(text).slice(0, 8)}${name.slice(name.indexOf("."))}`;
    if (before && before !== file) await rm(join(folder, before));
    await writeFile(join(folder, file), text);
    return (before = file);
  };
}
