import {base36} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** India's number for goods and services tax: state, tax number, serial, Z and a check character mod 36. */
export const inGstin = nationalId({
  type: "IN_GSTIN",
  runs: [2],
  shape: /\d{2}[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]/iy,
  fits: fits,
  score: 0.9,
  context: ["gstin", "gst", "goods", "services", "tax"]
});

function fits(id: string): boolean {
  const state = Number(id.slice(0, 2));
  if (state < 1 || (state > 38 && state !== 97 && state !== 99)) return false;
  let sum = 0;
  for (let index = 0; index < 14; index++) {
    const product = base36(id[index]!) * (index % 2 === 0 ? 1 : 2);
    sum += Math.floor(product / 36) + (product % 36);
  }
  return (36 - (sum % 36)) % 36 === base36(id[14]!);
}
