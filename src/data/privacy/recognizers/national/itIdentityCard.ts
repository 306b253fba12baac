import {nationalId} from "./nationalId.js";

/** Italian identity cards: of plastic (CA12345AA or 1234567AA) and of paper (AA1234567). */
export const itIdentityCard = nationalId({
  type: "IT_IDENTITY_CARD",
  letters: [0, 2],
  runs: [5, 7],
  shape: /[A-Z]{2}\d{5}[A-Z]{2}|[A-Z]{2} ?\d{7}|\d{7}[A-Z]{2}/iy,
  score: (spelled) => (/^C[A-Z]\d{5}[A-Z]{2}$/i.test(spelled) ? 0.2 : 0.05),
  context: ["carta", "identità", "cie", "identity", "card"]
});
