// Some files of tests share a process: what one has set in it, and its folders, are gone for the next.
import {rm} from "node:fs/promises";
import {afterAll, vi} from "vitest";
import {setEnvironment} from "./environment.js";
import {madeFolders} from "./madeFolders.js";

const environment = {...process.env};
const folder = process.cwd();
/** What components' tests take from a document: libraries that load later would think that they are in a browser. */
const globals =
  "document,window,Node,NodeList,HTMLCollection,location,history,Event,innerWidth,ResizeObserver,addEventListener"
    .split(",")
    .map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);

afterAll(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
  for (const [name, own] of globals)
    if (own) Object.defineProperty(globalThis, name, own);
    else Reflect.deleteProperty(globalThis, name);
  setEnvironment(environment);
  process.chdir(folder);
  process.exitCode = undefined;
  for (const made of madeFolders.splice(0)) await rm(made, {recursive: true, force: true});
});
