import {nationalId} from "./nationalId.js";

/** Germany's tax number of a person: eleven digits, ISO/IEC 7064 mod 11,10. */
export const deTaxId = nationalId({
  type: "DE_TAX_ID",
  runs: [2, 5, 8, 11],
  shape: /[1-9]\d ?\d{3} ?\d{3} ?\d{3}/y,
  fits: fits,
  score: 0.25,
  context: ["steuer", "steuerid", "idnr", "steueridentifikationsnummer", "identifikationsnummer"]
});

/** Of the first ten digits exactly one stands twice or three times. */
function fits(id: string): boolean {
  const counts = new Map<string, number>();
  for (const digit of id.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  if (repeated.length !== 1 || repeated[0]! > 3) return false;
  let product = 10;
  for (const digit of id.slice(0, 10)) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(id[10]);
}
