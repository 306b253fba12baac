/** A record of one model whose weights we hold: what it is, what made it, from what. */
export interface ModelManifest {
  kind: "model";
  schemaVersion: 1;
  /** SHA-256 over architecture, weights' hashes, labels and settings: the model's identity. */
  id: string;
  name: string;
  /** Names that it had before: they mean it, too. */
  otherNames?: string[];
  /** Which loader can run it: majority, tfidf-logreg, encoder-head, static-embedding, joint-ngram, ... */
  architecture: string;
  createdAt: string;
  /** Paths relative to the model's folder in the store. */
  files: {path: string; sha256: string; bytes: number}[];
  labels?: string[];
  settings: Record<string, unknown>;
  /** Parents in order, for fine-tunes and merges. */
  parents: {id: string; name: string}[];
  /** What it was trained on: absent for downloaded or merged weights. */
  training?: {
    dataset: string;
    version: string;
    split: string;
    part: string;
    /** Which rows of the part, in words and as a SHA-256 of the sorted row ids. */
    subset?: string;
    rows: number;
    rowsSha256: string;
    seed: number | string;
    seconds: number;
    /** Of a language model: rows that lost their end at `length`, and further rows: nothing of their answer was within it, or of a pair both were the same. */
    cut?: number;
    leftOut?: number;
    /** What a language model was checked on while it learned; absent when nothing was, and in records of before. */
    validation?: CheckedOn;
  };
  /** SHA-256 of the merge recipe or the trainer's configuration that made it. */
  recipe?: {method: string; sha256: string; source?: string};
  /** Figures of the making itself (loss, validation accuracy, conflict shares). */
  metrics?: Record<string, number>;
  /** Where the files lie when they are kept outside the store: a path from the project's folder. */
  folder?: string;
  /** What a merge was made with, and how its parents relate. */
  merge?: MergeRecord;
  /** ISO time at which its files were removed; the record stayed for others that name it. */
  removed?: string;
}

/** Rows of the same split that a model was checked on while it learned. */
export interface CheckedOn {
  part: string;
  rows: number;
  rowsSha256: string;
  cut: number;
  leftOut: number;
  /** How the checks decided which weights it has: those of the `best` one, `patience` that ended the training; in neither way with none. */
  decided: ("best" | "patience")[];
}

/** How the tensors that models give to a merge relate to each other. */
export interface ParentRelations {
  /** The models the figures are about, in their order: all parents but the base. */
  models: string[];
  /** Tensors outside the layers come first, together and without a number. */
  layers: LayerRelations[];
  /** NaN or infinite values: of the inputs looked at before a merge, of the result after it. */
  nonFinite: number;
}

export interface LayerRelations {
  layer?: number;
  relations: InputRelations;
}

/** Figures of the tensors of one layer, or of one tensor; of differences to the base where there is one. */
export interface InputRelations {
  models: string[];
  /** Norm of each model's tensor, and of its difference to the base (scaled up from the sample). */
  norms: number[];
  deltaNorms?: number[];
  /** Cosines of all pairs, row by row; null where a norm is zero. */
  cosine: (number | null)[];
  /** Share of elements with both signs among those where at least two models differ from zero; null if none. */
  signConflict: number | null;
  elements: number;
  sampled: number;
}

export interface MergeRecord extends ParentRelations {
  seed: number;
  exact: boolean;
  /** The model the others are measured from, by its name in `parents`. */
  base?: string;
  warnings: string[];
}

export interface Prediction {
  label: string;
  /**
   * Natural logarithms of the class probabilities, keyed by label; they sum to 1 when exponentiated. Of a model whose answers
   * are free, the likeliest ones; they sum to at most 1.
   */
  logprobs: Record<string, number>;
}

/** A model loaded in this process. */
export interface LoadedModel {
  manifest: ModelManifest;
  /** One prediction a text, in order. Empty input gives an empty list. */
  predict(texts: readonly string[]): Promise<Prediction[]>;
  close?(): Promise<void>;
}

/** Loads one architecture from a model's folder. */
export type ModelLoader = (manifest: ModelManifest, folder: string) => Promise<LoadedModel>;
