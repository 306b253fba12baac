import {account, nobodys} from "./account.js";
import {compare, type Comparison, Published} from "./compare.js";
import type {Figure, Reader} from "./figure.js";
import {type Item, openItem, publishedFile} from "./item.js";
import {readers} from "./readers/index.js";

export interface ItemResult {
  status: "passed" | "failed" | "unknown";
  /** Figures that are published: compared, or not reproduced. */
  comparisons: Comparison[];
  /** Why an item failed as a whole. */
  problem?: string;
}

/**
 * Passes when at least one figure is compared with a published one, and all of those are within tolerance. Published
 * figures that are not reproduced are listed with the reason; when `all` is asked for, one without a reason fails.
 */
export async function checkItem(folder: string, {all = false} = {}): Promise<ItemResult> {
  const item = openItem(folder);
  const known = readers.filter((reader) => reader.matches(item));
  if (known.length === 0) return {status: "unknown", comparisons: []};
  try {
    const figures = await figuresOf(item, known);
    const published = new Published(folder);
    const compared = compare(published, figures).filter(
      ({within, notReproduced}) => within !== undefined || notReproduced !== undefined
    );
    const comparisons = [...compared, ...unaccounted(item, known, published)];
    const decided = compared.filter(({within}) => within !== undefined);
    if (decided.length === 0)
      return {status: "failed", comparisons, problem: "nothing published to compare with"};
    const lost = all && comparisons.some(({notReproduced}) => notReproduced === nobodys);
    return {status: !lost && decided.every(({within}) => within) ? "passed" : "failed", comparisons};
  } catch (error) {
    return {
      status: "failed",
      comparisons: [],
      problem: error instanceof Error ? (error.stack ?? error.message) : String(error)
    };
  }
}

/** What the readers compute from an item, before anything published is opened. */
export async function figuresOf(item: Item, known: readonly Reader[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const reader of known) figures.push(...(await reader.figures(item)));
  return figures;
}

function unaccounted(item: Item, known: readonly Reader[], published: Published): Comparison[] {
  const reasons = known.flatMap((reader) => reader.notReproduced ?? []);
  return [
    ...account(published, publishedFile, reasons),
    ...known.flatMap(({vectors}) =>
      vectors ? vectors.files(item).flatMap((file) => account(published, file, reasons, vectors.inputs)) : []
    )
  ];
}
