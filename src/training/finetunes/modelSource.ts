import type {ModelManifest} from "../../weights/models/types.js";
import type {DatasetDefinition} from "../../data/datasets/define.js";
import type {SplitSpec} from "../../data/splits/spec.js";

/** The data that a fine-tune declares. */
export interface DeclaredData {
  dataset: DatasetDefinition | string;
  split: SplitSpec;
  /** Which part is learned: train unless said otherwise. */
  part?: "train" | "validation";
  /** Which part learning is checked on: validation when the split has one and it is not what is learned; false checks on nothing. */
  validation?: "validation" | "test" | false;
}

/** A row of a dataset: its id and the dataset's own columns. */
export type TrainingRow = {id: string} & Record<string, unknown>;

/** What a model may be built from. */
export interface BuildContext {
  /** Folder in which models are kept, one folder each. */
  dir: string;
  /** Rows of one part of the split, in the order of their ids. */
  rows(part: string): AsyncIterable<TrainingRow>;
  dataset: string;
  /** Id of the dataset's version, and of the split. */
  version: string;
  split: string;
  /** For each part of which rows may not be learned, a hash of their ids; undefined when `rows` gives all. */
  leftOut?: Readonly<Record<string, string>>;
  seed: string;
  /** The project's folder, from which paths are meant; the current one when absent. */
  project?: string;
  /** What a model's card says of the data beside names and ids, in lines: licence, filters, redaction. */
  facts?: readonly string[];
  /** Make nothing: what is not in the store throws NotMade. */
  onlyKnown?: boolean;
  /**
   * The context of a fine-tune's own dataset and split, whoever asks for its model; this one when absent.
   * @param name the fine-tune's, for messages
   */
  declared?(data: DeclaredData, name: string): Promise<BuildContext>;
  /** Does what learns from the rows: refuses before where they may not be learned, and keeps them in the store meanwhile. */
  learning?<T>(work: () => Promise<T>): Promise<T>;
  onProgress?(message: string): void;
  signal?: AbortSignal;
}

/**
 * A model that can be made: by training, by distilling, by merging others. `build` makes nothing twice: while
 * configuration, data and seed stay the same it returns the manifest of the first time.
 */
export interface ModelSource {
  readonly name: string;
  /** The column that its model classifies; absent for one that answers prompts. */
  readonly reads?: string;
  /** SHA-256 of everything that decides the result: settings, data, the rows chosen, split, seed and parents. */
  configHash(context: BuildContext): string | Promise<string>;
  build(context: BuildContext): Promise<ModelManifest>;
}

/** Which rows of the training part a model sees. */
export interface Subset {
  /** In words, for the model's record: "wave easy-ham-1". */
  words: string;
  where(row: TrainingRow): boolean;
}

/** Columns a classifier reads, and the rows it may learn from. */
export interface ClassifierOptions {
  /** The model's name; the architecture's when absent. */
  name?: string;
  text: string;
  label: string;
  /** Part of the split, "train" when absent. */
  part?: string;
  subset?: Subset;
  /** At most this many rows, the ones with the smallest hashes of their ids: the same in every split. */
  sample?: number;
}
