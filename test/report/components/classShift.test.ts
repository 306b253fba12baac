import {expect, it} from "vitest";
import {classShiftOf} from "../../../src/report/components/splits/splitMeasures.js";
import type {SplitManifest} from "../../../src/report/site/types.js";

it("the Splits page calls classes different only where chance does not explain it, as the command line does", () => {
  const shift = (measures: object) => classShiftOf({measures} as unknown as SplitManifest);
  expect(shift({})).toBeUndefined();
  expect(shift({labelPsi: 0.09, labelChiSquared: {p: 1e-9}})).toBe("alike");
  expect(shift({labelPsi: 0.2, labelChiSquared: {p: 0.001}})).toBe("slight");
  expect(shift({labelPsi: 0.749, labelChiSquared: {p: 0.41}})).toBe("undecided");
  expect(shift({labelPsi: 0.749, labelChiSquared: {p: 0.001}})).toBe("strong");
});
