import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {benjaminiHochberg, benjaminiYekutieli, bonferroni, holm} from "../../../src/base/stats/index.js";
import {expectClose, fixtures, published, readJson} from "./support.js";

const pValues = fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 1, maxLength: 30});
const methods = {bonferroni, holm, benjaminiHochberg, benjaminiYekutieli};

describe("multiple comparisons", () => {
  const vectors = published("significance-vectors");
  it.skipIf(!vectors)("reproduce R's multtest", () => {
    for (const row of readJson(vectors!, "vectors.json").multiple_testing_R_multtest)
      for (const [name, method] of [
        ["Bonferroni", bonferroni],
        ["Holm", holm],
        ["BH", benjaminiHochberg],
        ["BY", benjaminiYekutieli]
      ] as const)
        method(row.raw_p).forEach((p, i) => expectClose(p, row[name][i], 1e-9));
  });

  it("agree with statsmodels for unsorted and tied p values", () => {
    const {raw, holm: h, fdr_bh, fdr_by, bonferroni: b} = fixtures.multiple;
    holm(raw).forEach((p, i) => expectClose(p, h[i]));
    bonferroni(raw).forEach((p, i) => expectClose(p, b[i]));
    benjaminiHochberg(raw).forEach((p, i) => expectClose(p, fdr_bh[i]));
    benjaminiYekutieli(raw).forEach((p, i) => expectClose(p, fdr_by[i]));
  });

  it("never lower a p value, keep their order, and do not depend on the order of comparisons", () => {
    for (const method of Object.values(methods))
      fc.assert(
        fc.property(pValues, (raw) => {
          const adjusted = method(raw);
          raw.forEach((p, i) => {
            expect(adjusted[i]!).toBeGreaterThanOrEqual(p);
            expect(adjusted[i]!).toBeLessThanOrEqual(1);
            raw.forEach((q, j) => p < q && expect(adjusted[i]!).toBeLessThanOrEqual(adjusted[j]!));
          });
          expect(method([...raw].reverse())).toEqual([...adjusted].reverse());
        })
      );
  });

  it("Holm never claims less than Bonferroni nor more than Benjamini–Hochberg", () => {
    fc.assert(
      fc.property(pValues, (raw) => {
        const h = holm(raw);
        bonferroni(raw).forEach((p, i) => expect(h[i]!).toBeLessThanOrEqual(p!));
        benjaminiHochberg(raw).forEach((p, i) => expect(h[i]!).toBeGreaterThanOrEqual(p! - 1e-15));
      })
    );
  });

  it("a comparison that could not be made is not counted", () => {
    expect(holm([0.01, undefined, 0.04])).toEqual([0.02, undefined, 0.04]);
    expect(holm([])).toEqual([]);
  });
});
