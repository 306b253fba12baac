import {randomBytes} from "node:crypto";
import {anyObject, listOf, number, text} from "../../validation/checked.js";
import {fileForm, having} from "../../validation/fileForm.js";
import {checkName} from "../../validation/names.js";
import type {Kind, Workspace} from "./kind.js";
import {getJson, putJson} from "./records.js";

/** The pointer to a dataset's newest version. */
export interface Latest {
  version: string;
  pulledAt?: string;
  /** What the source said of itself, when it can tell without being read. */
  sourceKey?: string;
  /** How many of the definition's earlier states are there, while the present one is not: a pull that was killed goes on. */
  earlier?: number;
  /** Absent in the record of an import, of an earlier state, and of a pull that was made before this was kept. */
  origin?: Origin;
}

/** What a version was made of, so that a later change of it is noticed without reading it again. */
export interface Origin {
  /** SHA-256 of what the definition says of its rows. */
  definition: string;
  /** The source's files below the project's folder; absent when it has none, or too many to look at. */
  files?: OriginFile[];
  /** SHA-256 of what the source's `fingerprint` said. */
  fingerprint?: string;
}

export interface OriginFile {
  /** From the project's folder, with forward slashes. */
  path: string;
  size: number;
  mtimeMs: number;
  /** Absent when it is too large to be hashed beside a pull. */
  sha256?: string;
}

/** What is left of a row that was erased: enough to keep it from coming back, nothing that says what it was. */
export interface Tombstone {
  /** SHA-256 of the file's salt and the row's id, or of its content's hash where it has no id. */
  hash: string;
  /** The same of the hashes of what its row held, in any version. Purges of before have none. */
  content?: string[];
  /** The same of what its row held whatever the columns' types, over one of the file's lists of `columns`. Purges of before have none. */
  forms?: string[];
  /** The same of its texts, those that no row has which stayed. */
  texts?: string[];
  /** The same of its labels, those that no row has which stayed: answers may repeat them. */
  labels?: string[];
  /** As what versions held it: places in the file's list of `redactions`. Purges of before have none. */
  redactions?: number[];
  at: string;
  reason: string;
}

export interface Tombstones {
  kind: "tombstones";
  schemaVersion: 1;
  salt: string;
  /** Which columns versions with erased rows had: `forms` are over these. */
  columns?: string[][];
  /** By which rules versions with erased rows were redacted; null is as they came. */
  redactions?: (RedactionRules | null)[];
  /** As `forms`, of erased rows as the source has them: pulls that redact add them. */
  sources?: string[];
  /** When a purge began that has not ended yet (ISO time): its rows still stand here and there. */
  pending?: string;
  rows: Tombstone[];
}

/** What a pull did about personal data, but for the key: enough to do the same again. */
export interface RedactionRules {
  /** Undefined: all that can be looked at. */
  columns?: string[];
  actions: {default: string; types: Record<string, string>};
  layers: string[];
  minScore: number;
  recognizers: string;
  /** Tells whether a key is the one that pseudonyms were made with; absent where there were none. */
  keyCheck?: string;
}

/** What a dataset has beside its versions, whichever of them is the newest. */
export type DatasetFile =
  "latest.json" | "tombstones.json" | "accepted.json" | "recognition.json" | "held-out.json";

/** The key of a dataset's folder, or of a file in it. */
export function datasetKey(dataset: string, file?: DatasetFile): string {
  const folder = `datasets/${checkName("dataset", dataset)}`;
  return file === undefined ? folder : `${folder}/${file}`;
}

export const latestKind: Kind = {name: "newest version", at: "datasets/{dataset}/latest.json"};

/** How well the recognisers did on a dataset's labelled sample. */
export const recognitionKind: Kind = {name: "recognition", at: "datasets/{dataset}/recognition.json"};

/** Tombstones hold no row: they keep erased ones from coming back. */
export const tombstonesKind: Kind = {name: "tombstones", at: "datasets/{dataset}/tombstones.json"};

/** Which splits hold rows of a dataset out, so that its folder alone, copied by hand, does not open them. */
export const heldOutMarkKind: Kind = {name: "held-out mark", at: "datasets/{dataset}/held-out.json"};

const COPY = "Restore it from a copy of the store";

const LATEST = fileForm<Latest>(
  {
    version: text(),
    pulledAt: text().optional(),
    earlier: number().optional(),
    origin: anyObject().optional()
  },
  `${COPY}, or remove it and give \`assay pull\`, which reads the source again.`
);

const HELD_OUT_MARK = fileForm<{splits: string[]}>(
  {splits: listOf(text())},
  `${COPY}, or write in it the folders of the store's held-out/ for this dataset, as {"splits": ["…"]}.`
);

const TOMBSTONES = fileForm<Tombstones>(
  {
    salt: text(),
    rows: listOf(
      having({
        hash: text().nullish(),
        content: listOf(text()).optional(),
        forms: listOf(text()).optional(),
        texts: listOf(text()).optional(),
        labels: listOf(text()).optional(),
        redactions: listOf(number()).optional()
      })
    ),
    columns: listOf(listOf(text())).optional(),
    redactions: listOf(anyObject().nullable()).optional(),
    sources: listOf(text()).optional(),
    pending: text().optional()
  },
  `${COPY}: it keeps erased rows from coming back. Without a copy, remove it and purge those rows again.`
);

/** The ids of those splits. */
export async function heldOutMark(workspace: Pick<Workspace, "place">, dataset: string): Promise<string[]> {
  const found = await getJson(workspace, datasetKey(dataset, "held-out.json"), HELD_OUT_MARK);
  return found?.splits ?? [];
}

/** Undefined before the first pull. */
export function latestVersion(
  workspace: Pick<Workspace, "place">,
  dataset: string
): Promise<Latest | undefined> {
  return getJson(workspace, datasetKey(dataset, "latest.json"), LATEST);
}

export async function pointToLatest(workspace: Workspace, dataset: string, latest: Latest): Promise<void> {
  await putJson(workspace, datasetKey(dataset, "latest.json"), latest);
}

/** Those of a dataset; a new salt and no rows when nothing was erased. */
export async function readTombstones(workspace: Workspace, dataset: string): Promise<Tombstones> {
  const found = await getJson(workspace, datasetKey(dataset, "tombstones.json"), TOMBSTONES);
  if (!found) return {kind: "tombstones", schemaVersion: 1, salt: randomBytes(16).toString("hex"), rows: []};
  // A row without an id once got a tombstone without a hash, which stops no row.
  return {...found, rows: found.rows.filter(({hash}) => typeof hash === "string")};
}

export async function writeTombstones(
  workspace: Workspace,
  dataset: string,
  tombstones: Tombstones
): Promise<void> {
  await putJson(workspace, datasetKey(dataset, "tombstones.json"), tombstones);
}
