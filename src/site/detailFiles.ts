/** Rows of a run of which pages show texts: masking takes milliseconds a text, and a site has a size. */
export const MOST_DETAILED = 5000;
export const DETAILS_PER_FILE = 50;

/** The name of the file with the details of the row at `index` of `detailedRows`. */
export function detailFile(index: number): string {
  return `${Math.floor(index / DETAILS_PER_FILE)}.json`;
}

/** Names of the files with the details of a run with so many rows; one when it has none. */
export function detailPaths(rows: number): string[] {
  const files = Math.max(1, Math.ceil(Math.min(rows, MOST_DETAILED) / DETAILS_PER_FILE));
  return Array.from({length: files}, (_file, index) => detailFile(index * DETAILS_PER_FILE));
}
