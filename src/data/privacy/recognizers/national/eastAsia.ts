import {isCalendarDay, weighted} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

/** China's number of a resident: region, birth date, a serial and a check character mod 11 (ISO 7064, MOD 11-2). */
export const cnResidentId = nationalId({
  type: "CN_RESIDENT_ID",
  runs: [17, 18],
  shape: /[1-9]\d{5}(?:18|19|20)\d{9}[\dX]/iy,
  fits: residentFits,
  score: 0.8,
  context: ["身份证", "身份證", "resident", "identity"]
});

function residentFits(id: string): boolean {
  const sum = weighted(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return (
    isCalendarDay(Number(id.slice(12, 14)), Number(id.slice(10, 12))) && "10X98765432"[sum % 11] === id.at(-1)
  );
}

/** Korea's numbers of residents and foreigners: birth date, sex and century, and a check digit until October 2020. */
export const krRrn = nationalId({
  type: "KR_RRN",
  runs: [6, 13],
  shape: /\d{6}-?[1-8]\d{6}/y,
  fits: (id) => isCalendarDay(Number(id.slice(4, 6)), Number(id.slice(2, 4))),
  score: (spelled) => (!rrnCheckFits(spelled.replace("-", "")) ? 0.05 : spelled.includes("-") ? 0.7 : 0.25),
  context: ["rrn", "resident", "registration", "주민등록번호", "주민번호", "외국인등록번호"]
});

/** Numbers given out since then end in digits of chance, so that this makes one likelier and its absence excludes none. */
function rrnCheckFits(id: string): boolean {
  const rest = weighted(id, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11;
  const foreign = Number(id[6]) > 4;
  return ((foreign ? 13 : 11) - rest) % 10 === Number(id[12]);
}

/** Korea's number of a business: ten digits, weights 1, 3, 7 and the tens of the ninth digit times 5. */
export const krBrn = nationalId({
  type: "KR_BRN",
  runs: [3, 10],
  shape: /\d{3}-\d{2}-\d{5}|\d{10}/y,
  fits: brnFits,
  score: (spelled) => (spelled.includes("-") ? 0.4 : 0.1),
  context: ["brn", "business", "registration", "사업자등록번호"]
});

function brnFits(id: string): boolean {
  const sum = weighted(id, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((Number(id[8]) * 5) / 10);
  return (10 - (sum % 10)) % 10 === Number(id[9]);
}

/** Korean driving licences: region, year, serial and check, without a published formula. */
export const krDriverLicense = nationalId({
  type: "KR_DRIVER_LICENSE",
  runs: [2, 12],
  shape: /(?:1[1-9]|2[0-8])-?\d{2}-?\d{6}-?\d{2}/y,
  score: (spelled) => (spelled.includes("-") ? 0.3 : 0.05),
  context: ["driver", "driving", "license", "licence", "운전면허", "면허번호"]
});

/** Korean passports: a letter of their kind and eight digits, since 2021 with a letter among them. */
export const krPassport = nationalId({
  type: "KR_PASSPORT",
  letters: [1],
  runs: [3, 8],
  shape: /[MSRODG](?:\d{8}|\d{3}[A-Z]\d{4})/iy,
  score: 0.1,
  context: ["passport", "여권", "여권번호"]
});
