import {nationalId} from "./nationalId.js";

/** British driving licences: five letters of the name (9 fills), birth date, initials, three more characters. */
export const ukDrivingLicence = nationalId({
  type: "UK_DRIVING_LICENCE",
  letters: [1, 2, 3, 4, 5],
  shape:
    /(?:[A-Z]{5}|[A-Z]{4}9|[A-Z]{3}9{2}|[A-Z]{2}9{3}|[A-Z]9{4})\d(?:[05][1-9]|[16][0-2])(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}[A-Z0-9][A-Z]{2}/iy,
  score: 0.7,
  context: ["driving", "driver", "licence", "license", "dvla"]
});
