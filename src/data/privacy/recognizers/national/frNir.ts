import {nationalId} from "./nationalId.js";

/** France's social security number: sex, birth and place, 97 minus the number mod 97. */
export const frNir = nationalId({
  type: "FR_NIR",
  runs: [1, 3, 5, 6, 7, 10, 13, 15],
  shape: /[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}/iy,
  fits: keyFits,
  score: 0.7,
  context: ["nir", "sécurité", "sociale", "insee"]
});

/** 2A and 2B (Corsica) count as 19 and 18. */
function keyFits(id: string): boolean {
  const number = id.slice(0, 13).replace("2A", "19").replace("2B", "18");
  return /^\d{13}$/.test(number) && 97 - (Number(number) % 97) === Number(id.slice(13));
}
