// Made-up assumptions, so that the costs page has something to show: a small computer on a shelf, and a price by the token.
export const shelf = {
  kind: "edge" as const,
  deviceUsd: 600,
  lifeYears: 4,
  watts: 30,
  idleWatts: 6,
  usdPerKwh: 0.3,
  requestsPerSecond: 20,
  utilisation: 0.25,
  source: "an example, not measured",
  asOf: "2026-11-26"
};
export const provider = {
  kind: "api" as const,
  provider: "an example provider",
  price: {inputUsdPerMillion: 0.1, outputUsdPerMillion: 0.4, asOf: "2026-11-26", source: "an example price"}
};
