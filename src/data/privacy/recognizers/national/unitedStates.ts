import {weighted, luhn} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

/** US banks' routing numbers: nine digits from a district that exists, weights 3, 7, 1, mod 10. */
export const abaRoutingNumber = nationalId({
  type: "ABA_ROUTING_NUMBER",
  runs: [4, 9],
  shape:
    /(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}|(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{2}-\d{4}-\d/y,
  fits: (id) => weighted(id, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0,
  score: 0.1,
  context: ["aba", "routing", "rtn", "transit"]
});

/** US prescribers' DEA registration: two letters (or a letter and 9), seven digits of which the last is a check digit. */
export const medicalLicense = nationalId({
  type: "MEDICAL_LICENSE",
  letters: [1, 2],
  runs: [7, 8],
  shape: /[ABCDEFGHJKLMPRSTUX][A-Z9]-?\d{7}/iy,
  fits: licenseFits,
  score: 0.25,
  context: ["dea", "medical", "license", "licence", "certificate", "registration"]
});

function licenseFits(id: string): boolean {
  return weighted(id.slice(2), [1, 2, 1, 2, 1, 2]) % 10 === Number(id[8]);
}

/** Numbers of US bank accounts: 8 to 17 digits, which only words beside them tell from others. */
export const usBankNumber = nationalId({
  type: "US_BANK_NUMBER",
  runs: [8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
  shape: /\d{8,17}/y,
  score: 0.05,
  context: ["account", "acct", "bank", "checking", "savings"]
});

/** US driving licences, whose form is up to each state: digits, mostly with one or two letters before them. */
export const usDriverLicense = nationalId({
  type: "US_DRIVER_LICENSE",
  letters: [0, 1, 2],
  runs: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
  shape:
    /[A-Z]\d{3}[- ]\d{3}[- ]\d{2}[- ]\d{3}(?:[- ]\d)?|[A-Z]\d{3}[- ]\d{4}[- ]\d{4}|[A-Z]{1,2}\d{3,14}[A-Z]?|\d{6,14}[A-Z]?/iy,
  score: (spelled) => (/^\d+$/.test(spelled) ? 0.01 : 0.1),
  context: ["driver", "drivers", "driving", "dl"]
});

/** US Medicare beneficiaries: eleven digits and letters in a fixed order, without S, L, O, I, B and Z. */
export const usMbi = nationalId({
  type: "US_MBI",
  runs: [1],
  shape:
    /[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d(-?)[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d\1[AC-HJKMNP-RT-Y]{2}\d{2}/iy,
  score: (spelled) => (spelled.includes("-") ? 0.6 : 0.3),
  context: ["mbi", "medicare", "beneficiary"]
});

/** US providers of health care: ten digits from 1 or 2, Luhn with 80840 before them. */
export const usNpi = nationalId({
  type: "US_NPI",
  runs: [4, 10],
  shape: /[12]\d{9}|[12]\d{3}([ -])\d{3}\1\d{3}/y,
  fits: (id) => luhn(`80840${id}`),
  score: 0.1,
  context: ["npi", "provider"]
});

/** US passports: nine digits, since 2021 also a letter and eight digits, without a check digit. */
export const usPassport = nationalId({
  type: "US_PASSPORT",
  letters: [0, 1],
  runs: [8, 9],
  shape: /[A-Z]\d{8}|\d{9}/iy,
  score: (spelled) => (/^\d/.test(spelled) ? 0.05 : 0.1),
  context: ["passport", "passports", "travel"]
});
