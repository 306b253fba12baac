import {luhn} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Italian driving licences: two letters, seven digits and a letter; since 2013 also U1 and seven letters or digits. */
export const itDriverLicense = nationalId({
  type: "IT_DRIVER_LICENSE",
  letters: [1, 2],
  shape: /(?:[A-Z]{2}\d{7}|U1[A-HJ-NP-Z0-9]{7})[A-Z]/iy,
  score: 0.2,
  context: ["patente", "guida", "licenza", "driver", "driving", "license", "licence"]
});

/** Italy's fiscal code: letters of the names, birth date and place, and a check letter. */
export const itFiscalCode = nationalId({
  type: "IT_FISCAL_CODE",
  letters: [6],
  runs: [1, 2],
  shape: /[A-Z]{6}[\dLMNPQRSTUV]{2}[A-EHLMPRST][\dLMNPQRSTUV]{2}[A-Z][\dLMNPQRSTUV]{3}[A-Z]/iy,
  fits: checkLetterFits,
  score: 0.9,
  context: ["codice", "fiscale", "cf"]
});

const ODD_VALUES = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23
];

/** Letters and digits have a value by position, their sum mod 26 is the last letter. Letters may stand for digits. */
function checkLetterFits(id: string): boolean {
  let sum = 0;
  for (let index = 0; index < 15; index++) {
    const code = id.charCodeAt(index);
    const value = code < 58 ? code - 48 : code - 65;
    sum += index % 2 === 0 ? ODD_VALUES[value]! : value;
  }
  return id.charCodeAt(15) - 65 === sum % 26;
}

/** Italian identity cards: of plastic (CA12345AA or 1234567AA) and of paper (AA1234567). */
export const itIdentityCard = nationalId({
  type: "IT_IDENTITY_CARD",
  letters: [0, 2],
  runs: [5, 7],
  shape: /[A-Z]{2}\d{5}[A-Z]{2}|[A-Z]{2} ?\d{7}|\d{7}[A-Z]{2}/iy,
  score: (spelled) => (/^C[A-Z]\d{5}[A-Z]{2}$/i.test(spelled) ? 0.2 : 0.05),
  context: ["carta", "identità", "cie", "identity", "card"]
});

/** Italian passports: two letters and seven digits, without a check digit. */
export const itPassport = nationalId({
  type: "IT_PASSPORT",
  letters: [2],
  runs: [7],
  shape: /[A-Z]{2}\d{7}/iy,
  score: 0.1,
  context: ["passaporto", "passport"]
});

/** Italy's VAT number: eleven digits, the last by Luhn's formula; also with the country before it. */
export const itVatCode = nationalId({
  type: "IT_VAT_CODE",
  letters: [0, 2],
  runs: [11],
  shape: /(?:IT ?)?\d{11}/iy,
  fits: (id) => luhn(id.slice(-11)),
  score: 0.25,
  context: ["partita", "iva", "piva", "vat"]
});
