import {nationalId} from "./nationalId.js";

/** Turkey's number of a citizen: eleven digits, two check digits. */
export const trNationalId = nationalId({
  type: "TR_NATIONAL_ID",
  runs: [11],
  shape: /[1-9]\d{10}/y,
  fits: fits,
  score: 0.28,
  context: ["tckn", "tc", "kimlik", "türk", "turkish"]
});

/** The tenth is seven times the odd digits less the even ones, the eleventh the sum of all before; mod 10. */
function fits(id: string): boolean {
  const digits = [...id].map(Number);
  const sum = (of: readonly number[]) => of.reduce((total, digit) => total + digit, 0);
  const odd = sum(digits.filter((_, index) => index < 9 && index % 2 === 0));
  const even = sum(digits.filter((_, index) => index < 8 && index % 2 === 1));
  return (7 * odd - even + 100) % 10 === digits[9] && sum(digits.slice(0, 10)) % 10 === digits[10];
}
