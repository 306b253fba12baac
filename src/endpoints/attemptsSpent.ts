import {completionCost, type TokenPrice} from "../costs/index.js";
import {toUsage, usageSchema} from "./chatUsage.js";
import {EndpointError, type Spent, type Usage} from "./types.js";

/** What the attempts of one call took: a reply that holds no answer is billed as any other where it states its usage. */
export interface AttemptsSpent {
  /** Keeps what an attempt took that failed. */
  attemptFailed: (error: EndpointError) => void;
  /** Of all attempts, with the usage of the answer. A call whose answer tells none has none. */
  answered(usage: Usage | undefined): Pick<Spent, "usage" | "costUsd">;
  /** The error with what all attempts took, as far as they told. */
  failed(error: EndpointError): EndpointError;
}

export function attemptsSpent(price: TokenPrice | undefined): AttemptsSpent {
  const failed: Usage[] = [];
  const of = (usages: readonly Usage[]) => ({usage: sumOf(usages), costUsd: costOf(usages, price)});
  return {
    attemptFailed: ({detail: {spent}}) => {
      if (spent?.usage) failed.push(spent.usage);
    },
    answered: (usage) => (usage ? of([...failed, usage]) : {}),
    failed: (error) =>
      failed.length === 0
        ? error
        : new EndpointError(error.kind, error.message, {...error.detail, spent: of(failed)})
  };
}

/** The error of a reply that holds no answer, with the usage that the reply states: no more than that was billed. */
export function withUsageOf(body: unknown, error: EndpointError): EndpointError {
  if (typeof body !== "object" || body === null) return error;
  return withUsage(toUsage(usageSchema.parse((body as {usage?: unknown}).usage)), error);
}

export function withUsage(usage: Usage | undefined, error: EndpointError): EndpointError {
  if (!usage) return error;
  return new EndpointError(error.kind, error.message, {...error.detail, mayBeBilled: false, spent: {usage}});
}

function sumOf(usages: readonly Usage[]): Usage {
  const [first, ...more] = usages;
  return more.reduce((sum, {promptTokens, completionTokens, cachedTokens}) => {
    const total: Usage = {
      promptTokens: sum.promptTokens + promptTokens,
      completionTokens: sum.completionTokens + completionTokens
    };
    if (sum.cachedTokens !== undefined || cachedTokens !== undefined)
      total.cachedTokens = (sum.cachedTokens ?? 0) + (cachedTokens ?? 0);
    return total;
  }, first!);
}

/** By attempt: a price may have tiers. */
function costOf(usages: readonly Usage[], price: TokenPrice | undefined): number | undefined {
  if (!price) return undefined;
  return usages.reduce((sum, usage) => sum + completionCost(usage, price)!, 0);
}
