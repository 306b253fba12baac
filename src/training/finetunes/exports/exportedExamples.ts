import {type DatasetDefinition, partRows} from "../../../data/datasets/index.js";
import type {TokenLimit} from "./destinations.js";
import {chatTrainingExample, ktoExample, preferenceExample, type TrainingExample} from "./trainingExample.js";
import type {TrainingFormat} from "./trainingFormats.js";
import type {Trust} from "../../../data/privacy/trust.js";
import {UsageError, UserError} from "../../../base/validation/index.js";
import {
  openParts,
  readRun,
  type Row,
  type SplitManifest,
  type Store,
  type VersionManifest
} from "../../../base/store/index.js";
import {chatColumns, columnsOf, type ExportChatOptions} from "./exportChat.js";

export interface TrainingExportOptions extends ExportChatOptions {
  out?: string;
  format: string;
  chosen?: string;
  rejected?: string;
  /** The column that marks an answer good or bad: `good` when absent. */
  good?: string;
  fromRun?: string;
  prefer?: string;
  over?: string;
  tokenizer?: string;
  epochs?: number;
  batch?: number;
  usdPerMillion?: number;
  /** Replaces a destination's own limit. */
  limit?: TokenLimit & {destination: string};
  /** Trust level of the destination, checked in addition to the rules for training files. */
  trust?: Trust;
  /** The dataset's present definition, whose sensitivity counts for `trust`. */
  defined?: DatasetDefinition;
  /** A record of the store accounts for the file: it is not recorded as a copy that left. */
  ofStore?: boolean;
}

/** What is exported. */
export interface TrainingSource {
  store: Store;
  version: VersionManifest;
  split: SplitManifest;
  part: string;
  options: TrainingExportOptions;
}

/** The rows or pairs to export, in the form of the format. Throws for what it cannot hold. */
export async function examplesToExport(
  source: TrainingSource,
  format: TrainingFormat
): Promise<AsyncIterable<TrainingExample>> {
  const {fromRun, prefer, over} = source.options;
  if (format.kind !== "preference" || fromRun === undefined)
    return mapped(rowsToExport(source), rowExample(source, format));
  if (prefer === undefined || over === undefined)
    throw new UsageError("--from-run needs --prefer CANDIDATE and --over CANDIDATE.");
  return pairsOfRun(source, fromRun, prefer, over);
}

/** The columns that rows would be exported with; undefined where findings in any column count, as in a run's pairs. */
export function exportedColumns(
  {version, options}: TrainingSource,
  {kind}: TrainingFormat
): string[] | undefined {
  if (kind === "chat") return columnsOf(chatColumns(version, options));
  const {chosen, rejected, fromRun, prompt = version.text} = options;
  if (kind !== "preference" || fromRun !== undefined) return undefined;
  const tools = version.columns.some(({name}) => name === "tools") ? "tools" : undefined;
  return [prompt, chosen, rejected, tools].filter((name) => name !== undefined);
}

/** Makes an example of a row. Throws where the dataset lacks the columns or the format cannot hold them. */
export function rowExample(
  {version, options}: TrainingSource,
  {kind}: TrainingFormat
): (row: Row) => TrainingExample {
  const {chosen, rejected, fromRun, system} = options;
  if (kind === "kto") return markedExample(version, options);
  if (kind === "chat") {
    if ((chosen ?? rejected ?? fromRun) !== undefined)
      throw new UsageError(
        `pairs need a format of pairs, such as openai-dpo: ${options.format} cannot hold them.`
      );
    const columns = chatColumns(version, options);
    return (row) => chatTrainingExample(row, columns);
  }
  const prompt = options.prompt ?? version.text;
  if (chosen === undefined || rejected === undefined || prompt === undefined)
    throw new UsageError(
      "pairs need --prompt, --chosen and --rejected, or --from-run with --prefer and --over."
    );
  const missing = [prompt, chosen, rejected].filter(
    (name) => !version.columns.some((one) => one.name === name)
  );
  if (missing.length > 0)
    throw new UserError(
      `${version.dataset} has no column ${missing.join(", ")}. It has ${version.columns.map(({name}) => name).join(", ")}.`
    );
  return (row) => preferenceExample(row, {prompt, chosen, rejected, system});
}

function markedExample(
  version: VersionManifest,
  {prompt = "prompt", completion = "answer", good = "good", system}: TrainingExportOptions
): (row: Row) => TrainingExample {
  const missing = [prompt, completion, good].filter(
    (name) => !version.columns.some((one) => one.name === name)
  );
  if (missing.length > 0)
    throw new UserError(
      `${version.dataset} has no column ${missing.join(", ")}. It has ${version.columns.map(({name}) => name).join(", ")}. Name them with --prompt, --completion and --good.`
    );
  return (row) => ktoExample(row, {prompt, completion, good, system});
}

const rowsToExport = ({store, version, split, part}: TrainingSource): AsyncIterable<Row> =>
  partRows(store, store.workspace, version, split, part);

async function* mapped<A, B>(all: AsyncIterable<A>, of: (one: A) => B): AsyncGenerator<B> {
  for await (const one of all) yield of(one);
}

/**
 * Rows on which one candidate scored higher than the other, with the prompt as it was put to both; without those that were held
 * out or erased since the run.
 */
async function pairsOfRun(
  {store, version, split, part}: TrainingSource,
  id: string,
  prefer: string,
  over: string
): Promise<AsyncIterable<TrainingExample>> {
  const run = await readRun(store.workspace, id);
  if (!run) throw new UserError(`the store has no run ${id}. \`assay runs\` lists them.`);
  if (run.dataset.name !== version.dataset || run.split.id !== split.id || run.split.part !== part)
    throw new UserError(
      `run ${id} scored part ${run.split.part} of split ${run.split.name} of ${run.dataset.name}, not part ${part} of ${split.name}: what is scored for a verdict must not be trained on. Run the eval on this part (\`part: "${part}"\`), and name that run.`
    );
  const unknown = [prefer, over].filter((name) => !run.candidates.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new UserError(
      `run ${id} has no candidate ${unknown.join(", ")}. It has ${run.candidates.map(({name}) => name).join(", ")}.`
    );
  const open = `select row_id from (${await openParts(store.workspace, split)}) where part = $part`;
  const answers = `select c.row_id, c.candidate, c.variant, c.output, s.value from completions c join scores s using (run, row_id, candidate, variant, repeat)
    where c.run = $run and c.repeat = 0 and s.scorer = $scorer and s.status = 'scored' and c.output is not null
    and c.row_id in (${open})`;
  const query = `with answers as (${answers})
    select a.row_id, p.messages, a.output as chosen, b.output as rejected from answers a
    join answers b using (row_id, variant) join prompts p on p.run = $run and p.row_id = a.row_id and p.variant = a.variant
    where a.candidate = $prefer and b.candidate = $over and a.value > b.value and p.messages is not null order by a.row_id, a.variant`;
  const found = store.batches<{row_id: string; messages: string; chosen: string; rejected: string}>(query, {
    run: id,
    scorer: run.primaryScorer,
    part,
    prefer,
    over
  });
  return (async function* () {
    for await (const batch of found)
      for (const {row_id, messages, chosen, rejected} of batch)
        yield {
          id: row_id,
          kind: "preference" as const,
          prompt: JSON.parse(messages) as unknown,
          chosen: {role: "assistant", content: chosen},
          rejected: {role: "assistant", content: rejected}
        };
  })();
}
