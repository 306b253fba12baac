import {isCalendarDay, weighted} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Korea's numbers of residents and foreigners: birth date, sex and century, and a check digit until October 2020. */
export const krRrn = nationalId({
  type: "KR_RRN",
  runs: [6, 13],
  shape: /\d{6}-?[1-8]\d{6}/y,
  fits: (id) => isCalendarDay(Number(id.slice(4, 6)), Number(id.slice(2, 4))),
  score: (spelled) => (!checkFits(spelled.replace("-", "")) ? 0.05 : spelled.includes("-") ? 0.7 : 0.25),
  context: ["rrn", "resident", "registration", "주민등록번호", "주민번호", "외국인등록번호"]
});

/** Numbers given out since then end in digits of chance, so that this makes one likelier and its absence excludes none. */
function checkFits(id: string): boolean {
  const rest = weighted(id, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11;
  const foreign = Number(id[6]) > 4;
  return ((foreign ? 13 : 11) - rest) % 10 === Number(id[12]);
}
