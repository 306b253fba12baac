// Some files of tests share a process: what one has set in it, and its folders, are gone for the next.
import {rm} from "node:fs/promises";
import {afterAll, vi} from "vitest";
import {setEnvironment} from "./environment.js";
import {madeFolders} from "./madeFolders.js";

const environment = {...process.env};
const folder = process.cwd();

afterAll(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
  setEnvironment(environment);
  process.chdir(folder);
  process.exitCode = undefined;
  for (const made of madeFolders.splice(0)) await rm(made, {recursive: true, force: true});
});
