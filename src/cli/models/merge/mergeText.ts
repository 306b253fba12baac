import {memberOf} from "../../../base/validation/memberOf.js";
import {basename} from "node:path";
import type {DocumentCheck, MergeReport, PlanCheck} from "../../../weights/merge/index.js";
import type {InputRelations, LayerRelations} from "../../../weights/models/index.js";
import {duration} from "../../terminal/duration.js";
import {type TableColumn, printable, table} from "../../terminal/terminal.js";

/** Tokens told one by one on a terminal; `--json` has more of them. */
const TOKENS = 12;
/** Models that get a column of their own. */
const OWN_COLUMNS = 4;

/** What a preflight found of one document. */
export function checkText(document: DocumentCheck, recipeFile: string): string {
  const {name, method, problems, warnings, waitsFor, plan} = document;
  const counted = `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
  const state =
    problems.length > 0
      ? counted
      : waitsFor.length > 0
        ? `looked at once ${waitsFor.join(" and ")} is merged`
        : readyText(plan);
  return [
    printable(`${name ?? recipeFile}: ${method ? `${method}, ` : ""}${state}`),
    ...problems.map(({line, message}) => told(`${line === undefined ? "" : `line ${line}: `}${message}`)),
    ...warnings.map((warning) => told(`! ${warning}`)),
    ...(plan ? [planText(plan)] : [])
  ].join("\n");
}

function readyText(plan: PlanCheck | undefined): string {
  return !plan || plan.sampled >= plan.elements
    ? "ready"
    : `ready as far as ${shareText(plan)} of the elements tell: NaN and infinite values among the others would be found by the merge`;
}

function told(text: string): string {
  return `  ${printable(text)}`;
}

function planText({tensors, predicted, tokenizer, layers}: PlanCheck): string {
  const {outputBytes, freeBytes, readBytes, peakMemoryBytes, seconds} = predicted;
  const parts = [
    `  ${tensors.length} tensors; reads ${size(readBytes)}, writes ${size(outputBytes)} (${size(freeBytes)} free); memory about ${size(peakMemoryBytes)}, time about ${duration(Math.max(1, seconds))}`
  ];
  if (tokenizer) parts.push("", tokenizerText(tokenizer));
  if (layers.length > 0) parts.push("", layersText(layers));
  return parts.join("\n");
}

function tokenizerText({differing, tokens, vocabSize}: NonNullable<PlanCheck["tokenizer"]>): string {
  const head = `  vocabulary of ${vocabSize}; ${differing} token${differing === 1 ? " differs" : "s differ"} between the models`;
  if (tokens.length === 0) return head;
  const shown = tokens.slice(0, TOKENS);
  const models = Object.keys(shown[0]!.ids);
  const labels = labelsOf(models);
  const rows = table(shown, [
    {title: "token", text: "name", value: ({token}) => JSON.stringify(token)},
    {title: "id", align: "right", value: ({id}) => id},
    ...models.map((model, k) => ({
      title: `id in ${labels[k]}`,
      align: "right" as const,
      value: ({ids}: (typeof shown)[number]) => memberOf(ids, model)
    })),
    {title: "missing rows from", text: "name", value: ({source}) => labels[models.indexOf(source)] ?? source}
  ]);
  const rest = differing - shown.length;
  return [head, rows, ...(rest > 0 ? [`… and ${rest} more (--json lists them)`] : [])].join("\n");
}

/**
 * A row for every layer: norms, cosine and sign conflict of the models, or of their differences to the base. Figures of a
 * sample are marked, with its share.
 */
export function layersText(layers: readonly LayerRelations[]): string {
  const models = [...new Set(layers.flatMap(({relations}) => relations.models))];
  const labels = labelsOf(models);
  const what = layers[0]!.relations.deltaNorms ? "change" : "norm";
  const norms = ({relations}: LayerRelations) => relations.deltaNorms ?? relations.norms;
  const isPartial = layers.some(isSampled);
  const shown = (layer: LayerRelations, value: string | undefined) =>
    isSampled(layer) ? (value === undefined ? "none seen" : `≈ ${value}`) : value;
  const rows = table(layers, [
    {title: "layer", align: "right", value: ({layer}) => layer ?? "outside"},
    ...(models.length <= OWN_COLUMNS
      ? models.map((model, k): TableColumn<LayerRelations> => ({
          title: `${what} of ${labels[k]}`,
          align: "right",
          value: (layer) => {
            const norm = norms(layer)[layer.relations.models.indexOf(model)];
            return norm === undefined ? undefined : shown(layer, norm.toPrecision(3));
          }
        }))
      : [
          {
            title: `${what} of ${models.length} models`,
            align: "right" as const,
            value: (layer: LayerRelations) => shown(layer, range(norms(layer)))
          }
        ]),
    ...(models.length > 1
      ? [
          {
            title: models.length > 2 ? "lowest cosine" : "cosine",
            align: "right" as const,
            value: (layer: LayerRelations) => shown(layer, decimals(lowestCosine(layer.relations)))
          },
          {
            title: "sign conflict",
            align: "right" as const,
            value: (layer: LayerRelations) => shown(layer, conflictText(layer.relations))
          }
        ]
      : []),
    ...(isPartial
      ? [
          {
            title: "looked at",
            align: "right" as const,
            value: (layer: LayerRelations) => shareText(layer.relations)
          }
        ]
      : [])
  ]);
  return isPartial ? `${rows}\n  ≈ estimated from the share of the elements that was looked at` : rows;
}

function isSampled({relations: {elements, sampled}}: LayerRelations): boolean {
  return sampled < elements;
}

function conflictText({signConflict}: InputRelations): string | undefined {
  return signConflict === null ? undefined : `${(100 * signConflict).toFixed(1)}%`;
}

/** Rounded down, so that what is not all never is 100%. */
function shareText({elements, sampled}: {elements: number; sampled: number}): string {
  const percent = elements === 0 ? 100 : (100 * sampled) / elements;
  return `${percent < 10 ? Number(percent.toPrecision(2)) : Math.floor(percent)}%`;
}

/** The last part of each model's path, where that tells them apart. */
function labelsOf(models: readonly string[]): string[] {
  const short = models.map((model) =>
    model
      .split("+")
      .map((part) => basename(part))
      .join("+")
  );
  return (new Set(short).size === models.length ? short : [...models]).map(printable);
}

function range(values: readonly number[]): string {
  return `${Math.min(...values).toPrecision(3)} to ${Math.max(...values).toPrecision(3)}`;
}

function lowestCosine({models: {length: n}, cosine}: InputRelations): number | undefined {
  const pairs = cosine.flatMap((value, at) => (value !== null && Math.floor(at / n) < at % n ? [value] : []));
  return pairs.length === 0 ? undefined : Math.min(...pairs);
}

/** What a finished merge made. */
export function reportText(report: MergeReport): string {
  const {method, out, parents, reused, resumedShards, bytes, timings, outputs, warnings, layers, steps} =
    report;
  const kept = resumedShards === 1 ? "1 shard was" : `${resumedShards} shards were`;
  const head = reused
    ? `${out} already held this merge; nothing was done.`
    : `${method} of ${parents.length} model${parents.length === 1 ? "" : "s"} into ${out}: ${size(bytes.written)} in ${timings.totalSeconds.toFixed(1)} s${resumedShards > 0 ? `; ${kept} there already` : ""}`;
  return [
    ...steps.map((step) => printable(`${step.name ?? "step"}: ${step.method} into ${step.out}`)),
    printable(head),
    "",
    table(outputs, [
      {title: "file", text: "name", value: (file) => file.path},
      {title: "bytes", align: "right", value: (file) => file.bytes},
      {title: "sha256", value: (file) => file.sha256.slice(0, 16)}
    ]),
    ...(layers.length > 0 ? ["", layersText(layers)] : []),
    ...warnings.map((warning) => printable(`! ${warning}`))
  ].join("\n");
}

/** 1234567 → "1.2 MB". */
export function size(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** Three decimals, and no minus before a zero. */
function decimals(value: number | undefined): string | undefined {
  return value === undefined ? undefined : (Math.round(1000 * value) / 1000 + 0).toFixed(3);
}
