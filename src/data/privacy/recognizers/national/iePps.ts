import {weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Ireland's personal public service number: seven digits, a check letter and, since 2013, another letter. */
export const iePps = nationalId({
  type: "IE_PPS",
  runs: [7],
  shape: /\d{7}[A-W][A-IW]?/iy,
  fits,
  score: 0.2,
  context: ["pps", "ppsn", "rsi"]
});

function fits(id: string): boolean {
  const letter = id[8] === undefined || id[8] === "W" ? 0 : id.charCodeAt(8) - 64;
  return "WABCDEFGHIJKLMNOPQRSTUV"[(weighted(id, [8, 7, 6, 5, 4, 3, 2]) + 9 * letter) % 23] === id[7];
}
