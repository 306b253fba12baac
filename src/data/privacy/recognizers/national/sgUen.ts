import {weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Singapore's numbers of businesses, companies and other bodies, each with a check letter of its own. */
export const sgUen = nationalId({
  type: "SG_UEN",
  letters: [0, 1],
  runs: [2, 8, 9],
  shape: /(?:19|20)\d{7}[A-Z]|\d{8}[A-Z]|[TSR]\d{2}[A-Z]{2}\d{4}[A-Z]/iy,
  fits: fits,
  score: 0.25,
  context: ["uen", "entity", "singapore"]
});

const OTHERS = "ABCDEFGHJKLMNPQRSTUVWX0123456789";

function fits(id: string): boolean {
  const last = id.at(-1);
  if (/^\d{8}[A-Z]$/.test(id)) return "XMKECAWLJDB"[weighted(id, [10, 4, 9, 3, 8, 2, 7, 1]) % 11] === last;
  if (/^\d{9}[A-Z]$/.test(id)) return "ZKCMDNERGWH"[weighted(id, [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11] === last;
  const weights = [4, 3, 5, 3, 10, 2, 2, 5, 7];
  const sum = weights.reduce((total, weight, index) => total + weight * OTHERS.indexOf(id[index]!), -5);
  return OTHERS[((sum % 11) + 11) % 11] === last;
}
