import {digitSums, isCalendarDay} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Germany's pension insurance number: office, birth date, a letter of the name, serial and check digit. */
export const deSocialSecurity = nationalId({
  type: "DE_SOCIAL_SECURITY",
  runs: [2, 8],
  shape: /\d{2} ?\d{6} ?[A-Z] ?\d{3}/iy,
  fits: fits,
  score: 0.6,
  context: [
    "rentenversicherung",
    "rentenversicherungsnummer",
    "sozialversicherung",
    "sozialversicherungsnummer",
    "versicherungsnummer",
    "rvnr",
    "svnr"
  ]
});

const WEIGHTS = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];

/** The letter counts as the two digits of its place in the alphabet. A day of birth may be raised where numbers ran out. */
function fits(id: string): boolean {
  const place = String(id.charCodeAt(8) - 64).padStart(2, "0");
  const day = Number(id.slice(2, 4));
  if (!isCalendarDay(day > 31 ? day - 32 : day, Number(id.slice(4, 6)))) return false;
  return digitSums(id.slice(0, 8) + place + id.slice(9, 11), WEIGHTS) % 10 === Number(id[11]);
}
