import {hostingKind, hostingModels, type HostingModel, type TokenPrice} from "../../../base/costs/index.js";
import {leftOutRows, partRows} from "../../../data/datasets/index.js";
import {hostedModelId} from "../../../weights/models/hosted.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {refusedByMachine} from "../../../base/system/index.js";
import {
  modelsDir,
  modelIdsOf,
  type AnsweringModel,
  type Database,
  type RunCandidate,
  type SplitManifest,
  type Store,
  type VersionManifest
} from "../../../base/store/index.js";
import {stageHosting} from "../../../inference/endpoints/stageHosting.js";
import type {Endpoint, EndpointStage} from "../../../inference/endpoints/types.js";
import {completionKeys} from "./completionKey.js";
import type {NotMade} from "../../../weights/models/index.js";
import type {Candidate, PrepareContext, PreparedCandidate} from "../define.js";
import type {ResolvedEval} from "./resolve.js";

/** A candidate that can be called. */
export interface ReadyCandidate {
  candidate: Candidate;
  prepared: PreparedCandidate;
  record: RunCandidate;
  /** The completion's key for messages (canonical JSON), repeat and row. */
  key(messages: string, repeat: number, rowId: string): string;
}

export interface PrepareInputs {
  store: Store;
  /** Where rows are read: a run's own database, which is open already; the store's unless given. */
  db?: Database;
  version: VersionManifest;
  split: SplitManifest;
  /** Make nothing: a candidate that is not made yet is one that has answered nothing. */
  dryRun?: boolean;
  pay?: PrepareContext["pay"];
  onMessage(message: string): void;
  signal?: AbortSignal;
}

/**
 * Prepares the candidates one after another: training and merging want the whole machine. When one fails, those
 * that are ready are closed and a UserError names it.
 */
export async function readyCandidates(
  resolved: Pick<ResolvedEval, "candidates" | "seed" | "baseline">,
  {store, db = store, version, split, dryRun, pay, onMessage, signal}: PrepareInputs
): Promise<ReadyCandidate[]> {
  const ready: ReadyCandidate[] = [];
  const leftOut = await leftOutRows(db, store.workspace, split);
  try {
    for (const candidate of resolved.candidates) {
      signal?.throwIfAborted();
      const prepared = await prepare(candidate, {
        store,
        version,
        split,
        seed: resolved.seed,
        rows(part) {
          if (part === "held-out")
            throw new UserError(
              `candidate ${candidate.name} asked for rows of the held-out part, which no candidate may see. Use train or validation.`
            );
          return partRows(db, store.workspace, version, split, part);
        },
        leftOut,
        dryRun,
        pay,
        onProgress: (message) => onMessage(`${candidate.name}: ${message}`),
        signal
      });
      const baseline = candidate.name === resolved.baseline;
      ready.push(
        await readyCandidate(candidate, prepared, {baseline, models: modelsDir(store.workspace), dryRun})
      );
    }
    return ready;
  } catch (cause) {
    await closeCandidates(ready);
    const failed = resolved.candidates[ready.length]!;
    if (signal?.aborted || cause instanceof UserError) throw cause;
    throw new UserError(
      `candidate ${failed.name} could not be prepared: ${refusedByMachine(cause, store.workspace.dir) ?? messageOf(cause)}`,
      {cause}
    );
  }
}

/** In a dry run a candidate that is not made yet stands in its own place: no completion in the store is its own. */
async function prepare(candidate: Candidate, context: PrepareContext): Promise<PreparedCandidate> {
  try {
    return await candidate.prepare(context);
  } catch (error) {
    // The project's own copy of Assay may have made it, whose class is another.
    if (!context.dryRun || (error as Error | undefined)?.name !== "NotMade") throw error;
    const {model, configHash, never} = error as NotMade;
    return {
      model,
      notMade: true,
      neverMade: never || undefined,
      endpoint: {
        name: "this machine",
        kind: "embedded",
        hosting: "edge",
        trust: "local",
        identity: () => Promise.resolve({notMade: configHash}),
        complete: () => Promise.reject(error)
      }
    };
  }
}

function statedHostings(candidate: Candidate, endpoint: Endpoint): readonly HostingModel[] | undefined {
  const models =
    candidate.hosting === undefined ? (endpoint.hostings ?? []) : hostingModels(candidate.hosting);
  return models.length > 0 ? models : undefined;
}

/** Closes what candidates and `others` hold open: servers, weights, connections; an endpoint that several share once. */
export async function closeCandidates(
  ready: readonly ReadyCandidate[],
  others: readonly Endpoint[] = []
): Promise<void> {
  for (const {prepared} of ready) await prepared.close?.();
  const endpoints = new Set([...ready.map(({prepared}) => prepared.endpoint), ...others]);
  await Promise.all([...endpoints].map((endpoint) => endpoint.close?.()));
}

async function readyCandidate(
  candidate: Candidate,
  prepared: PreparedCandidate,
  {baseline, models, dryRun}: {baseline: boolean; models: string; dryRun: boolean | undefined}
): Promise<ReadyCandidate> {
  const {endpoint, model} = prepared;
  const identity = await endpoint.identity(model);
  const price = endpoint.price?.(model);
  const key = completionKeys({identity, model, params: candidate.params, tools: candidate.tools});
  // A recording answers by row, whatever the prompt says: two rows with one text are two requests to it.
  const byRow = endpoint.kind === "recorded";
  return {
    candidate,
    prepared,
    record: {
      name: candidate.name,
      model,
      endpoint: endpoint.name,
      endpointKind: endpoint.kind,
      hosting: candidate.hosting === undefined ? endpoint.hosting : hostingKind(candidate.hosting),
      hostings: statedHostings(candidate, endpoint),
      wayThere: candidate.wayThere,
      tokensCountedBy: endpoint.tokensCountedBy,
      identity,
      params: candidate.params ?? {},
      tools: candidate.tools?.length ? candidate.tools : undefined,
      reads: candidate.reads,
      ...(await modelRecords(prepared, models, dryRun ?? false)),
      price: price && plainPrice(price),
      stages: statedStages(endpoint),
      answerers: endpoint.stages && (await answerersOf(endpoint.stages(), models, dryRun ?? false)),
      baseline: baseline || undefined
    },
    key: (messages, repeat, rowId) => key(messages, repeat, byRow ? rowId : undefined)
  };
}

/** The ids of the store's records of the model, or of all models that a candidate asks. */
async function modelRecords(
  {endpoint, model, modelId}: Pick<PreparedCandidate, "endpoint" | "model" | "modelId">,
  models: string,
  dryRun: boolean
): Promise<Pick<RunCandidate, "modelId" | "modelIds">> {
  const stages = endpoint.stages?.();
  if (stages) {
    const ids: string[] = [];
    for (const stage of stages) ids.push(...modelIdsOf(await modelRecords(stage, models, dryRun)));
    return {modelIds: ids.length > 0 ? [...new Set(ids)] : undefined};
  }
  if (modelId !== undefined) return {modelId};
  // Records of copies are made when they are asked for, and a dry run makes nothing.
  const held = dryRun ? undefined : await endpoint.modelId?.(model);
  return {modelId: held ?? (await hostedModelId(models, {endpoint: await endpoint.identity(model), model}))};
}

/** Of stages within a stage the prices are not recorded. */
function statedStages({stages}: Endpoint): RunCandidate["stages"] {
  const each = stages?.();
  if (!each || each.some(({endpoint}) => endpoint.stages)) return undefined;
  return each.map(({name, endpoint, model}) => {
    const price = endpoint.price?.(model);
    return {name, model, endpoint: endpoint.name, host: endpoint.host, price: price && plainPrice(price)};
  });
}

async function answerersOf(
  stages: readonly EndpointStage[],
  models: string,
  dryRun: boolean
): Promise<AnsweringModel[]> {
  const each = stages.map(async (stage): Promise<AnsweringModel[]> => {
    const {name, endpoint, model} = stage;
    if (endpoint.stages) return answerersOf(endpoint.stages(), models, dryRun);
    const {modelId} = await modelRecords(stage, models, dryRun);
    const {name: asked, kind} = endpoint;
    const hosting = stageHosting(stage);
    const identity = await endpoint.identity(model);
    return [{name, model, endpoint: asked, endpointKind: kind, hosting, identity, modelId}];
  });
  return (await Promise.all(each)).flat();
}

/** As it is recorded: whatever else a definition holds stays there. */
export function plainPrice(price: TokenPrice): TokenPrice {
  const {inputUsdPerMillion, outputUsdPerMillion, cachedInputUsdPerMillion, tiers, asOf, source} = price;
  return {inputUsdPerMillion, outputUsdPerMillion, cachedInputUsdPerMillion, tiers, asOf, source};
}
