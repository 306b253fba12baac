/** Questions with their answers, all in the test part of `SPLIT`. */
export const questions = (count: number) =>
  Array.from({length: count}, (_, i) => ({id: `q${i}`, question: `${i}?`, answer: `${i}`, part: "test"}));

export const SPLIT = {name: "all", strategy: "given", column: "part"} as const;

/** So many US dollars a million tokens, asked or answered. */
export const price = (usd: number) => ({
  inputUsdPerMillion: usd,
  outputUsdPerMillion: usd,
  asOf: "2026-11-01",
  source: "made up"
});
