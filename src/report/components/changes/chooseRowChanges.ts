import type {RowChange, RowChanges} from "../../site/detailTypes.js";
import {countText} from "../text/format.js";
import {form, type Input, select} from "../inputs/inputs.js";

export interface ChangeChoice {
  /** Undefined for all. */
  kind: RowChange["kind"] | undefined;
  candidate: string | undefined;
}

/** Lets a reader choose which changes to look at; null when there is no run before. */
export function chooseRowChanges(found: RowChanges | null): Input<ChangeChoice | null> {
  if (!found || found.rows.length === 0) return Object.assign(document.createElement("div"), {value: null});
  const {counts, rows} = found;
  const kind = (label: string, id: RowChange["kind"]) => ({
    label: `${label} (${countText(counts[id])})`,
    id,
    value: id as RowChange["kind"] | undefined
  });
  const names = [...new Set(rows.map(({candidate}) => candidate))].sort();
  return form<ChangeChoice>(
    {
      kind: select(
        [
          {label: "All changes", id: "", value: undefined},
          kind("Worsened", "worse"),
          kind("Improved", "better"),
          kind("Newly failed", "failed")
        ],
        {label: "Show", key: "change"}
      ),
      candidate: select(
        [
          {label: "Every candidate", id: "", value: undefined as string | undefined},
          ...names.map((name) => ({label: name, value: name as string | undefined}))
        ],
        {label: "Of", key: "of"}
      )
    },
    "Changes shown"
  );
}
