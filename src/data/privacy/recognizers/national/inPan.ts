import {nationalId} from "./nationalId.js";

/** India's tax number: five letters, of which the fourth says what kind of person, four digits and a letter. */
export const inPan = nationalId({
  type: "IN_PAN",
  letters: [5],
  runs: [4],
  shape: /[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]/iy,
  score: 0.5,
  context: ["pan", "permanent", "account", "income", "tax"]
});
