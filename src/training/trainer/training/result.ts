import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {nameDtype, namesOtherDtype, writeSafetensors} from "../../../weights/safetensors/index.js";
import {writeAdapter} from "../adapterFiles.js";
import {weightPlan} from "../weightNames.js";
import type {TrainingSession} from "./session.js";
import {makeFolder} from "../../../base/system/files.js";

/** Writes what was trained: a PEFT adapter, or config.json with all weights in 32 bits. Same weights, same bytes. */
export async function writeResult(session: TrainingSession, folder: string): Promise<void> {
  const {job, adapter, model} = session;
  await makeFolder(folder);
  if (adapter) return writeAdapter(folder, job.settings.adapter!, job.baseName, adapter.tensors());
  await writeConfig(job.base, folder);
  await writeSafetensors(
    join(folder, "model.safetensors"),
    weightPlan(model.config).map(({name, shape}) => ({
      name,
      dtype: "F32" as const,
      shape,
      data: () => new Uint8Array(model.storage.read(name).buffer)
    }))
  );
}

/** The base's config.json. One that names another dtype would have readers round the weights back to it. */
async function writeConfig(base: string, folder: string): Promise<void> {
  const text = await readFile(join(base, "config.json"), "utf8");
  const config = JSON.parse(text) as Record<string, unknown>;
  const isOther = namesOtherDtype(config, "F32");
  if (isOther) nameDtype(config, "F32");
  await writeFile(join(folder, "config.json"), isOther ? `${JSON.stringify(config, null, 2)}\n` : text);
}
