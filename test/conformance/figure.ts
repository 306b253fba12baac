import type {Item} from "./item.js";

/** Keys and positions on the way to a value. A regular expression stands for the first key it fits. */
export type Path = readonly (string | number | RegExp)[];

/** Where a published value stands: in a JSON file of the item, by keys and positions. */
export interface PublishedAt {
  file: string;
  path: Path;
  /** Where else it may stand; of all places the first that holds a value counts. */
  or?: readonly Path[];
  /** The published value in our unit: a percentage as a share, say. */
  scale?: number;
  /** Numbers that published words stand for. */
  words?: Readonly<Record<string, number>>;
  /** It is published for us only where this path of the file holds this value: the same baseline, say. */
  when?: {path: Path; is: unknown};
}

/** Where published values of single rows stand: in a field of each of a file's records, in our order of rows. */
export interface PublishedRows {
  file: string;
  path: Path;
  /** Where the list of records stands, in a JSON file that holds more than the list. */
  list?: Path;
  /** Field that identifies a row, when our rows are in another order or fewer. */
  key?: string;
}

/** One number (or list of numbers) we computed, and what it is to be compared with. */
export interface ValueFigure {
  name: string;
  /** A function is called only when something is published to compare with. */
  ours: number | readonly number[] | undefined | (() => number | readonly number[] | undefined);
  published: PublishedAt;
  /** Largest absolute difference allowed. Default 0. */
  tolerance?: number;
  /** Published with so many digits: half a unit of the last one may differ too, where that is more and at most this. */
  printed?: number;
  /** Lists are compared smallest first. */
  sorted?: boolean;
  /** Decides instead of the tolerance. */
  agrees?: (ours: readonly number[], published: readonly number[]) => boolean;
  /** We cannot compute it, for this reason. */
  cannot?: string;
  /** A value that is not ours is accounted for by this reason where another published value is ours. */
  unless?: {path: Path; why: string};
}

/** A value for each row, all of which must agree with the published ones. */
export interface RowsFigure {
  name: string;
  /** Undefined where we could give no value; such a row never agrees. */
  rows: readonly {
    key?: string | number;
    ours: number | boolean | readonly number[] | readonly boolean[] | undefined;
  }[];
  publishedRows: PublishedRows;
  /** How many rows may differ. Default 0. */
  mayDiffer?: number;
  /** Largest difference at which a row still agrees. Default 0. */
  tolerance?: number;
}

/** A JSON value that must be the published one: every number, text and boolean published there, exactly. */
export interface ExactFigure {
  name: string;
  exact: unknown;
  published: {file: string; path: Path};
  /** Published places below it (keys joined with "/") that are incidental or ours on purpose; the reader says why. */
  except?: RegExp;
}

/** Values of a published list's records, found by some of their fields. Every record that publishes the path must agree. */
export interface RecordsFigure {
  name: string;
  records: readonly {key: Readonly<Record<string, string | number | boolean>>; ours: unknown}[];
  publishedRecords: {file: string; path: Path};
}

export type Figure = ValueFigure | RowsFigure | ExactFigure | RecordsFigure;

/** Published figures that we do not compute, by their path in the file ("model/lc_win_rate"), and why not. */
export interface NotReproduced {
  path: RegExp;
  why: string;
}

/** Reads one kind of item, told by the shape of its files, and computes its figures with the project's own code. */
export interface Reader {
  kind: string;
  matches(item: Item): boolean;
  figures(item: Item): Figure[] | Promise<Figure[]>;
  notReproduced?: readonly NotReproduced[];
  /** Files that hold inputs and published figures side by side; what `inputs` fits is no figure. */
  vectors?: {files(item: Item): string[]; inputs: RegExp};
}

/** The published value at a path of expected.json. */
export function expected(...path: (string | number | RegExp)[]): PublishedAt {
  return {file: "expected.json", path};
}

/** The value below the name of the file it is about, with or without its ending, or else at the path itself. */
export function expectedOf(file: string, ...path: (string | number | RegExp)[]): PublishedAt {
  const stem = file.replace(/\.[^.]*$/, "");
  return {
    file: "expected.json",
    path: [stem, ...path],
    or: [[file, ...path], path]
  };
}

/** Decimal places that a number is written with. */
export function decimals(value: number): number {
  const [digits = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (digits.split(".")[1] ?? "").length - Number(exponent));
}
