import {weighted, isCalendarDay} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

/** France's social security number: sex, birth and place, 97 minus the number mod 97. */
export const frNir = nationalId({
  type: "FR_NIR",
  runs: [1, 3, 5, 6, 7, 10, 13, 15],
  shape: /[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}/iy,
  fits: keyFits,
  score: 0.7,
  context: ["nir", "sécurité", "sociale", "insee"]
});

/** 2A and 2B (Corsica) count as 19 and 18. */
function keyFits(id: string): boolean {
  const number = id.slice(0, 13).replace("2A", "19").replace("2B", "18");
  return /^\d{13}$/.test(number) && 97 - (Number(number) % 97) === Number(id.slice(13));
}

/** The Netherlands' number of a citizen: weights 9 to 2 and -1, mod 11. */
export const nlBsn = nationalId({
  type: "NL_BSN",
  runs: [9],
  shape: /\d{9}/y,
  fits: (id) => weighted(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
  score: 0.1,
  context: ["bsn", "burgerservicenummer", "sofinummer"]
});

/** Poland's number of a person: a birth date that exists (the month carries the century), weights 1, 3, 7, 9. */
export const plPesel = nationalId({
  type: "PL_PESEL",
  runs: [11],
  shape: /\d{11}/y,
  fits: peselFits,
  score: 0.25,
  context: ["pesel"]
});

function peselFits(id: string): boolean {
  return (
    isCalendarDay(Number(id.slice(4, 6)), Number(id.slice(2, 4)) % 20) &&
    weighted(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0
  );
}

/** Turkey's number of a citizen: eleven digits, two check digits. */
export const trNationalId = nationalId({
  type: "TR_NATIONAL_ID",
  runs: [11],
  shape: /[1-9]\d{10}/y,
  fits: turkishFits,
  score: 0.28,
  context: ["tckn", "tc", "kimlik", "türk", "turkish"]
});

/** The tenth is seven times the odd digits less the even ones, the eleventh the sum of all before; mod 10. */
function turkishFits(id: string): boolean {
  const digits = [...id].map(Number);
  const sum = (of: readonly number[]) => of.reduce((total, digit) => total + digit, 0);
  const odd = sum(digits.filter((_, index) => index < 9 && index % 2 === 0));
  const even = sum(digits.filter((_, index) => index < 8 && index % 2 === 1));
  return (7 * odd - even + 100) % 10 === digits[9] && sum(digits.slice(0, 10)) % 10 === digits[10];
}
