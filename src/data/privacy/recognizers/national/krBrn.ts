import {weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Korea's number of a business: ten digits, weights 1, 3, 7 and the tens of the ninth digit times 5. */
export const krBrn = nationalId({
  type: "KR_BRN",
  runs: [3, 10],
  shape: /\d{3}-\d{2}-\d{5}|\d{10}/y,
  fits: fits,
  score: (spelled) => (spelled.includes("-") ? 0.4 : 0.1),
  context: ["brn", "business", "registration", "사업자등록번호"]
});

function fits(id: string): boolean {
  const sum = weighted(id, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((Number(id[8]) * 5) / 10);
  return (10 - (sum % 10)) % 10 === Number(id[9]);
}
