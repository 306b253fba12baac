import {type DatasetDefinition, noVersion} from "../../datasets/index.js";
import type {AroundAsk, Endpoint, PreflightFinding} from "../../endpoints/types.js";
import {asDefined, readTrust, refusalMessage, refusedRows, sensitivityOf} from "../../privacy/index.js";
import {ensureSplit} from "../../splits/index.js";
import {messageOf, type Store, UserError, type VersionManifest} from "../../store/index.js";
import type {EvalDefinition} from "../define.js";
import {knownRecipients, refuseOutright} from "./privacyCheck.js";
import type {ReadyCandidate} from "./readyCandidates.js";
import {resolveEval} from "./resolve.js";

/** One thing that was checked before calls are made. */
export interface EvalFinding {
  /** The eval, or the eval and its candidate. */
  what: string;
  check: PreflightFinding["check"] | "dataset" | "definition";
  status: PreflightFinding["status"];
  message: string;
}

/** A model that a server named in answers that a run has already: its own, and those that it takes from other runs. */
export interface Answerer {
  candidate: string;
  model: string;
  answers: number;
}

/**
 * Asks the endpoint of every candidate whether it can do what the eval needs. Warnings are told, errors of all
 * candidates are thrown together as one UserError. What may pass is an error when it keeps every candidate from answering, else a
 * warning: calls wait for such an endpoint.
 */
export async function preflight(
  ready: readonly ReadyCandidate[],
  needs: EvalDefinition["needs"],
  onMessage: (message: string) => void,
  {
    signal,
    around,
    answered = []
  }: {
    signal?: AbortSignal;
    around?: (endpoint: Endpoint) => AroundAsk;
    /** Who gave the answers that the run has already. */
    answered?: readonly Answerer[];
  } = {}
): Promise<void> {
  const problems = new Set<string>();
  const passing: string[] = [];
  let isAnyReady = false;
  for (const {record, prepared} of ready) {
    const findings = await findingsOf(prepared, needs, signal, around);
    signal?.throwIfAborted();
    for (const {status, mayPass, message} of findings)
      if (status === "error" && mayPass) passing.push(`${record.name}: ${message}`);
      else if (status === "error") problems.add(`${record.name}: ${message}`);
      else if (status === "warning") onMessage(`${record.name}: ${message}`);
    if (findings.every(({status}) => status !== "error")) isAnyReady = true;
    const own = answered.filter(({candidate}) => candidate === record.name);
    const other = otherAnswerer(prepared.endpoint, findings, own);
    if (other !== undefined) onMessage(`${record.name}: ${other}`);
  }
  if (!isAnyReady || problems.size > 0) for (const problem of passing) problems.add(problem);
  else for (const problem of passing) onMessage(`${problem} Its calls wait until it answers.`);
  if (problems.size > 0)
    throw new UserError(
      `endpoints are not ready:\n${[...problems].map((problem) => `  - ${problem}`).join("\n")}\nNo row was asked.`
    );
}

/** Says that a server answers as another model than the one whose answers a run has already; undefined when it does not. */
function otherAnswerer(
  {name, stages}: Endpoint,
  findings: readonly PreflightFinding[],
  answered: readonly Answerer[]
): string | undefined {
  const now = findings.find(({servedModel}) => servedModel)?.servedModel;
  const others = answered.filter(({model}) => model !== now);
  if (now === undefined || stages || others.length === 0) return undefined;
  const named = others.map(({model, answers}) => `${model} (${answers})`).join(", ");
  return `${name} answers as ${now} now, and this run has answers of ${named}: it would mix them. Ask all anew with --no-reuse, or state a \`revision\` of the endpoint, which keeps the answers of other weights apart.`;
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
  } catch (error) {
    findings.push({what: name, check: "definition", status: "error", message: messageOf(error)});
  } finally {
    const endpoints = definition.candidates.flatMap(({reach}) => (reach ? [reach.endpoint] : []));
    await Promise.all([...new Set(endpoints)].map((endpoint) => endpoint.close?.()));
  }
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
  const message = refusalMessage(rows, version.rows, readTrust(trust), sensitivityOf(version));
  return [{check: "dataset", status: "warning", message}];
}

async function findingsOf(
  {endpoint, model}: ReadyCandidate["prepared"],
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
