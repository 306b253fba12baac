/** Rows of a run of which pages show texts: masking takes milliseconds a text, and a site has a size. */
export const MOST_DETAILED = 5000;
export const DETAILS_PER_FILE = 50;

/** The name of the file with the details of the row at `index` of `detailedRows`. */
export function detailFile(index: number): string {
  return `${Math.floor(index / DETAILS_PER_FILE)}.json`;
}

/** The name of the file with the comparisons by the scorer at `index` of the run's. */
export function comparisonsFile(index: number): string {
  return `comparisons-${index}.json`;
}

/** Names of the files beside a run's rows: details of so many rows (one file when there are none), comparisons by each scorer. */
export function detailPaths({rows, scorers}: {rows: number; scorers: number}): string[] {
  const files = Math.max(1, Math.ceil(Math.min(rows, MOST_DETAILED) / DETAILS_PER_FILE));
  return [
    ...Array.from({length: files}, (_file, index) => detailFile(index * DETAILS_PER_FILE)),
    ...Array.from({length: scorers}, (_file, index) => comparisonsFile(index))
  ];
}
