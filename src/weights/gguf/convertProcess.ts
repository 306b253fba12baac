import {rename} from "node:fs/promises";
import {leaveEndToParent, tellParent} from "../ggml/index.js";
import {toldToParent} from "../../base/system/machineError.js";
import {convertAdapter} from "./adapter.js";
import {convertCheckpoint} from "./convert.js";
import type {Conversion, FromConverter} from "./convertModel.js";
import {fileType} from "./fileTypes.js";
import {libraryQuantiser, type Quantise, quantiseFile} from "./quantise.js";
import {readObject} from "./checkpointFolder.js";

const PLAIN = ["f32", "f16", "bf16"];

const none: Quantise = () => {
  throw new Error("no block format was asked for");
};

/** Plain types need no library. */
const quantiserFor = (type: string) => (PLAIN.includes(type) ? none : libraryQuantiser());

async function work(conversion: Conversion & {into?: string}): Promise<string[]> {
  const {from, to, type, base, name, preTokenizer, into} = conversion;
  const onProgress = (done: number, total: number) => void say({type: "progress", done, total});
  if (into !== undefined) {
    await quantiseFile(from, to, fileType(type));
    await rename(to, into);
    return [];
  }
  const quantise = await quantiserFor(type);
  if (base === undefined)
    return (await convertCheckpoint(from, to, type, {name, preTokenizer, quantise, onProgress})).warnings;
  const config = await readObject(base, "config.json");
  return (await convertAdapter(from, config, to, type, {name, quantise, onProgress})).warnings;
}

const say = (message: FromConverter) => tellParent(message);

process.once("message", (conversion: Conversion) => {
  work(conversion)
    .then(
      (warnings) => say({type: "done", warnings}),
      (error: unknown) => say({type: "failed", ...toldToParent(error)})
    )
    .finally(() => {
      if (process.connected) process.disconnect();
    });
});
leaveEndToParent();
