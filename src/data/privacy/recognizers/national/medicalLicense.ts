import {weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** US prescribers' DEA registration: two letters (or a letter and 9), seven digits of which the last is a check digit. */
export const medicalLicense = nationalId({
  type: "MEDICAL_LICENSE",
  letters: [1, 2],
  runs: [7, 8],
  shape: /[ABCDEFGHJKLMPRSTUX][A-Z9]-?\d{7}/iy,
  fits: fits,
  score: 0.25,
  context: ["dea", "medical", "license", "licence", "certificate", "registration"]
});

function fits(id: string): boolean {
  return weighted(id.slice(2), [1, 2, 1, 2, 1, 2]) % 10 === Number(id[8]);
}
