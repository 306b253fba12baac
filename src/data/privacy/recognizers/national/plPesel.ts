import {isCalendarDay, weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Poland's number of a person: a birth date that exists (the month carries the century), weights 1, 3, 7, 9. */
export const plPesel = nationalId({
  type: "PL_PESEL",
  runs: [11],
  shape: /\d{11}/y,
  fits: fits,
  score: 0.25,
  context: ["pesel"]
});

function fits(id: string): boolean {
  return (
    isCalendarDay(Number(id.slice(4, 6)), Number(id.slice(2, 4)) % 20) &&
    weighted(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0
  );
}
