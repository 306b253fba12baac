import {nationalId} from "./nationalId.js";

/** Numbers of US bank accounts: 8 to 17 digits, which only words beside them tell from others. */
export const usBankNumber = nationalId({
  type: "US_BANK_NUMBER",
  runs: [8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
  shape: /\d{8,17}/y,
  score: 0.05,
  context: ["account", "acct", "bank", "checking", "savings"]
});
