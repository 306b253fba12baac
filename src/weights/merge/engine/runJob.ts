import {METHODS} from "../methods/index.js";
import {analyse} from "./analyse.js";
import type {ThreadFiles} from "./files.js";
import {isAnalysed, type TensorJobResult, type PlacedJob} from "./job.js";
import type {ThreadBuffers} from "./scratch.js";
import {MergeTensor} from "./tensor.js";

export interface JobWork {
  placed: PlacedJob;
  /** Elements of each tensor to look at for the report; 0 for none. */
  sample: number;
}

/** Makes one tensor (or a range of one) and writes it to its place. */
export function runJob(
  {placed, sample}: JobWork,
  files: ThreadFiles,
  scratch: ThreadBuffers,
  stop: () => boolean
): TensorJobResult {
  const {job} = placed;
  scratch.reset();
  const analysis = sample > 0 && isAnalysed(job) ? analyse(job, files, scratch, sample) : undefined;
  scratch.reset();
  const tensor = new MergeTensor(job, placed, files, scratch, stop);
  if (job.method === "copy") tensor.copy(0);
  else METHODS[job.method]!.merge(tensor);
  const {nonFinite, squares, bytesRead, bytesWritten} = tensor;
  return {name: job.name, nonFinite, squares, bytesRead, bytesWritten, analysis};
}
