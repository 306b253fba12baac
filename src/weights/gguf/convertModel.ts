import {rm, statfs} from "node:fs/promises";
import {dirname, join} from "node:path";
import {forkModule, killAtExit} from "../ggml/index.js";
import {openCheckpoint} from "../safetensors/index.js";
import {UserError} from "../../base/validation/errors.js";
import {makeFolder, temporaryPath} from "../../base/system/files.js";
import {fileType, type FileType} from "./fileTypes.js";

/** What is to be converted: a checkpoint folder, or an adapter folder with the folder of its base. */
export interface Conversion {
  from: string;
  /** For an adapter: the folder of its base, whose config.json is read. */
  base?: string;
  to: string;
  /** "q8_0", "q4_k_m" … */
  type: string;
  name?: string;
  preTokenizer?: string;
}

export interface ConvertModelOptions {
  onProgress?(done: number, total: number): void;
  signal?: AbortSignal;
  /** Free bytes where a file is to lie. */
  freeBytes?(folder: string): Promise<number>;
}

export type FromConverter =
  | {type: "progress"; done: number; total: number}
  | {type: "done"; warnings: string[]}
  | {type: "failed"; message: string; forUser: boolean};

/**
 * Converts a model in a process of its own: the caller's event loop stays free, and a failed assertion of the library
 * is an error here. Mixtures (q4_k_m) go through an F32 file beside the result. Gives warnings. Throws a UserError
 * with numbers when the disk has no room.
 */
export async function convertModel(
  conversion: Conversion,
  {onProgress, signal, freeBytes = freeOf}: ConvertModelOptions = {}
): Promise<string[]> {
  const type = fileType(conversion.type);
  const folder = dirname(conversion.to);
  await makeFolder(folder);
  await checkRoom(conversion, type, await freeBytes(folder));
  signal?.throwIfAborted();
  if (type.tensors) return run({...conversion}, {onProgress, signal});
  if (conversion.base !== undefined)
    throw new UserError(`An adapter can be f32, f16, bf16 or one plain block format, not ${type.name}.`);
  const exact = temporaryPath(join(folder, "f32.gguf"));
  const mixed = temporaryPath(conversion.to);
  try {
    const warnings = await run({...conversion, to: exact, type: "f32"}, {onProgress, signal});
    await run({from: exact, to: mixed, type: type.name, into: conversion.to}, {signal});
    return warnings;
  } finally {
    await rm(exact, {force: true});
    await rm(mixed, {force: true});
  }
}

async function freeOf(folder: string): Promise<number> {
  const {bavail, bsize} = await statfs(folder);
  return bavail * bsize;
}

async function checkRoom({from, to, base}: Conversion, type: FileType, free: number): Promise<void> {
  if (base !== undefined) return;
  const {tensors} = await openCheckpoint(from);
  let parameters = 0;
  for (const {shape} of tensors.values()) parameters += shape.reduce((product, size) => product * size, 1);
  const bits = type.tensors ? (8 * type.tensors.bytes) / type.tensors.block : 32 + 8;
  const needed = (parameters * bits) / 8;
  if (needed <= free) return;
  const mib = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new UserError(
    `${to} needs about ${mib(needed)}${type.tensors ? "" : " (with an F32 file on the way)"}; ${dirname(to)} has ${mib(free)} free. Make room, or choose a smaller type.`
  );
}

type ConversionWork = Conversion & {
  /** The work is to quantise a GGUF file: its last place. */
  into?: string;
};

function run(
  work: ConversionWork,
  {onProgress, signal}: Pick<ConvertModelOptions, "onProgress" | "signal">
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = forkModule("./convertProcess", import.meta.url);
    const stop = () => child.kill("SIGKILL");
    signal?.addEventListener("abort", stop, {once: true});
    const forget = killAtExit(child);
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      signal?.removeEventListener("abort", stop);
      forget();
      act();
    };
    child.on("message", (message: FromConverter) => {
      if (message.type === "progress") onProgress?.(message.done, message.total);
      else if (message.type === "done") settle(() => resolve(message.warnings));
      else
        settle(() => reject(message.forUser ? new UserError(message.message) : new Error(message.message)));
    });
    child.once("error", (error) => settle(() => reject(error)));
    child.once("exit", (code, signalName) =>
      settle(() =>
        reject(
          signal?.aborted
            ? (signal.reason as Error)
            : new UserError(
                `The process that converts ${work.from} ended (${signalName ?? `code ${code}`}). Is memory or room on the disk left?`
              )
        )
      )
    );
    child.send(work);
  });
}
