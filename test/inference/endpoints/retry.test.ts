import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import type {EndpointEffects} from "../../../src/inference/endpoints/effects.js";
import {defaultRetryPolicy, fullJitter, withRetry} from "../../../src/inference/endpoints/retry.js";
import {retryAfterMs} from "../../../src/base/system/waits.js";
import {EndpointError, type EndpointErrorKind} from "../../../src/inference/endpoints/types.js";

/** Time passes only by sleeping. */
function sleeper(random: () => number) {
  let now = 0;
  const delays: number[] = [];
  const effects: EndpointEffects = {
    now: () => now,
    epochMs: () => now,
    random,
    timer: (ms, fn) => {
      delays.push(ms);
      now += ms;
      queueMicrotask(fn);
      return () => undefined;
    }
  };
  return {effects, delays};
}

const failing =
  (kind: EndpointErrorKind, detail = {}) =>
  () =>
    Promise.reject(new EndpointError(kind, "No.", detail));

describe("withRetry", () => {
  it("is bounded in attempts and in time for any policy, any server and any randomness", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          retries: fc.integer({min: 0, max: 8}),
          baseDelayMs: fc.integer({min: 1, max: 5000}),
          maxDelayMs: fc.integer({min: 1, max: 60_000}),
          maxRetryAfterMs: fc.integer({min: 0, max: 100_000}),
          maxElapsedMs: fc.integer({min: 0, max: 200_000})
        }),
        fc.option(fc.integer({min: 0, max: 1_000_000}), {nil: undefined}),
        fc.double({min: 0, max: 0.999, noNaN: true}),
        async (policy, retryAfter, random) => {
          const {effects, delays} = sleeper(() => random);
          let attempts = 0;
          const failed = withRetry(
            () => {
              attempts++;
              return failing("rate-limit", {retryAfterMs: retryAfter})();
            },
            policy,
            effects
          );
          const error = await failed.catch((thrown: unknown) => thrown);
          expect(error).toMatchObject({kind: "rate-limit", detail: {attempts}});
          expect(attempts).toBeLessThanOrEqual(policy.retries + 1);
          expect(delays.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(policy.maxElapsedMs);
          for (const delay of delays) expect(delay).toBeGreaterThanOrEqual(retryAfter ?? 0);
          if ((retryAfter ?? 0) > policy.maxRetryAfterMs) expect(attempts).toBe(1);
        }
      )
    );
  });

  it("repeats what may pass and nothing else", async () => {
    const attemptsOf = async (kind: EndpointErrorKind) => {
      let attempts = 0;
      const attempt = () => (attempts++, failing(kind)());
      await withRetry(attempt, {...defaultRetryPolicy, retries: 2}, sleeper(() => 0).effects).catch(
        () => undefined
      );
      return attempts;
    };
    for (const kind of ["timeout", "connection", "rate-limit", "server", "truncated-stream"] as const)
      expect(await attemptsOf(kind)).toBe(3);
    expect(await attemptsOf("malformed")).toBe(2);
    for (const kind of [
      "aborted",
      "auth",
      "bad-request",
      "missing-record",
      "refused-by-privacy-check"
    ] as const)
      expect(await attemptsOf(kind)).toBe(1);
  });

  it("lets an error that is no EndpointError through at once", async () => {
    const bug = new TypeError("bug");
    await expect(
      withRetry(() => Promise.reject(bug), defaultRetryPolicy, sleeper(() => 0).effects)
    ).rejects.toBe(bug);
  });

  it("gives the same pauses for the same randomness", async () => {
    const pauses = async () => {
      let state = 7;
      const {effects, delays} = sleeper(() => (state = (state * 16807) % 2147483647) / 2147483647);
      await withRetry(failing("server"), defaultRetryPolicy, effects).catch(() => undefined);
      return delays;
    };
    expect(await pauses()).toEqual(await pauses());
    expect(new Set(await pauses()).size).toBe(4);
  });
});

describe("fullJitter", () => {
  it("is uniform below a bound that doubles up to the largest", () => {
    const policy = {...defaultRetryPolicy, baseDelayMs: 100, maxDelayMs: 500};
    expect([0, 1, 2, 3, 4].map((retry) => fullJitter(retry, policy, () => 0.5))).toEqual([
      50, 100, 200, 250, 250
    ]);
    expect(fullJitter(3, policy, () => 0)).toBe(0);
  });
});

describe("retryAfterMs", () => {
  const now = Date.UTC(2030, 0, 1, 12, 0, 0);
  const read = (value: string, name = "retry-after") =>
    retryAfterMs((asked) => (asked === name ? value : undefined), now);

  it("reads seconds, HTTP dates and retry-after-ms", () => {
    expect(read("120")).toBe(120_000);
    expect(read(" 0.5 ")).toBe(500);
    expect(read("Tue, 01 Jan 2030 12:00:30 GMT")).toBe(30_000);
    expect(read("40", "retry-after-ms")).toBe(40);
  });

  it("a date that has passed asks for no wait", () => {
    expect(read("Tue, 01 Jan 2030 11:00:00 GMT")).toBe(0);
  });

  it("is undefined for an absent or unreadable header", () => {
    for (const value of ["", "soon", "-5", "1e9", "12 13"]) expect(read(value)).toBeUndefined();
    expect(retryAfterMs(() => undefined, now)).toBeUndefined();
  });
});
