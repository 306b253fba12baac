import {isCalendarDay, weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Norway's number of a person: birth date (D-numbers add 40 to the day, H-numbers 40 to the month), a serial, two check digits. */
export const noFodselsnummer = nationalId({
  type: "NO_FODSELSNUMMER",
  runs: [6, 11],
  shape: /[0-7]\d{5} ?\d{5}/y,
  fits,
  score: 0.4,
  context: ["fødselsnummer", "fodselsnummer", "personnummer", "fnr", "fødselsnr", "d-nummer"]
});

function fits(id: string): boolean {
  return (
    isCalendarDay(Number(id.slice(0, 2)) % 40, Number(id.slice(2, 4)) % 40) &&
    weighted(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weighted(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
}
