import {copyFile, mkdir} from "node:fs/promises";
import {join} from "node:path";
import {writeSafetensors} from "../../safetensors/index.js";
import {writeAdapter} from "../adapterFiles.js";
import {weightPlan} from "../weightNames.js";
import type {TrainingSession} from "./session.js";

/** Writes what was trained: a PEFT adapter, or config.json with all weights in 32 bits. Same weights, same bytes. */
export async function writeResult(session: TrainingSession, folder: string): Promise<void> {
  const {job, adapter, model} = session;
  await mkdir(folder, {recursive: true});
  if (adapter) return writeAdapter(folder, job.settings.adapter!, job.baseName, adapter.tensors());
  await copyFile(join(job.base, "config.json"), join(folder, "config.json"));
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
