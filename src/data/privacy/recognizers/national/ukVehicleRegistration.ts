import {nationalId} from "./nationalId.js";

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
