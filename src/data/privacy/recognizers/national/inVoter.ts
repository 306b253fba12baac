import {nationalId} from "./nationalId.js";

/** India's number of a voter's card: three letters and seven digits. */
export const inVoter = nationalId({
  type: "IN_VOTER",
  letters: [3],
  runs: [7],
  shape: /[A-Z]{3}\d{7}/iy,
  score: 0.2,
  context: ["voter", "epic", "elector", "election"]
});
