import {digitSums, base36, isCalendarDay} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Germany's health insurance number: a letter, eight digits and a check digit. */
export const deHealthInsurance = nationalId({
  type: "DE_HEALTH_INSURANCE",
  letters: [1],
  runs: [9],
  shape: /[A-Z]\d{9}/iy,
  fits: insuranceFits,
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

const INSURANCE_WEIGHTS = [1, 2, 1, 2, 1, 2, 1, 2, 1, 2];

/** The letter counts as the two digits of its place in the alphabet. */
function insuranceFits(id: string): boolean {
  const place = String(id.charCodeAt(0) - 64).padStart(2, "0");
  return digitSums(place + id.slice(1, 9), INSURANCE_WEIGHTS) % 10 === Number(id[9]);
}

/** German passports and identity cards: nine letters and digits, and the check digit of ICAO 9303. */
export const dePassport = nationalId({
  type: "DE_PASSPORT",
  letters: [1, 2, 3, 4],
  shape: /[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}\d/iy,
  fits: passportFits,
  score: 0.2,
  context: ["pass", "reisepass", "passnummer", "personalausweis", "ausweis", "ausweisnummer", "passport"]
});

/** Weights 7, 3, 1 in turn, letters from A = 10, mod 10. */
function passportFits(id: string): boolean {
  let sum = 0;
  for (let index = 0; index < 9; index++) sum += base36(id[index]!) * [7, 3, 1][index % 3]!;
  return sum % 10 === Number(id[9]);
}

/** Germany's pension insurance number: office, birth date, a letter of the name, serial and check digit. */
export const deSocialSecurity = nationalId({
  type: "DE_SOCIAL_SECURITY",
  runs: [2, 8],
  shape: /\d{2} ?\d{6} ?[A-Z] ?\d{3}/iy,
  fits: socialFits,
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

const SOCIAL_WEIGHTS = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];

/** The letter counts as the two digits of its place in the alphabet. A day of birth may be raised where numbers ran out. */
function socialFits(id: string): boolean {
  const place = String(id.charCodeAt(8) - 64).padStart(2, "0");
  const day = Number(id.slice(2, 4));
  if (!isCalendarDay(day > 31 ? day - 32 : day, Number(id.slice(4, 6)))) return false;
  return digitSums(id.slice(0, 8) + place + id.slice(9, 11), SOCIAL_WEIGHTS) % 10 === Number(id[11]);
}

/** Germany's tax number of a person: eleven digits, ISO/IEC 7064 mod 11,10. */
export const deTaxId = nationalId({
  type: "DE_TAX_ID",
  runs: [2, 5, 8, 11],
  shape: /[1-9]\d ?\d{3} ?\d{3} ?\d{3}/y,
  fits: taxFits,
  score: 0.25,
  context: ["steuer", "steuerid", "idnr", "steueridentifikationsnummer", "identifikationsnummer"]
});

/** Of the first ten digits exactly one stands twice or three times. */
function taxFits(id: string): boolean {
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
