import {UserError} from "../../base/validation/index.js";
import {type LabelledRows, readLabelledRows} from "./labelledRows.js";
import type {BuildContext, ClassifierOptions} from "./modelSource.js";

/** Labels are numbers of two bytes. */
const MOST_LABELS = 65_535;

/** Rows whose labels are classes. */
export interface Examples extends LabelledRows {
  /** Index into `classes`. */
  targets: Uint16Array;
  classes: string[];
}

/**
 * The labelled rows a classifier learns from. `classes` fixes the label order (a parent's), else it is the sorted
 * labels of all rows of the part, including those the subset leaves out, so that parts of a team share one head.
 * Throws as `readRows` does, and when there are more than 65,535 labels or one is not among `classes`.
 */
export async function readExamples(
  context: BuildContext,
  options: ClassifierOptions,
  classes?: readonly string[]
): Promise<Examples> {
  const rows = await readLabelledRows(context, options);
  const known = [...(classes ?? [...rows.partLabels].sort())];
  if (known.length > MOST_LABELS)
    throw new UserError(
      `${context.dataset}: ${known.length} labels in "${options.label}"; a classifier takes ${MOST_LABELS}.`
    );
  const index = new Map(known.map((name, i) => [name, i]));
  const targets = Uint16Array.from(rows.labels, (label, i) => {
    const target = index.get(label);
    if (target === undefined)
      throw new UserError(
        `${context.dataset}: row ${rows.ids[i]} has a label its parent model does not know.`
      );
    return target;
  });
  return {...rows, classes: known, targets};
}
