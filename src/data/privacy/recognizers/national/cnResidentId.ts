import {isCalendarDay, weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** China's number of a resident: region, birth date, a serial and a check character mod 11 (ISO 7064, MOD 11-2). */
export const cnResidentId = nationalId({
  type: "CN_RESIDENT_ID",
  runs: [17, 18],
  shape: /[1-9]\d{5}(?:18|19|20)\d{9}[\dX]/iy,
  fits,
  score: 0.8,
  context: ["身份证", "身份證", "resident", "identity"]
});

function fits(id: string): boolean {
  const sum = weighted(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return (
    isCalendarDay(Number(id.slice(12, 14)), Number(id.slice(10, 12))) && "10X98765432"[sum % 11] === id.at(-1)
  );
}
