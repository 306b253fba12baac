import {digitSums} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Germany's health insurance number: a letter, eight digits and a check digit. */
export const deHealthInsurance = nationalId({
  type: "DE_HEALTH_INSURANCE",
  letters: [1],
  runs: [9],
  shape: /[A-Z]\d{9}/iy,
  fits: fits,
  score: 0.25,
  context: [
    "krankenversicherung",
    "krankenversichertennummer",
    "krankenkasse",
    "versichertennummer",
    "kvnr",
    "gesundheitskarte"
  ]
});

const WEIGHTS = [1, 2, 1, 2, 1, 2, 1, 2, 1, 2];

/** The letter counts as the two digits of its place in the alphabet. */
function fits(id: string): boolean {
  const place = String(id.charCodeAt(0) - 64).padStart(2, "0");
  return digitSums(place + id.slice(1, 9), WEIGHTS) % 10 === Number(id[9]);
}
