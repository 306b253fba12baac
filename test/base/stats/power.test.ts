import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {minimumDetectableEffect, mcnemarChiSquared, rng, rowsNeeded} from "../../../src/base/stats/index.js";
import {fixtures} from "./support.js";

describe("power", () => {
  it("needs as many rows as statsmodels says, within one", () => {
    for (const {rows, ...options} of fixtures.power_t)
      expect(Math.abs(rowsNeeded(options)! - Math.ceil(rows))).toBeLessThanOrEqual(1);
  });

  it("rows from the discordance give McNemar's test the stated power in simulation", () => {
    const discordance = 0.2;
    const difference = 0.06;
    const n = rowsNeeded({difference, discordance, power: 0.8})!;
    const next = rng("power");
    let detected = 0;
    for (let trial = 0; trial < 2000; trial++) {
      let gained = 0;
      let lost = 0;
      for (let i = 0; i < n; i++) {
        const u = next();
        if (u < (discordance + difference) / 2) gained++;
        else if (u < discordance) lost++;
      }
      if ((mcnemarChiSquared(gained, lost, {correction: false})?.p ?? 1) < 0.05) detected++;
    }
    expect(Math.abs(detected / 2000 - 0.8)).toBeLessThan(0.03);
  });

  it("the minimum detectable effect is the difference that needs just these rows", () => {
    const spread = fc.oneof(
      fc.record({sd: fc.double({min: 0.05, max: 2, noNaN: true})}),
      fc.record({discordance: fc.double({min: 0.02, max: 0.9, noNaN: true})})
    );
    fc.assert(
      fc.property(
        fc.integer({min: 20, max: 20_000}),
        spread,
        fc.constantFrom(1, 2.5),
        (n, s, designEffect) => {
          const difference = minimumDetectableEffect({n, ...s, designEffect});
          if (difference === undefined) return;
          expect(Math.abs(rowsNeeded({difference, ...s, designEffect})! - n)).toBeLessThanOrEqual(1);
          expect(minimumDetectableEffect({n: 4 * n, ...s, designEffect})!).toBeLessThan(difference);
        }
      )
    );
  });

  it("is undefined when there is nothing to detect or no way to detect it", () => {
    expect(rowsNeeded({difference: 0, sd: 1})).toBeUndefined();
    expect(rowsNeeded({difference: 0.1, sd: 0})).toBeUndefined();
    expect(rowsNeeded({difference: 0.3, discordance: 0.2})).toBeUndefined();
    expect(minimumDetectableEffect({n: 1, sd: 1})).toBeUndefined();
    expect(minimumDetectableEffect({n: 5, discordance: 0.1})).toBeUndefined();
    expect(minimumDetectableEffect({n: 0, discordance: 0.1})).toBeUndefined();
  });
});
