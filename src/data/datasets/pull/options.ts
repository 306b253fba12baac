import type {
  Database,
  HeldLease,
  Origin,
  RedactionRules,
  StagedFolder,
  VersionManifest,
  Workspace
} from "../../../base/store/index.js";
import type {DatasetDefinition} from "../define.js";
import type {FormerRedactor, Redactor} from "../redactor.js";
import type {BrokenLine, Transfer} from "../sources/index.js";

export interface PullOptions {
  /** Leave out lines of CSV and JSONL files that cannot be read, and keep a list of them beside the version. */
  skipBad?: boolean;
  /** Wait this long for another pull of the same dataset; default 60 s. */
  waitMs?: number;
  /** Deals with personal data before anything is stored; needed where the definition has `privacy`. */
  redactor?: Redactor;
  /** Makes one of rules that were in force before; needed where rows were erased under these. */
  formerRedactor?: (rules: RedactionRules) => FormerRedactor;
  onProgress?: (message: string) => void;
  /** Told at every piece of a file that comes over the network. */
  onTransfer?: (transfer: Transfer) => void;
  /** How long a server may send nothing inside its answer, in ms, before a file is asked for again; default 60 s, and five times as long before it. */
  idleMs?: number;
  now?: () => Date;
}

export interface PullResult {
  version: VersionManifest;
  /** False when the newest version already had exactly these rows. */
  changed: boolean;
  /** True when these rows are those of an older version, which is the current one again. */
  again?: boolean;
  /** Lines left out; only with `skipBad`. */
  skipped?: BrokenLine[];
}

/** A pull that has its lease and its folders, and reads its source. */
export interface BegunPull {
  db: Database;
  workspace: Workspace;
  definition: DatasetDefinition;
  options: PullOptions;
  stage: StagedFolder;
  scratch: string;
  sourceKey: string | undefined;
  origin: Origin | undefined;
  /** Which of the definition's earlier states it is, from 1; undefined of the present one. */
  earlier: number | undefined;
  held: HeldLease;
}
