import type {JobRecord} from "../../../base/store/index.js";

/** The file that is trained on, in the job's folder. */
export function trainFile({data}: Pick<JobRecord, "data">): string {
  return data[0]!.path;
}

/** The file that training is checked on; undefined when there is none. */
export function validationFile({data}: Pick<JobRecord, "data">): string | undefined {
  return data[1]?.path;
}

/** What a file is called at a service: by this name it is found again. */
export function uploadName({key}: Pick<JobRecord, "key">, path: string): string {
  return `assay-${key.slice(0, 16)}-${path}`;
}
