/** Rows of a run of which pages show texts: masking takes milliseconds a text, and a site has a size. */
export const MOST_DETAILED = 5000;
export const DETAILS_PER_FILE = 50;

/** The name of the file with the details of the row at `index` of `detailedRows`. */
export function detailFile(index: number): string {
  return `texts-${Math.floor(index / DETAILS_PER_FILE)}.json`;
}

/** The name of the file with the comparisons by the scorer at `index` of the run's. */
export function comparisonsFile(index: number): string {
  return `comparisons-${index}.json`;
}

/** What changed row by row since the complete run before; null in it when there is none. */
export const CHANGES_FILE = "changes.json";
