import {afterEach, expect, it, vi} from "vitest";
import {type InterruptedWork, interruptSignals} from "../../src/cli/evals/run/interruptSignals.js";

afterEach(() => vi.restoreAllMocks());

function interrupted(work: InterruptedWork | undefined) {
  const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const exit = vi
    .spyOn(process, "exit")
    .mockImplementation((() => undefined) as unknown as typeof process.exit);
  const signals = interruptSignals();
  if (work) signals.at(work);
  process.emit("SIGTERM", "SIGTERM");
  return {signals, exit, text: told.mock.calls.join("")};
}

it("says that calls are finished only where some may be in flight", () => {
  for (const work of [undefined, "calling", "preparing", "sealing", "computing"] as const) {
    const {signals, text} = interrupted(work);
    expect(text.includes("Finishing the calls in flight"), work).toBe(
      work === undefined || work === "calling"
    );
    expect(signals.signal.aborted).toBe(true);
    signals.dispose();
    vi.restoreAllMocks();
  }
});

it("ends within two seconds where something is computed, with the signal's code", async () => {
  const {signals, exit} = interrupted("computing");
  const since = performance.now();
  await vi.waitUntil(() => exit.mock.calls.length > 0, {timeout: 5000, interval: 20});
  expect(performance.now() - since).toBeLessThan(2000);
  expect(exit).toHaveBeenCalledWith(143);
  signals.dispose();
});
