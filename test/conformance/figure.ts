import {type Item} from "./item.js";

/** Where a published value stands: in a JSON file of the item, by keys and positions. */
export interface PublishedAt {
  file: string;
  path: (string | number)[];
  /** The published value in our unit: a percentage as a share, say. */
  scale?: number;
  /** It is published for us only where this path of the file holds this value: the same baseline, say. */
  when?: {path: (string | number)[]; is: string};
}

/** Where published values of single rows stand: in a field of each object of a JSONL file, in our order of rows. */
export interface PublishedRows {
  file: string;
  path: (string | number)[];
  /** Field that identifies a row, when our rows are in another order or fewer. */
  key?: string;
}

/** One number (or list of numbers) we computed, and what it is to be compared with. */
export type Figure =
  | {
      name: string;
      /** A function is called only when something is published to compare with. */
      ours: number | readonly number[] | undefined | (() => number | readonly number[] | undefined);
      published: PublishedAt;
      /** Largest absolute difference allowed. Default 0. */
      tolerance?: number;
      /** Lists are compared smallest first. */
      sorted?: boolean;
    }
  | {
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
    };

/** Reads one kind of item, told by the shape of its files, and computes its figures with the project's own code. */
export interface Reader {
  kind: string;
  matches(item: Item): boolean;
  figures(item: Item): Figure[] | Promise<Figure[]>;
}

/** The published value at a path of expected.json. */
export function expected(...path: (string | number)[]): PublishedAt {
  return {file: "expected.json", path};
}
