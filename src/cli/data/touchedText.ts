import type {Touched} from "../../data/datasets/index.js";
import {plural} from "../terminal/plural.js";
import {printable} from "../terminal/terminal.js";

/** A line for each record that a purge took rows from, and for each thing that still has them. */
export function touchedText(touched: Touched): string[] {
  const {versions, splits, runs, journals, models, others, notErased, repeating, equalRows} = touched;
  return [
    ...versions.map(({id, rows}) => `  version ${id}: ${plural(rows, "row")}`),
    ...splits.map((id) => `  split ${id}`),
    ...runs.map((id) => `  run ${id}: expected answers, outputs and excerpts`),
    ...journals.map((id) => `  run ${id}: its journal, so its unsealed calls will be made again`),
    ...others.map(({kind, id, rows}) => `  ${kind} ${printable(id)}: ${plural(rows, "row")}`),
    ...models.map(
      ({id, name}) => `  NOT erased: ${modelText(id, name)}. It is not served or run until ${wayBack(id)}`
    ),
    ...notErased.map((file) => `  NOT erased: ${copyText(file)}`),
    ...repeating.map((id) => `  NOT erased: ${repeatingText(id)}`),
    ...equalRows.map((one) => `  NOT erased: ${equalText(one)}`)
  ];
}

/** The same of a dry run. */
export function wouldTouchText(touched: Touched): string[] {
  const {versions, splits, runs, journals, models, others, notErased, repeating, equalRows} = touched;
  return [
    ...versions.map(({id, rows}) => `  version ${id} would lose ${plural(rows, "row")}`),
    ...splits.map((id) => `  split ${id} would lose rows`),
    ...runs.map((id) => `  run ${id} would lose expected answers, outputs and excerpts`),
    ...journals.map((id) => `  run ${id} would lose its journal, so its unsealed calls would be made again`),
    ...others.map(({kind, id, rows}) => `  ${kind} ${printable(id)} would lose ${plural(rows, "row")}`),
    ...models.map(
      ({id, name}) =>
        `  would NOT be erased: ${modelText(id, name)}. It would not be served or run until ${wayBack(id)}`
    ),
    ...notErased.map((file) => `  would NOT be erased: ${copyText(file)}`),
    ...repeating.map((id) => `  would NOT be erased: ${repeatingText(id)}`),
    ...equalRows.map((one) => `  would NOT be erased: ${equalText(one)}`)
  ];
}

const modelText = (id: string, name: string) =>
  `model ${printable(name)} (${id.slice(0, 12)}) learned from them`;

const wayBack = (id: string) =>
  `it is trained again (\`assay run\`) or --keep-model ${id.slice(0, 12)} --reason "…" lets it stay; \`assay models remove ${id.slice(0, 12)}\` removes it`;

const copyText = (file: string) => `${printable(file)}, made from the store; remove it, or make it again`;

const repeatingText = (id: string) =>
  `answers of run ${id} repeat a label that only these rows had; \`assay runs --delete ${id}\` removes it`;

const equalText = ({kind, id, dataset, rows}: Touched["equalRows"][number]) =>
  `${plural(rows, "equal row")} in ${kind === "version" ? `version ${dataset}@${id}` : `run ${id} on ${dataset}`}; purge ${dataset} too`;
