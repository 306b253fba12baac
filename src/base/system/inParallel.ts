/** What `work` makes of each item, in the items' order, up to `most` at one time: each may be a request to a far place. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  most = 16
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += most)
    results.push(...(await Promise.all(items.slice(from, from + most).map(work))));
  return results;
}
