import {nationalId} from "./nationalId.js";

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
