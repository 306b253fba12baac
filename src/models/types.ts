/** A record of one model whose weights we hold: what it is, what made it, from what. */
export interface ModelManifest {
  kind: "model";
  schemaVersion: 1;
  /** SHA-256 over architecture, weights' hashes, labels and settings: the model's identity. */
  id: string;
  name: string;
  /** Which loader can run it: majority, tfidf-logreg, encoder-head, static-embedding, ... */
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
  };
  /** SHA-256 of the merge recipe or the trainer's configuration that made it. */
  recipe?: {method: string; sha256: string; source?: string};
  /** Figures of the making itself (loss, validation accuracy, conflict shares). */
  metrics?: Record<string, number>;
}

export interface Prediction {
  label: string;
  /** Natural logarithms of the class probabilities, keyed by label; they sum to 1 when exponentiated. */
  logprobs: Record<string, number>;
}

/** A model loaded in this process. */
export interface LoadedModel {
  manifest: ModelManifest;
  /** One prediction a text, in order. Empty input gives an empty list. */
  predict(texts: readonly string[]): Promise<Prediction[]>;
  close?(): Promise<void>;
}
