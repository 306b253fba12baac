import type {Database, Inbox, Workspace} from "../../../base/store/index.js";
import type {StatedBySource} from "../answers/index.js";
import type {Redactor} from "../redactor.js";
import type {Transfer} from "./transfer.js";

/** A line of a source that could not be read, or a record of several. Never holds the text: it may be personal. */
export interface BrokenLine {
  file: string;
  /** Counted from 1. */
  line: number;
  /** The last of several lines. */
  until?: number;
  reason: string;
}

/** Of a dataset that appends: what a source may read on from. */
export interface Growth {
  /** What the newest version says of its source; undefined before the first. */
  before: Record<string, unknown> | undefined;
  /** The dataset's columns are made of the source's by SQL. */
  hasSql: boolean;
}

/** What a source may use while a pull reads it. */
export interface SourceContext {
  /** The dataset's name, for messages. */
  dataset: string;
  /** Relative paths are taken from here. */
  project: string;
  db: Database;
  workspace: Workspace;
  /** An empty folder for whatever must be written down to be read; gone after the pull. */
  scratch: string;
  /** Downloads are kept here from pull to pull. */
  downloads: string;
  /** Leave broken lines out and report them, instead of failing. */
  skipBad: boolean;
  onProgress?: (message: string) => void;
  onTransfer?: (transfer: Transfer) => void;
  /** How long a server of files may send nothing inside its answer; default 60 s, and five times as long before it. */
  idleMs?: number;
  /** The environment, of which keys are taken; this process's unless told. */
  env?: Record<string, string | undefined>;
  /** Where `assay receive` keeps spans until they are pulled. */
  inbox?: Inbox;
  /** Present where the dataset appends. */
  growth?: Growth;
  /** Present where the dataset has rules of privacy. */
  redactor?: Redactor;
  /** Takes what is personal out of what another program says, where the dataset has rules of privacy. */
  redacted?: (text: string) => string;
}

/** Column of the id that a row had in versions of before; no part of the row. */
export const FORMER_ID = "assay_former_id";

/** A source made readable by SQL. */
export interface SourceRelation {
  relation: string;
  /** The same rows with `FORMER_ID` beside `id`, where versions of before may have their ids written otherwise. */
  bothIds?: string;
  /** The same rows with what was found of personal data, where the source has dealt with it before it wrote them down. */
  redacted?: string;
  /** What became known of traces as a whole, by `trace`: it reaches rows of former versions too. */
  facts?: string;
  /** To be called when the version is kept: what it was made of may go. */
  kept?: () => Promise<void>;
  /** What goes into the version's record: enough to read the same again, no secret. */
  describe: Record<string, unknown>;
  /** What its rows are, where the definition does not say: of `sensitivity` and `publish` the stricter of both holds. */
  stated?: StatedBySource;
  /** Lines left out, when that was asked for. */
  skipped?: BrokenLine[];
  /** Looks for the lines that broke a read. */
  broken?: () => Promise<BrokenLine[]>;
}

/** Adding a source means adding one of these in a file of its own. */
export type SourceReader<S> = (source: S, context: SourceContext) => Promise<SourceRelation>;
