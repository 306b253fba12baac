import {nationalId} from "./nationalId.js";

/** US driving licences, whose form is up to each state: digits, mostly with one or two letters before them. */
export const usDriverLicense = nationalId({
  type: "US_DRIVER_LICENSE",
  letters: [0, 1, 2],
  runs: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
  shape:
    /[A-Z]\d{3}[- ]\d{3}[- ]\d{2}[- ]\d{3}(?:[- ]\d)?|[A-Z]\d{3}[- ]\d{4}[- ]\d{4}|[A-Z]{1,2}\d{3,14}[A-Z]?|\d{6,14}[A-Z]?/iy,
  score: (spelled) => (/^\d+$/.test(spelled) ? 0.01 : 0.1),
  context: ["driver", "drivers", "driving", "dl"]
});
