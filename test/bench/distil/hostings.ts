import {shelf} from "../../../evals/hostings.js";

/** The four hostings, with made-up assumptions. */
export const hostings = {
  hosting: [
    shelf,
    {kind: "cloud" as const, usdPerHour: 0.08, requestsPerSecond: 50},
    {
      kind: "on-prem" as const,
      serverUsd: 4000,
      lifeYears: 4,
      watts: 200,
      pue: 1.2,
      spaceUsdPerMonth: 50,
      staffUsdPerMonth: 200,
      usdPerKwh: 0.3,
      requestsPerSecond: 200,
      utilisation: 0.25
    },
    {
      kind: "api" as const,
      provider: "an example provider",
      price: {
        inputUsdPerMillion: 0.1,
        outputUsdPerMillion: 0.4,
        asOf: "2026-11-26",
        source: "an example price"
      }
    }
  ]
};

export const volume = {callsPerMonth: 200_000, usdPerHour: 0.08, repeatsPerYear: 4, curve: [0.5]};

/** What a teacher runs on that is served here: a rented machine with a graphics card. */
export const rented = {kind: "cloud" as const, usdPerHour: 1.2, requestsPerSecond: 2};
