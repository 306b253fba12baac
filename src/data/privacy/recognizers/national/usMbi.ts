import {nationalId} from "./nationalId.js";

/** US Medicare beneficiaries: eleven digits and letters in a fixed order, without S, L, O, I, B and Z. */
export const usMbi = nationalId({
  type: "US_MBI",
  runs: [1],
  shape:
    /[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d(-?)[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d\1[AC-HJKMNP-RT-Y]{2}\d{2}/iy,
  score: (spelled) => (spelled.includes("-") ? 0.6 : 0.3),
  context: ["mbi", "medicare", "beneficiary"]
});
