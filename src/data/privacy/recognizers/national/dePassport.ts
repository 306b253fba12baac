import {base36} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** German passports and identity cards: nine letters and digits, and the check digit of ICAO 9303. */
export const dePassport = nationalId({
  type: "DE_PASSPORT",
  letters: [1, 2, 3, 4],
  shape: /[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}\d/iy,
  fits: fits,
  score: 0.2,
  context: ["pass", "reisepass", "passnummer", "personalausweis", "ausweis", "ausweisnummer", "passport"]
});

/** Weights 7, 3, 1 in turn, letters from A = 10, mod 10. */
function fits(id: string): boolean {
  let sum = 0;
  for (let index = 0; index < 9; index++) sum += base36(id[index]!) * [7, 3, 1][index % 3]!;
  return sum % 10 === Number(id[9]);
}
