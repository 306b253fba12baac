import {nationalId} from "./nationalId.js";
import {spanishLetter} from "./spanishLetter.js";

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
