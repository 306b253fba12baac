import {isObject} from "../../base/validation/isObject.js";
import type {Completion, CompletionRequest} from "./completion.js";
import {type CompletionOptions, type Endpoint, EndpointError} from "./types.js";

/**
 * An endpoint's answer, held against the contract: endpoints are written in projects too. Throws EndpointError that names the
 * member which is not as `Completion` has it, never its value.
 */
export async function askedCompletion(
  endpoint: Pick<Endpoint, "name" | "complete">,
  request: CompletionRequest,
  options?: CompletionOptions
): Promise<Completion> {
  const answer: unknown = await endpoint.complete(request, options);
  const wrong = problemIn(answer);
  if (wrong === undefined) return answer as Completion;
  const {costUsd} = (answer ?? {}) as Partial<Completion>;
  throw new EndpointError(
    "malformed",
    `${endpoint.name}: the answer's ${wrong}. Mend the endpoint's \`complete\`: it returns a Completion.`,
    {spent: isNumber(costUsd) ? {costUsd} : undefined}
  );
}

/** What is wrong, as "text is a number, not a text"; undefined when nothing is. */
function problemIn(answer: unknown): string | undefined {
  if (!isObject(answer)) return `value is ${kindOf(answer)}, not an object`;
  const {usage, toolCalls, logprobs} = answer;
  return (
    wrongly(answer, "text", "a text") ??
    wrongly(answer, "finishReason", "a text") ??
    wrongly(answer, "latencyMs", "a number") ??
    wrongly(answer, "attempts", "a number") ??
    ["firstTokenMs", "lastTokenMs", "unseenTokens", "costUsd"]
      .map(optional(answer, "a number"))
      .find(Boolean) ??
    ["servedModel", "fingerprint"].map(optional(answer, "a text")).find(Boolean) ??
    (usage === undefined ? undefined : usageProblem(usage)) ??
    (toolCalls === undefined ? undefined : listProblem(toolCalls, "toolCalls", callProblem)) ??
    (logprobs === undefined ? undefined : listProblem(logprobs, "logprobs", logprobProblem))
  );
}

type WantedKind = "a text" | "a number" | "an object";

const optional = (of: Record<string, unknown>, wanted: WantedKind) => (name: string) =>
  of[name] === undefined ? undefined : wrongly(of, name, wanted);

function wrongly(
  of: Record<string, unknown>,
  name: string,
  wanted: WantedKind,
  path = name
): string | undefined {
  const value = of[name];
  const fits =
    wanted === "a text"
      ? typeof value === "string"
      : wanted === "a number"
        ? isNumber(value)
        : isObject(value);
  return fits ? undefined : `${path} is ${kindOf(value)}, not ${wanted}`;
}

function usageProblem(usage: unknown): string | undefined {
  if (!isObject(usage)) return `usage is ${kindOf(usage)}, not an object`;
  return (
    wrongly(usage, "promptTokens", "a number", "usage.promptTokens") ??
    wrongly(usage, "completionTokens", "a number", "usage.completionTokens")
  );
}

function listProblem(
  list: unknown,
  name: string,
  problem: (one: Record<string, unknown>, path: string) => string | undefined
): string | undefined {
  if (!Array.isArray(list)) return `${name} is ${kindOf(list)}, not a list`;
  for (const [i, one] of (list as unknown[]).entries()) {
    const path = `${name}[${i}]`;
    const wrong = isObject(one) ? problem(one, path) : `${path} is ${kindOf(one)}, not an object`;
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function callProblem(call: Record<string, unknown>, path: string): string | undefined {
  const called = call.function;
  if (!isObject(called)) return `${path}.function is ${kindOf(called)}, not an object`;
  return (
    wrongly(call, "id", "a text", `${path}.id`) ??
    wrongly(called, "name", "a text", `${path}.function.name`) ??
    wrongly(called, "arguments", "a text", `${path}.function.arguments`)
  );
}

function logprobProblem(one: Record<string, unknown>, path: string): string | undefined {
  if (typeof one.logprob !== "number") return `${path}.logprob is ${kindOf(one.logprob)}, not a number`;
  return wrongly(one, "token", "a text", `${path}.token`);
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "a text";
  if (typeof value === "number") return Number.isFinite(value) ? "a number" : String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
