import * as kinds from "./index.js";
import type {Kind} from "./kind.js";

/** Every kind of record, each before those that it names as `before`: purges, `gc` and tables go by this order. */
export const KINDS: readonly Kind[] = inOrder(Object.values(kinds) as unknown as Kind[]);

function inOrder(all: readonly Kind[]): Kind[] {
  const ordered = new Set<Kind>();
  const enter = (kind: Kind) => {
    for (const earlier of all)
      if (!ordered.has(earlier) && earlier.before?.includes(kind.name)) enter(earlier);
    ordered.add(kind);
  };
  for (const kind of all) enter(kind);
  return [...ordered];
}
