import {type SplitLeak, splitLeaks} from "../../data/splits/index.js";
import type {SplitManifest, Store} from "../../base/store/index.js";
import {print, printJson, table} from "../terminal/terminal.js";

/** The test rows of each split that its training part knows, with the training row; all of them. */
export async function printLeaks(
  store: Store,
  splits: readonly SplitManifest[],
  {json}: {json?: boolean}
): Promise<void> {
  const listed: {split: SplitManifest; leaks: SplitLeak[]}[] = [];
  for (const split of splits) listed.push({split, leaks: await splitLeaks(store, split)});
  if (json) return printJson(listed.map(({split, leaks}) => ({split: split.id, name: split.name, leaks})));
  for (const {split, leaks} of listed) {
    const rows = new Set(leaks.map(({row}) => row)).size;
    print(
      rows === 0
        ? `${split.name} (${split.id}): no test row leaks by same text, near-duplicate, 13 words, short twin or same group`
        : `${split.name} (${split.id}): ${rows} of ${split.counts.test ?? 0} test rows have a match in training`
    );
    if (rows > 0)
      print(
        table(leaks, [
          {title: "measure", text: "prose", value: ({measure}) => measure},
          {title: "test row", value: ({row}) => row},
          {title: "training row", value: ({known}) => known},
          {title: "similarity", align: "right", value: ({similarity}) => similarity?.toFixed(2)}
        ])
      );
  }
  print("Rows close in meaning are not listed, nor rows that a split holds out.");
}
