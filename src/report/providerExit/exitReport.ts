import {memberOf} from "../../base/validation/memberOf.js";
import type {PriceRow} from "../../base/costs/index.js";
import type {CandidateCost, ScoreTable} from "../../evals/decisions/index.js";
import {listModels, type ModelManifest} from "../../weights/models/index.js";
import {
  type AnsweringModel,
  askedAt,
  hasRows,
  modelsDir,
  type RunCandidate,
  type RunManifest,
  type Store
} from "../../base/store/index.js";
import {answersHeld, type AnswersHeld} from "./answersHeld.js";
import {answerersOf, providerName, hostOf, isOwned, OPENAI_EVALS, plainModel} from "./answerers.js";
import {type KnownEnd, listedEnds, type Shutdown, shutdownsOf} from "./shutdowns.js";
import {type Substitute, substitutesFor} from "./substitutes.js";

/** What leaving one candidate's provider would mean. */
export interface CandidateExit {
  candidate: string;
  model: string;
  /** Who runs it, in words. */
  heldBy: string;
  /** True when it runs on what the team has: nobody can end it. */
  owned: boolean;
  keeps: {what: "data" | "weights" | "adapter" | "evals" | "outputs"; kept: boolean; detail: string}[];
  /** Known ends that touch it, from all sources, the next first. */
  until: KnownEnd[];
  /** The earliest day on which its model ends. */
  endsOn?: string;
  /** Candidates held by others than its provider, those shown to be no worse first. */
  substitutes: (Substitute & {heldBy: string; usdPerThousand?: number; movingUsd?: number})[];
  /** US dollars a thousand rows now; absent when no price is known. */
  usdPerThousand?: number;
  /** Of a model that ends: the training rows from whose answers a model of the team's own can learn. */
  distillation?: AnswersHeld;
}

export interface ExitReport {
  run: RunManifest;
  margin: number;
  candidates: CandidateExit[];
}

export interface ExitInputs {
  table: ScoreTable;
  margin: number;
  /** By candidate as the table names it. */
  costs: Readonly<Record<string, CandidateCost>>;
  /** US dollars of the way there, such as a training run, by candidate; those of which nothing is stated are left out. */
  moving?: Readonly<Record<string, number>>;
  shutdowns: readonly Shutdown[];
  /** The project's price list, which may name ends of models. */
  prices?: readonly PriceRow[];
  /** Today, as YYYY-MM-DD. */
  at: string;
}

/**
 * For each candidate of a run: what stays with the team when its provider goes away, who could take its place without
 * being worse by more than the margin, what each costs, and until when it lasts as far as is known.
 */
export async function exitReport(store: Store, run: RunManifest, inputs: ExitInputs): Promise<ExitReport> {
  const models = new Map((await listModels(modelsDir(store.workspace))).map((model) => [model.id, model]));
  const shared = [await dataKept(store, run), evalKept(run)];
  const outputs = await outputsOf(store, run.id);
  const ends = new Map(run.candidates.map((one) => [one.name, endsOf(run, one, inputs)]));
  const held = new Map<string, AnswersHeld | undefined>();
  for (const one of run.candidates)
    if (endOf(ends.get(one.name)!) !== undefined) held.set(one.name, await answersHeld(store, run, one));
  const several = run.variants.length > 1;
  const shownOf = (name: string) =>
    run.variants.map((variant) => (several ? `${name} · ${variant.name}` : name));
  const candidates = run.candidates.flatMap((one) =>
    shownOf(one.name).map((shown): CandidateExit => {
      const others = run.candidates
        .filter((other) => other.name !== one.name && isSpared(other, one))
        .flatMap((other) => shownOf(other.name).map((name) => ({name, other})));
      const until = ends.get(one.name)!;
      const tests = substitutesFor(
        inputs.table,
        shown,
        others.map(({name}) => name),
        {margin: inputs.margin}
      );
      return {
        candidate: shown,
        model: one.model,
        heldBy: holdersOf(one).join(", "),
        owned: foreignHolders(one)?.length === 0,
        keeps: [...shared, outputsKept(outputs.get(one.name)), modelsKept(one, models)],
        until,
        endsOn: endOf(until),
        substitutes: tests.map((test) => ({
          ...test,
          heldBy: holdersOf(others.find(({name}) => name === test.candidate)!.other).join(", "),
          usdPerThousand: memberOf(inputs.costs, test.candidate)?.usdPerThousand,
          movingUsd: memberOf(inputs.moving, test.candidate)
        })),
        usdPerThousand: memberOf(inputs.costs, shown)?.usdPerThousand,
        distillation: held.get(one.name)
      };
    })
  );
  return {run, margin: inputs.margin, candidates};
}

/** The earliest day on which a model ends. */
const endOf = (until: readonly KnownEnd[]) => until.find(({touches}) => touches === "model")?.date;

/** Of a cascade or a reranked candidate those of all its models; what runs on what the team has is ended by nobody. */
function endsOf(
  run: RunManifest,
  candidate: RunCandidate,
  {shutdowns, prices = [], at}: ExitInputs
): KnownEnd[] {
  const scoredAt = run.imported?.files.some(({tool}) => tool === OPENAI_EVALS.tool)
    ? OPENAI_EVALS.host
    : undefined;
  const models = answerersOf(candidate);
  const known = models.flatMap((one) =>
    shutdownsOf(shutdowns, {host: hostOf(one), model: plainModel(one), scoredAt})
  );
  const listed = models.flatMap((one) =>
    isOwned(one) ? [] : listedEnds(prices, plainModel(one), at, askedAt(one))
  );
  const ends = new Map([...known, ...listed].map((end) => [JSON.stringify(end), end]));
  return [...ends.values()].sort((a, b) => a.date.localeCompare(b.date));
}

/** Whether it goes on when all that do not belong to the team and hold models of `ending` end. */
function isSpared(candidate: RunCandidate, ending: RunCandidate): boolean {
  const [own, gone] = [foreignHolders(candidate), foreignHolders(ending)];
  if (own?.length === 0) return true;
  return own !== undefined && gone !== undefined && !own.some((holder) => gone.includes(holder));
}

/** Who runs a candidate's models, each once. */
function holdersOf(candidate: RunCandidate): string[] {
  const models = answerersOf(candidate);
  return models.length === 0 ? [candidate.endpoint] : [...new Set(models.map(providerName))];
}

/** Those of them that are not the team; undefined when unknown. */
function foreignHolders(candidate: RunCandidate): string[] | undefined {
  const models = answerersOf(candidate);
  if (models.length === 0) return undefined;
  return [...new Set(models.filter((one) => !isOwned(one)).map(providerName))];
}

async function dataKept(
  store: Store,
  {dataset, imported}: RunManifest
): Promise<CandidateExit["keeps"][number]> {
  const kept = await hasRows(store.workspace, {dataset: dataset.name, id: dataset.version});
  return {
    what: "data",
    kept,
    detail: kept
      ? `${dataset.rows} rows, ${dataset.name}@${dataset.version}, in the store`
      : imported
        ? "only what the result files hold: `assay init --from` makes a dataset of them"
        : `the store has no ${dataset.name}@${dataset.version} any more`
  };
}

function evalKept({evalFile, imported}: RunManifest): CandidateExit["keeps"][number] {
  if (evalFile) return {what: "evals", kept: true, detail: `${evalFile.path}: prompt, scorers, gate`};
  return {
    what: "evals",
    kept: false,
    detail: imported ? "the other tool's: `assay init --from` takes it over" : "the run names no eval file"
  };
}

async function outputsOf(store: Store, run: string): Promise<Map<string, {kept: number; of: number}>> {
  const rows = await store.rows<{candidate: string; kept: number; total: number}>(
    `select candidate, count(output)::int as kept, count(*)::int as total from completions where run = $run group by 1`,
    {run}
  );
  return new Map(rows.map(({candidate, kept, total}) => [candidate, {kept, of: total}]));
}

function outputsKept(found: {kept: number; of: number} | undefined): CandidateExit["keeps"][number] {
  const {kept, of} = found ?? {kept: 0, of: 0};
  return {
    what: "outputs",
    kept: kept > 0,
    detail:
      kept > 0
        ? `${kept} of ${of} answers recorded: they can be replayed, and trained on`
        : "no answer is recorded"
  };
}

/** Of several models what becomes of each. */
function modelsKept(
  candidate: RunCandidate,
  models: ReadonlyMap<string, ModelManifest>
): CandidateExit["keeps"][number] {
  const each = answerersOf(candidate).map((one) => ({...modelKept(one, models.get(one.modelId ?? "")), one}));
  const [first] = each;
  if (!first) return {what: "weights", kept: false, detail: "the run does not name the models that it asks"};
  if (each.length === 1) return {what: first.what, kept: first.kept, detail: first.detail};
  return {
    what: "weights",
    kept: each.every(({kept}) => kept),
    detail: each.map(({one, detail}) => `${one.name}: ${detail}`).join("; ")
  };
}

function modelKept(
  candidate: AnsweringModel,
  model: ModelManifest | undefined
): CandidateExit["keeps"][number] {
  if (model?.removed !== undefined)
    return {what: "weights", kept: false, detail: `removed from the store on ${model.removed.slice(0, 10)}`};
  if (model) {
    const bytes = model.files.reduce((sum, file) => sum + file.bytes, 0);
    const adapter = model.files.some(({path}) => /adapter/.test(path));
    return {
      what: adapter ? "adapter" : "weights",
      kept: true,
      detail: `${model.files.length} files, ${(bytes / 1e6).toFixed(1)} MB, in the store`
    };
  }
  if (isOwned(candidate))
    return {
      what: "weights",
      kept: true,
      detail: `on ${candidate.endpoint ?? candidate.name}: see that a copy is yours`
    };
  return {
    what: "weights",
    kept: false,
    detail: plainModel(candidate).startsWith("ft:")
      ? "the provider's: a fine-tuned model cannot be taken along, its training set can"
      : "the provider's"
  };
}
