import type {MissingAmounts} from "./needs.js";
import type {RequestTokens, Throughput} from "./types.js";

/** Seconds of a machine that one request takes; asks `needs` for what it lacks. */
export function secondsPerRequest(
  throughput: Throughput,
  tokens: RequestTokens,
  needs: MissingAmounts
): number {
  const {requestsPerSecond, promptTokensPerSecond, completionTokensPerSecond} = throughput;
  if (requestsPerSecond !== undefined) return 1 / needs.above0("requestsPerSecond", requestsPerSecond);
  if (promptTokensPerSecond === undefined && completionTokensPerSecond === undefined)
    return needs.above0("requestsPerSecond", undefined);
  return (
    part(needs, "prompt", tokens.promptTokens, promptTokensPerSecond) +
    part(needs, "completion", tokens.completionTokens, completionTokensPerSecond)
  );
}

/** A model that writes nothing needs no speed of writing. */
function part(
  needs: MissingAmounts,
  side: "prompt" | "completion",
  tokens: number | undefined,
  perSecond: number | undefined
): number {
  const amount = needs.amount(`${side}Tokens`, tokens);
  return amount === 0 ? 0 : amount / needs.above0(`${side}TokensPerSecond`, perSecond);
}
