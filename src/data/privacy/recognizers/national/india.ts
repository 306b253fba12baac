import {verhoeff, base36} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

/** India's number of a resident: twelve digits, not from 0 or 1, Verhoeff. */
export const inAadhaar = nationalId({
  type: "IN_AADHAAR",
  runs: [4, 12],
  shape: /[2-9]\d{3}([- :]?)\d{4}\1\d{4}/y,
  fits: (id) => verhoeff(id) && id !== [...id].reverse().join(""),
  score: 0.25,
  context: ["aadhaar", "aadhar", "uidai"]
});

/** India's number for goods and services tax: state, tax number, serial, Z and a check character mod 36. */
export const inGstin = nationalId({
  type: "IN_GSTIN",
  runs: [2],
  shape: /\d{2}[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]/iy,
  fits: gstinFits,
  score: 0.9,
  context: ["gstin", "gst", "goods", "services", "tax"]
});

function gstinFits(id: string): boolean {
  const state = Number(id.slice(0, 2));
  if (state < 1 || (state > 38 && state !== 97 && state !== 99)) return false;
  let sum = 0;
  for (let index = 0; index < 14; index++) {
    const product = base36(id[index]!) * (index % 2 === 0 ? 1 : 2);
    sum += Math.floor(product / 36) + (product % 36);
  }
  return (36 - (sum % 36)) % 36 === base36(id[14]!);
}

/** India's tax number: five letters, of which the fourth says what kind of person, four digits and a letter. */
export const inPan = nationalId({
  type: "IN_PAN",
  letters: [5],
  runs: [4],
  shape: /[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]/iy,
  score: 0.5,
  context: ["pan", "permanent", "account", "income", "tax"]
});

/** Indian passports: a letter and seven digits, the first and the last not 0. */
export const inPassport = nationalId({
  type: "IN_PASSPORT",
  letters: [1],
  runs: [2, 7],
  shape: /[A-PR-WY][1-9]\d ?\d{4}[1-9]/iy,
  score: 0.1,
  context: ["passport", "travel"]
});

/** Indian number plates: state, district, series and number; or year, BH, number and series. */
export const inVehicleRegistration = nationalId({
  type: "IN_VEHICLE_REGISTRATION",
  letters: [0, 2],
  runs: [1, 2],
  shape:
    /(?:A[NPRS]|BR|C[GH]|D[DLN]|G[AJ]|H[PR]|J[HK]|K[AL]|L[AD]|M[HLNPZ]|NL|O[DR]|P[BY]|RJ|SK|T[GNRS]|U[APK]|WB)([- ]?)\d{1,2}\1[A-Z]{1,3}\1\d{4}|2\d([- ]?)BH\2\d{4}\2[A-Z]{1,2}/iy,
  score: (spelled) => (/[- ]/.test(spelled) ? 0.25 : 0.5),
  context: ["vehicle", "registration", "car", "plate", "rto", "bike"]
});

/** India's number of a voter's card: three letters and seven digits. */
export const inVoter = nationalId({
  type: "IN_VOTER",
  letters: [3],
  runs: [7],
  shape: /[A-Z]{3}\d{7}/iy,
  score: 0.2,
  context: ["voter", "epic", "elector", "election"]
});
