import {weighted} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Ireland's personal public service number: seven digits, a check letter and, since 2013, another letter. */
export const iePps = nationalId({
  type: "IE_PPS",
  runs: [7],
  shape: /\d{7}[A-W][A-IW]?/iy,
  fits: ppsFits,
  score: 0.2,
  context: ["pps", "ppsn", "rsi"]
});

function ppsFits(id: string): boolean {
  const letter = id[8] === undefined || id[8] === "W" ? 0 : id.charCodeAt(8) - 64;
  return "WABCDEFGHIJKLMNOPQRSTUV"[(weighted(id, [8, 7, 6, 5, 4, 3, 2]) + 9 * letter) % 23] === id[7];
}

/** British driving licences: five letters of the name (9 fills), birth date, initials, three more characters. */
export const ukDrivingLicence = nationalId({
  type: "UK_DRIVING_LICENCE",
  letters: [1, 2, 3, 4, 5],
  shape:
    /(?:[A-Z]{5}|[A-Z]{4}9|[A-Z]{3}9{2}|[A-Z]{2}9{3}|[A-Z]9{4})\d(?:[05][1-9]|[16][0-2])(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}[A-Z0-9][A-Z]{2}/iy,
  score: 0.7,
  context: ["driving", "driver", "licence", "license", "dvla"]
});

/** British passports: nine digits, or two letters and seven digits, without a check digit. */
export const ukPassport = nationalId({
  type: "UK_PASSPORT",
  letters: [0, 2],
  runs: [7, 9],
  shape: /[A-Z]{2}\d{7}|\d{9}/iy,
  score: (spelled) => (/^\d/.test(spelled) ? 0.05 : 0.1),
  context: ["passport", "travel", "hmpo"]
});

/** British postcodes: area, district, sector and unit. A place of few houses, so that words beside it decide. */
export const ukPostcode = nationalId({
  type: "UK_POSTCODE",
  letters: [1, 2, 3],
  runs: [1, 2, 3],
  shape:
    /(?:GIR ?0AA|(?:[A-PR-UWYZ](?:\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d{1,2}|[A-HK-Y]\d[ABEHMNPRVWXY])) ?\d[ABD-HJLNP-UW-Z]{2})/iy,
  score: 0.1,
  context: ["postcode", "postal", "zip", "address", "post"]
});

/** British number plates: two letters, half-year and three letters since 2001, and the two styles before. */
export const ukVehicleRegistration = nationalId({
  type: "UK_VEHICLE_REGISTRATION",
  letters: [1, 2, 3],
  runs: [1, 2, 3],
  shape:
    /[A-HJ-PR-Y]{2}(?:0[1-9]|[1-8]\d|9[0-9]) ?[A-HJ-PR-Z]{3}|[A-HJ-NPR-TV-Y]\d{1,3} ?[A-HJ-PR-Y][A-HJ-PR-Z]{2}|[A-HJ-PR-Y]{3} ?\d{1,3}[A-HJ-NPR-TV-Y]/iy,
  score: (spelled) => (/^[A-Z]{2}\d/i.test(spelled) ? 0.2 : 0.1),
  context: ["vehicle", "registration", "reg", "plate", "car", "vrm", "dvla"]
});
