import {completionCost, type TokenPrice} from "../../base/costs/index.js";
import {toUsage, usageSchema} from "./chatUsage.js";
import {EndpointError, type CallSpending, type Usage} from "./types.js";

/** What the attempts of one call took: a reply that holds no answer is billed as any other where it states its usage. */
export class AttemptsSpent {
  private usages: Usage[] = [];

  constructor(private readonly price: TokenPrice | undefined) {}

  /** Keeps what an attempt took that failed. */
  attemptFailed({detail: {spent}}: EndpointError): void {
    if (spent?.usage) this.usages.push(spent.usage);
  }

  /** Of all attempts, with the usage of the answer. A call whose answer tells none has none. */
  answered(usage: Usage | undefined): Pick<CallSpending, "usage" | "costUsd"> {
    return usage ? this.of([...this.usages, usage]) : {};
  }

  /** The error with what all attempts took, as far as they told. */
  failed(error: EndpointError): EndpointError {
    if (this.usages.length === 0) return error;
    return new EndpointError(error.kind, error.message, {...error.detail, spent: this.of(this.usages)});
  }

  private of(usages: readonly Usage[]) {
    return {usage: totalUsage(usages), costUsd: usagesCost(usages, this.price)};
  }
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

function totalUsage(usages: readonly Usage[]): Usage {
  if (usages.length === 1) return usages[0]!;
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
function usagesCost(usages: readonly Usage[], price: TokenPrice | undefined): number | undefined {
  if (!price) return undefined;
  return usages.reduce((sum, usage) => sum + completionCost(usage, price)!, 0);
}
