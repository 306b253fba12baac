import {readFile} from "node:fs/promises";
import type {InitializeHook, LoadHook, ResolveHook} from "node:module";
import {fileURLToPath} from "node:url";

/** The folder of the compiled engine, as the beginning of its files' URLs. */
let engine: string | undefined;

export const initialize: InitializeHook<{engine: string}> = (data) => {
  engine = data?.engine;
};

const isEngine = (url: string | undefined) =>
  engine !== undefined && url?.startsWith(engine) && url.endsWith(".js");

export const resolve: ResolveHook = (specifier, context, next) => {
  if (!/^\.\.?\//.test(specifier) || !isEngine(context.parentURL)) return next(specifier, context);
  const {href} = new URL(specifier, context.parentURL);
  return isEngine(href) ? {url: href, format: "module", shortCircuit: true} : next(specifier, context);
};

export const load: LoadHook = async (url, context, next) =>
  isEngine(url)
    ? {format: "module", source: await readFile(fileURLToPath(url)), shortCircuit: true}
    : next(url, context);
