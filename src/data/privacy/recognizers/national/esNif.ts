import {nationalId} from "./nationalId.js";
import {spanishLetter} from "./spanishLetter.js";

/** Spain's tax number: eight digits and the letter that their remainder by 23 stands for. */
export const esNif = nationalId({
  type: "ES_NIF",
  runs: [7, 8],
  shape: /\d{7,8}[- ]?[A-Z]/iy,
  fits: spanishLetter,
  score: 0.5,
  context: ["nif", "dni", "documento", "identidad"]
});
