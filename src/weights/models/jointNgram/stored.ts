import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {decodeWholeNumbers, encodeSafetensors} from "../safetensors.js";
import {readModelFile} from "../weightFiles.js";

/** A letter, and the symbols it stands for with blanks between them: none (""), one or two. */
export type Graphone = readonly [letter: string, symbols: string];

/** What a joint n-gram model keeps: the sequences that it counts. */
export interface StoredJointNgram {
  /** Graphones that a probability goes by, the one it is of among them. */
  order: number;
  /** Whether a blank stands before each symbol, not only between them. */
  blankBefore: boolean;
  /** Whether texts have their letters from the last to the first, symbols not. */
  backwards: boolean;
  /** Graphones 1, 2, …; those of a letter side by side. */
  graphones: readonly Graphone[];
  /** Each text's graphones by their numbers, and a 0 after them. */
  sequences: Uint32Array;
}

/** The files of a model: about two bytes a letter. Equal models give equal bytes. */
export function jointNgramFiles({
  order,
  blankBefore,
  backwards,
  graphones,
  sequences
}: StoredJointNgram): Record<string, Uint8Array | string> {
  const data = graphones.length < 2 ** 16 ? Uint16Array.from(sequences) : sequences;
  return {
    "config.json": JSON.stringify({
      model_type: "assay-joint-ngram",
      order,
      blank_before: blankBefore,
      backwards,
      graphones
    }),
    "model.safetensors": encodeSafetensors({sequences: {shape: [data.length], data}})
  };
}

/** What `jointNgramFiles` made, from a model's folder. */
export async function readJointNgram(folder: string): Promise<StoredJointNgram> {
  const {blank_before, ...config} = JSON.parse(await readFile(join(folder, "config.json"), "utf8")) as {
    order: number;
    blank_before: boolean;
    backwards: boolean;
    graphones: Graphone[];
  };
  const {sequences} = decodeWholeNumbers(await readModelFile(folder, "model.safetensors"));
  return {...config, blankBefore: blank_before, sequences: Uint32Array.from(sequences!.data)};
}
