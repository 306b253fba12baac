import {luhn, base36, isCalendarDay} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Brazil's tax number: two check digits mod 11. */
export const brCpf = nationalId({
  type: "BR_CPF",
  runs: [3, 11],
  shape: /\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11}/y,
  fits: cpfFits,
  score: (spelled) => (spelled.includes(".") ? 0.7 : 0.28),
  context: ["cpf", "contribuinte"]
});

function cpfFits(id: string): boolean {
  return [9, 10].every((length) => {
    let sum = 0;
    for (let index = 0; index < length; index++) sum += Number(id[index]) * (length + 1 - index);
    return ((sum * 10) % 11) % 10 === Number(id[length]);
  });
}

/** Canada's social insurance number: nine digits, Luhn. */
export const caSin = nationalId({
  type: "CA_SIN",
  runs: [3, 9],
  shape: /[1-79]\d{2}([ -]?)\d{3}\1\d{3}/y,
  fits: luhn,
  score: 0.25,
  context: ["sin", "social", "insurance", "canada", "canadian", "nas"]
});

/** Mexico's key of a person: letters of the names, birth date, sex, state, more letters, a serial and a check digit. */
export const mxCurp = nationalId({
  type: "MX_CURP",
  letters: [4],
  runs: [6],
  shape: /[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z]\d/iy,
  fits: curpFits,
  score: 0.9,
  context: ["curp"]
});

function curpFits(id: string): boolean {
  // Ñ stands between N and O, and is written X.
  const values = Array.from(id, (character) => base36(character) + (character > "N" ? 1 : 0));
  const sum = values.slice(0, 17).reduce((total, value, index) => total + value * (18 - index), 0);
  return (
    isCalendarDay(Number(id.slice(8, 10)), Number(id.slice(6, 8))) && (10 - (sum % 10)) % 10 === values[17]
  );
}

/** Mexico's tax number of a person: letters of the names, birth date, two characters and a check digit. */
export const mxRfc = nationalId({
  type: "MX_RFC",
  letters: [4],
  runs: [6, 7, 8, 9],
  shape: /[A-Z][AEIOUX][A-Z]{2}\d{6}[0-9A-Z]{2}[0-9A]/iy,
  fits: rfcFits,
  score: 0.5,
  context: ["rfc"]
});

const RFC_VALUES = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ";

function rfcFits(id: string): boolean {
  const sum = Array.from(id.slice(0, 12)).reduce(
    (total, character, index) => total + RFC_VALUES.indexOf(character) * (13 - index),
    0
  );
  const check = (11 - (sum % 11)) % 11;
  return (
    isCalendarDay(Number(id.slice(8, 10)), Number(id.slice(6, 8))) &&
    (check === 10 ? "A" : String(check)) === id.at(-1)
  );
}
