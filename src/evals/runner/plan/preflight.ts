import {type DatasetDefinition, noVersion} from "../../../data/datasets/index.js";
import {servedText} from "../../decisions/index.js";
import type {AroundAsk, Endpoint, PreflightFinding} from "../../../inference/endpoints/types.js";
import {asDefined, readTrust, refusedRows, versionRefusal} from "../../../data/privacy/index.js";
import {modelAsked, type Scorer} from "../../scorers/index.js";
import {ensureSplit} from "../../../data/splits/index.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import type {Store, VersionManifest} from "../../../base/store/index.js";
import type {EvalDefinition} from "../define.js";
import {knownRecipients, refuseOutright} from "./rowsForEndpoints.js";
import type {ReadyCandidate} from "./readyCandidates.js";
import {resolveEval, type ResolvedEval} from "./resolve.js";

type ScorersToCheck = Pick<ResolvedEval, "scorers" | "primary">;

/** One thing that was checked before calls are made. */
export interface EvalFinding {
  /** The eval, or the eval and its candidate. */
  what: string;
  check: PreflightFinding["check"] | "dataset" | "definition";
  status: PreflightFinding["status"];
  message: string;
}

/** A model that a server named in answers that a run has already: its own, and those that it takes from other runs. */
export interface AnsweredModel {
  candidate: string;
  model: string;
  answers: number;
}

/**
 * Asks the endpoint of every candidate whether it can do what the eval needs, and those of scorers whether they answer. Warnings are
 * told, errors of all are thrown together as one UserError. What may pass is an error when it keeps every candidate from answering,
 * or the primary scorer from scoring, else a warning: calls wait for such an endpoint.
 */
export async function preflight(
  {
    ready,
    resolved,
    needs
  }: {ready: readonly ReadyCandidate[]; resolved: ScorersToCheck; needs: EvalDefinition["needs"]},
  onMessage: (message: string) => void,
  {
    signal,
    around,
    answered = []
  }: {
    signal?: AbortSignal;
    around?: (endpoint: Endpoint) => AroundAsk;
    /** Who gave the answers that the run has already. */
    answered?: readonly AnsweredModel[];
  } = {}
): Promise<void> {
  const problems = new Set<string>();
  const passing: string[] = [];
  let isAnyReady = false;
  let isPrimaryReady = true;
  const asked: PreflightTarget[] = [
    ...ready.map(({record, prepared}) => ({...prepared, name: record.name, needs, isCandidate: true})),
    ...askedByScorers(resolved.scorers)
  ];
  const find = onceForScorers(signal, around);
  for (const {name, endpoint, model, ...one} of asked) {
    const findings = await find({endpoint, model, ...one});
    signal?.throwIfAborted();
    for (const {status, mayPass, message} of findings)
      if (status === "error" && mayPass) passing.push(`${name}: ${message}`);
      else if (status === "error") problems.add(`${name}: ${message}`);
      else if (status === "warning") onMessage(`${name}: ${message}`);
    const isReady = findings.every(({status}) => status !== "error");
    if (!one.isCandidate) {
      if (one.scorer === resolved.primary) isPrimaryReady = isReady;
      continue;
    }
    isAnyReady ||= isReady;
    const own = answered.filter(({candidate}) => candidate === name);
    const other = otherAnswerer(endpoint, findings, own);
    if (other !== undefined) onMessage(`${name}: ${other}`);
  }
  if (!isAnyReady || !isPrimaryReady || problems.size > 0)
    for (const problem of passing) problems.add(problem);
  else for (const problem of passing) onMessage(`${problem} Its calls wait until it answers.`);
  if (problems.size > 0)
    throw new UserError(
      `endpoints are not ready:\n${[...problems].map((problem) => `  - ${problem}`).join("\n")}\nNo row was asked.`
    );
}

interface PreflightTarget {
  name: string;
  endpoint: Endpoint;
  model: string;
  needs?: EvalDefinition["needs"];
  isCandidate?: boolean;
  scorer?: string;
}

/** The models that scorers ask; one whose model a scorer does not tell cannot be asked about. */
export function askedByScorers(scorers: readonly {name: string; scorer: Scorer}[]): PreflightTarget[] {
  return scorers.flatMap(({name, scorer}) => {
    const model = modelAsked(scorer);
    return scorer.asks && model !== undefined
      ? [{name: `scorer ${name}`, endpoint: scorer.asks, model, scorer: name}]
      : [];
  });
}

/** Says that a server answers as another model than the one whose answers a run has already; undefined when it does not. */
function otherAnswerer(
  {name, stages}: Endpoint,
  findings: readonly PreflightFinding[],
  answered: readonly AnsweredModel[]
): string | undefined {
  const now = findings.find(({servedModel}) => servedModel)?.servedModel;
  const others = answered.filter(({model}) => model !== now);
  if (now === undefined || stages || others.length === 0) return undefined;
  return `${name} answers as ${now} now, and this run has answers of ${servedText(others)}: it would mix them. Ask all anew with --no-reuse, or state a \`revision\` of the endpoint, which keeps the answers of other weights apart.`;
}

/**
 * Checks an eval without running it: its definition against the newest version of its dataset, and the endpoint of
 * each candidate that is known without preparing it. Nothing is trained; what an eval makes itself is named as such.
 * A definition that may not run asks no endpoint. Never throws for what it checks; a finding says it.
 */
export async function runEvalPreflight(
  store: Store,
  name: string,
  definition: EvalDefinition,
  dataset: DatasetDefinition | string,
  signal?: AbortSignal
): Promise<EvalFinding[]> {
  const defined = typeof dataset === "string" ? undefined : dataset;
  const named = typeof dataset === "string" ? dataset : dataset.name;
  const latest = await store.latestVersion(named);
  const version = latest && asDefined(latest, defined);
  const findings: EvalFinding[] = [];
  try {
    if (version) {
      const split = await ensureSplit(store, version, [definition.split].flat()[0]!);
      const resolved = await resolveEval(definition, name, version, split, {
        final: true,
        allowCodeExecution: true
      });
      refuseOutright(version, knownRecipients(resolved));
      findings.push({
        what: name,
        check: "dataset",
        status: "ok",
        message: `${named}, version ${version.id}`
      });
    } else
      findings.push({
        what: name,
        check: "dataset",
        status: "warning",
        message: noVersion(named).message
      });
    for (const {name: candidate, reach} of definition.candidates) {
      const what = `${name}: ${candidate}`;
      const found = reach
        ? [
            ...(await findingsOf(reach, definition.needs, signal)),
            ...(version ? await refusals(store, version, reach.endpoint) : [])
          ]
        : [{check: "model", status: "ok", message: "made here when the eval runs"} as const];
      findings.push(...found.map((finding) => ({what, ...finding})));
    }
    findings.push(...(await scorerFindings(name, definition, signal)));
  } catch (error) {
    findings.push({what: name, check: "definition", status: "error", message: messageOf(error)});
  } finally {
    const endpoints = [
      ...definition.candidates.flatMap(({reach}) => (reach ? [reach.endpoint] : [])),
      ...Object.values(definition.scorers).flatMap(({asks}) => asks ?? [])
    ];
    await Promise.all([...new Set(endpoints)].map((endpoint) => endpoint.close?.()));
  }
  return findings;
}

/** Of every scorer that asks a model. */
async function scorerFindings(
  evalName: string,
  {scorers}: EvalDefinition,
  signal: AbortSignal | undefined
): Promise<EvalFinding[]> {
  const find = onceForScorers(signal);
  const findings: EvalFinding[] = [];
  const named = Object.entries(scorers).map(([name, scorer]) => ({name, scorer}));
  for (const {name, ...one} of askedByScorers(named))
    findings.push(...(await find(one)).map((finding) => ({what: `${evalName}: ${name}`, ...finding})));
  return findings;
}

/** What the privacy check would hold back from an endpoint. */
async function refusals(
  store: Store,
  version: VersionManifest,
  {trust}: Endpoint
): Promise<Omit<EvalFinding, "what">[]> {
  const refused = await refusedRows(store, version, readTrust(trust));
  if (refused === "all" || refused.size === 0) return [];
  const rows = [...refused].map(([row, rules]) => ({row, rules}));
  const message = versionRefusal(version, rows, version.rows, readTrust(trust));
  return [{check: "dataset", status: "warning", message}];
}

/** What is found of one after the other; what was found of a model without needs holds for scorers that ask it. */
function onceForScorers(signal: AbortSignal | undefined, around?: (endpoint: Endpoint) => AroundAsk) {
  const known = new Map<Endpoint, Map<string, PreflightFinding[]>>();
  return async ({endpoint, model, needs = {}, isCandidate}: Omit<PreflightTarget, "name">) => {
    const ofEndpoint = known.get(endpoint) ?? new Map<string, PreflightFinding[]>();
    const before = isCandidate ? undefined : ofEndpoint.get(model);
    const found = before ?? (await findingsOf({endpoint, model}, needs, signal, around));
    if (Object.values(needs).every((need) => !need)) known.set(endpoint, ofEndpoint.set(model, found));
    return found;
  };
}

async function findingsOf(
  {endpoint, model}: Pick<ReadyCandidate["prepared"], "endpoint" | "model">,
  needs: EvalDefinition["needs"],
  signal: AbortSignal | undefined,
  around?: (endpoint: Endpoint) => AroundAsk
): Promise<PreflightFinding[]> {
  try {
    return (await endpoint.preflight?.(model, needs ?? {}, signal, around?.(endpoint))) ?? [];
  } catch (error) {
    signal?.throwIfAborted();
    return [{check: "reachable", status: "error", message: messageOf(error)}];
  }
}
