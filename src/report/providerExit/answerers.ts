import {reachOf} from "../../evals/importedResults/projects/providers.js";
import type {AnsweringModel, RunCandidate} from "../../base/store/index.js";

/** Its exports name no address: what they hold was asked and scored at the service. */
export const OPENAI_EVALS = {tool: "openai-evals", host: "api.openai.com"};

/**
 * The models that a candidate asks: itself, or those of a cascade or a reranked candidate. None where an older run does not
 * name them.
 */
export function answerersOf(candidate: RunCandidate): readonly AnsweringModel[] {
  const {answerers, stages, identity} = candidate;
  if (answerers) return answerers;
  if (stages) return stages.map(({host, ...stage}) => ({...stage, identity: reachedAt(host)}));
  return (identity["cascade"] ?? identity["reranked"]) ? [] : [candidate];
}

/** Older runs note of a stage its address's host, or the provider that a router is asked for. */
function reachedAt(host: string | undefined): Record<string, string> {
  if (host === undefined) return {};
  return host.includes(".") || host === "localhost" ? {baseUrl: `https://${host}`} : {provider: host};
}

/** Results of other tools name a model with its provider before it: `openai/gpt-4o`, `openai:chat:gpt-4o`. */
export function plainModel({model, endpointKind}: AnsweringModel): string {
  return endpointKind === "imported" ? reachOf(model).model : model;
}

/** The address's host of a model that is reached by HTTP. */
export function hostOf({identity, endpoint, endpointKind}: AnsweringModel): string | undefined {
  if (endpointKind === "imported" && endpoint === OPENAI_EVALS.tool) return OPENAI_EVALS.host;
  const url = identity["baseUrl"];
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;
}

const isHere = (host: string) => /^(127\.|localhost$|\[?::1)/.test(host);

/** Whether it runs on what the team has. */
export function isOwned(one: AnsweringModel): boolean {
  if (one.endpointKind === "embedded" || one.hosting === "on-prem" || one.hosting === "edge") return true;
  const host = hostOf(one);
  return host !== undefined && isHere(host);
}

/** Who runs it, in words. */
export function providerName(one: AnsweringModel): string {
  const {model, endpoint = one.name, endpointKind} = one;
  if (endpointKind === "embedded") return "the store";
  if (endpointKind === "imported") return `${model} (results of ${endpoint})`;
  const host = hostOf(one);
  return host === undefined || isHere(host) ? endpoint : host;
}
