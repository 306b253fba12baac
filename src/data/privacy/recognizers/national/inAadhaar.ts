import {nationalId} from "./nationalId.js";
import {verhoeff} from "./verhoeff.js";

/** India's number of a resident: twelve digits, not from 0 or 1, Verhoeff. */
export const inAadhaar = nationalId({
  type: "IN_AADHAAR",
  runs: [4, 12],
  shape: /[2-9]\d{3}([- :]?)\d{4}\1\d{4}/y,
  fits: (id) => verhoeff(id) && id !== [...id].reverse().join(""),
  score: 0.25,
  context: ["aadhaar", "aadhar", "uidai"]
});
