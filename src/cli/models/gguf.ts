import {statSync} from "node:fs";
import {realpath} from "node:fs/promises";
import {basename, dirname, resolve} from "node:path";
import {findModel} from "../../inference/localModels/index.js";
import {convertModel, FILE_TYPES, fileType} from "../../weights/gguf/index.js";
import {manyMeantOf} from "../../weights/models/index.js";
import {UserError} from "../../base/validation/index.js";
import {sha256File} from "../../base/system/index.js";
import {modelsDir, recordCopy, assertMayWrite, noteWritten} from "../../base/store/index.js";
import {openProject} from "../project/project.js";
import {note, print, printJson} from "../terminal/terminal.js";

export interface GgufOptions {
  out: string;
  type: string;
  pre?: string;
  name?: string;
  overwrite?: boolean;
  json?: boolean;
}

/** Writes a model or an adapter as one GGUF file. */
export async function ggufVerb(source: string, options: GgufOptions): Promise<void> {
  fileType(options.type);
  const stop = new AbortController();
  const interrupt = () => stop.abort(new UserError("Stopped. Nothing was written."));
  process.once("SIGINT", interrupt);
  try {
    const workspace = await openProject();
    const place = {modelsDir: modelsDir(workspace), project: workspace.project};
    for (const many of await manyMeantOf([source], place)) note(`! ${many}`);
    const found = await findModel(source, workspace, {signal: stop.signal, onProgress: note});
    if (found.kind === "gguf")
      throw new UserError(
        `${found.path} is a GGUF file already. Name the checkpoint it was made of to have another type (${FILE_TYPES.join(", ")}).`
      );
    if (found.kind === "adapter" && found.base!.kind !== "checkpoint")
      throw new UserError(
        `The adapter's base ${found.base!.path} is a GGUF file. Name its checkpoint folder as the base.`
      );
    const to = resolve(options.out);
    const inputs = [found.path, ...(found.base ? [found.base.path] : [])];
    await assertNoInput(to, inputs);
    await assertMayWrite(workspace, [to], options.overwrite);
    const copy = found.id && {path: to, model: found.id, how: `GGUF ${options.type}`};
    if (copy) await recordCopy(workspace, copy);
    let told = 0;
    const warnings = await convertModel(
      {
        from: found.path,
        base: found.base?.path,
        to,
        type: options.type,
        name: options.name,
        preTokenizer: options.pre
      },
      {
        signal: stop.signal,
        onProgress(done, total) {
          if (Date.now() - told < 1000 && done < total) return;
          told = Date.now();
          if (!options.json) note(`${done} of ${total} tensors`);
        }
      }
    );
    if (copy) await recordCopy(workspace, {...copy, sha256: await sha256File(to)});
    await noteWritten(workspace, to);
    const {size} = statSync(to);
    if (options.json)
      return printJson({file: to, type: options.type, bytes: size, weights: found.weights, warnings});
    for (const warning of warnings) note(`! ${warning}`);
    print(`${basename(to)}: ${options.type}, ${(size / 2 ** 20).toFixed(1)} MiB`);
  } finally {
    process.off("SIGINT", interrupt);
  }
}

/** A file of the model that is converted is never written. */
async function assertNoInput(to: string, inputs: readonly string[]): Promise<void> {
  const folder = await realpath(to).then(dirname, () => undefined);
  for (const input of inputs)
    if ((await realpath(input)) === folder && !to.endsWith(".gguf"))
      throw new UserError(
        `${to} is a file of the model that is converted. Choose another, such as ${basename(input)}.gguf.`
      );
}
