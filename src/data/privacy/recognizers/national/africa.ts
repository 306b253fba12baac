import {verhoeff, luhn, isCalendarDay} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Nigeria's number of a person: eleven digits, Verhoeff. */
export const ngNin = nationalId({
  type: "NG_NIN",
  runs: [11],
  shape: /\d{11}/y,
  fits: verhoeff,
  score: 0.2,
  context: ["nin", "nimc", "nigeria", "nigerian", "national"]
});

/** South Africa's identity number: birth date, a serial, citizenship, an 8 or 9, Luhn. */
export const zaIdNumber = nationalId({
  type: "ZA_ID_NUMBER",
  runs: [6, 13],
  shape: /\d{6} ?\d{4} ?[012][89]\d/y,
  fits: (id) => isCalendarDay(Number(id.slice(4, 6)), Number(id.slice(2, 4))) && luhn(id),
  score: 0.4,
  context: ["id", "identity", "identiteitsnommer", "rsa", "sa"]
});
