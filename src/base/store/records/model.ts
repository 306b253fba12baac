/** A model by its id; the store may not have it. */
export interface ModelParent {
  id: string;
  name: string;
}

/** What the store itself reads of a model's record. */
export interface StoredModel {
  kind: "model";
  id: string;
  name: string;
  otherNames?: string[];
  architecture?: string;
  createdAt?: string;
  settings?: Record<string, unknown>;
  files?: {path: string; sha256: string}[];
  parents?: {id: string; name: string}[];
  training?: {dataset: string; split: string; part: string};
  recipe?: {method: string; source?: string};
  folder?: string;
  removed?: string;
}
