import {luhn, weighted} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

const LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

/** Spain: the letter is the number mod 23; X, Y, Z of a foreigner's number stand for 0, 1, 2. */
function spanishLetter(id: string): boolean {
  const number = id.slice(0, -1).replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter)));
  return LETTERS[Number(number) % 23] === id.at(-1);
}

/** Spain's number of foreigners: X, Y or Z, seven digits and the letter of the tax number. */
export const esNie = nationalId({
  type: "ES_NIE",
  letters: [1],
  runs: [7],
  shape: /[XYZ][- ]?\d{7}[- ]?[A-Z]/iy,
  fits: spanishLetter,
  score: 0.5,
  context: ["nie", "extranjero", "identificación"]
});

/** Spain's tax number: eight digits and the letter that their remainder by 23 stands for. */
export const esNif = nationalId({
  type: "ES_NIF",
  runs: [7, 8],
  shape: /\d{7,8}[- ]?[A-Z]/iy,
  fits: spanishLetter,
  score: 0.5,
  context: ["nif", "dni", "documento", "identidad"]
});

/** Spanish passports: three letters and six digits, without a check digit. */
export const esPassport = nationalId({
  type: "ES_PASSPORT",
  letters: [3],
  runs: [6],
  shape: /[A-Z]{3}\d{6}/iy,
  score: 0.1,
  context: ["pasaporte", "passport"]
});

/** Portugal's citizen card: eight digits, a check digit, two letters or digits and another check digit, which is Luhn's. */
export const ptCitizenCard = nationalId({
  type: "PT_CITIZEN_CARD",
  runs: [8, 9],
  shape: /\d{8} ?\d ?[A-Z]{2}\d/iy,
  fits: luhn,
  score: 0.5,
  context: ["cartão", "cidadão", "cc"]
});

/** Portugal's tax number: nine digits by kind of taxpayer, weights 9 to 2, mod 11. */
export const ptNif = nationalId({
  type: "PT_NIF",
  runs: [3, 9],
  shape: /(?:[1235689]\d|45|7[0-24579])\d ?\d{3} ?\d{3}/y,
  fits: (id) => ((11 - (weighted(id, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === Number(id[8]),
  score: 0.1,
  context: ["nif", "contribuinte", "nipc"]
});
