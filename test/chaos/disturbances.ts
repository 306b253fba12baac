import {rng} from "../../src/base/stats/index.js";

/** What is done to whom, when the endpoint has received so many requests of the round. */
export interface Disturbance {
  atRequest: number;
  kind: (typeof kinds)[number];
  /** Index of a worker; the workers' number for the coordinator. Of no meaning to the server. */
  whom: number;
  /** How long it lasts, or how far the clock is moved. */
  ms: number;
}

/**
 * kill: SIGKILL, and a new start at once. server: SIGKILL of Valkey, which is started again after `ms`. cut: its
 * connections to Valkey are closed, and refused for `ms`. stall: nothing passes on them for `ms`. freeze: SIGSTOP for `ms`.
 * clock: the time of day moves by `ms`.
 */
const kinds = ["kill", "server", "cut", "stall", "freeze", "clock"] as const;

const SHORT_MS = 1500;
/** Beyond what a worker may be silent for before others make its calls. */
const LONG_MS = 6500;
const HOUR_MS = 3_600_000;

/** The disturbances of one round, the same for the same seed, in the order of their moments. */
export function disturbancesOf(seed: number, round: number, workers: number, calls: number): Disturbance[] {
  const random = rng(seed, "disturbances", round);
  const count = 3 + random.int(4);
  return Array.from({length: count}, (_, i): Disturbance => {
    const kind = i === 0 ? kinds[round % kinds.length]! : kinds[random.int(kinds.length)]!;
    return {
      kind,
      atRequest: 1 + random.int(calls),
      whom: random.int(workers + 1),
      ms: lengthOf(kind, random)
    };
  }).sort((a, b) => a.atRequest - b.atRequest);
}

function lengthOf(kind: Disturbance["kind"], random: ReturnType<typeof rng>): number {
  if (kind === "clock") return (random() < 0.5 ? -1 : 1) * (1 + random.int(48)) * HOUR_MS;
  const isLong = kind !== "server" && random() < 0.15;
  return isLong ? LONG_MS : 100 + random.int(SHORT_MS);
}

export function disturbanceText({atRequest, kind, whom, ms}: Disturbance, workers: number): string {
  const who = kind === "server" ? "" : ` ${whom === workers ? "coordinator" : `worker ${whom + 1}`}`;
  const length =
    kind === "kill" ? "" : kind === "clock" ? ` ${ms > 0 ? "+" : ""}${ms / HOUR_MS} h` : ` ${ms} ms`;
  return `${kind}${who}${length} at ${atRequest}`;
}
