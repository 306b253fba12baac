import {describe, expect, it} from "vitest";
import {history} from "../../../src/report/site/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {sampleStore} from "../../support/sampleStore.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

describe("history", () => {
  it("has every complete run's means as the store has them, the always-valid interval wider, and marks what changed", async () => {
    const store = await openStore(await sampleStore(await temporaryProject()));
    try {
      const {histories} = await history(store);
      const complete = (await store.runs()).filter(({status}) => status === "complete");
      expect(histories.flatMap(({runs}) => runs.map(({run}) => run)).sort()).toEqual(
        complete.map(({id}) => id).sort()
      );
      const longest = histories.find(({runs}) => runs.length > 1)!;
      expect(longest.runs[0]!.breaks).toEqual([]);
      expect(longest.runs[1]!.breaks).toContain("the data version");
      for (const {run, points} of longest.runs)
        for (const {candidate, mean, low, high, alwaysLow, alwaysHigh} of points) {
          const stored = await store.row<{mean: number | null}>(
            `select avg(value) as mean from scores where run = $run and candidate = $candidate
               and scorer = $scorer and status = 'scored'`,
            {run, candidate, scorer: longest.scorer}
          );
          expect(mean).toBeCloseTo(stored!.mean!, 12);
          expect(alwaysLow!).toBeLessThanOrEqual(low!);
          expect(alwaysHigh!).toBeGreaterThanOrEqual(high!);
        }
    } finally {
      store.close();
    }
  });
});
