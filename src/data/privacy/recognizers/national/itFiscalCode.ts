import {nationalId} from "./nationalId.js";

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

const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Letters and digits have a value by position, their sum mod 26 is the last letter. Letters may stand for digits. */
function checkLetterFits(id: string): boolean {
  let sum = 0;
  for (let index = 0; index < 15; index++) {
    const code = id.charCodeAt(index);
    const value = code < 58 ? code - 48 : code - 65;
    sum += index % 2 === 0 ? ODD[value]! : value;
  }
  return id.charCodeAt(15) - 65 === sum % 26;
}
