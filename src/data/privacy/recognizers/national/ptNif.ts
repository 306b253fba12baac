import {weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Portugal's tax number: nine digits by kind of taxpayer, weights 9 to 2, mod 11. */
export const ptNif = nationalId({
  type: "PT_NIF",
  runs: [3, 9],
  shape: /(?:[1235689]\d|45|7[0-24579])\d ?\d{3} ?\d{3}/y,
  fits: (id) => ((11 - (weighted(id, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === Number(id[8]),
  score: 0.1,
  context: ["nif", "contribuinte", "nipc"]
});
