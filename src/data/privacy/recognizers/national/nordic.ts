import {isCalendarDay, weighted, luhn} from "../checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Finland's identity code: birth date, a sign of the century, a serial and a check character mod 31. */
export const fiPersonalIdentityCode = nationalId({
  type: "FI_PERSONAL_IDENTITY_CODE",
  runs: [6],
  shape: /\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]/iy,
  fits: identityCodeFits,
  score: 0.7,
  context: ["hetu", "henkilötunnus", "personbeteckning", "personal", "identity"]
});

/** The sign does not count. Serials below 002 are never given out. */
function identityCodeFits(spelled: string): boolean {
  const digits = spelled.slice(0, 6) + spelled.slice(-4, -1);
  if (!isCalendarDay(Number(digits.slice(0, 2)), Number(digits.slice(2, 4))) || Number(digits.slice(6)) < 2)
    return false;
  return "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(digits) % 31] === spelled.at(-1);
}

/** Norway's number of a person: birth date (D-numbers add 40 to the day, H-numbers 40 to the month), a serial, two check digits. */
export const noFodselsnummer = nationalId({
  type: "NO_FODSELSNUMMER",
  runs: [6, 11],
  shape: /[0-7]\d{5} ?\d{5}/y,
  fits: fodselsnummerFits,
  score: 0.4,
  context: ["fødselsnummer", "fodselsnummer", "personnummer", "fnr", "fødselsnr", "d-nummer"]
});

function fodselsnummerFits(id: string): boolean {
  return (
    isCalendarDay(Number(id.slice(0, 2)) % 40, Number(id.slice(2, 4)) % 40) &&
    weighted(id, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weighted(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
}

/** Sweden's number of an organisation: ten digits of which the third is 2 or more, Luhn. */
export const seOrganisationsnummer = nationalId({
  type: "SE_ORGANISATIONSNUMMER",
  runs: [6, 10],
  shape: /[1-9]\d[2-9]\d{3}-?\d{4}/y,
  fits: luhn,
  score: (spelled) => (spelled.includes("-") ? 0.25 : 0.1),
  context: ["organisationsnummer", "orgnr", "org"]
});

/** Sweden's number of a person: birth date (its day plus 60 for a coordination number), serial, Luhn. */
export const sePersonnummer = nationalId({
  type: "SE_PERSONNUMMER",
  runs: [6, 8, 10, 12],
  shape: /(?:(?:18|19|20)\d{6}|\d{6})[-+]?\d{4}/y,
  fits: personnummerFits,
  score: (spelled) => (/[-+]/.test(spelled) ? 0.6 : 0.2),
  context: ["personnummer", "samordningsnummer", "personal", "identity"]
});

/** A century before the date does not count. */
function personnummerFits(id: string): boolean {
  const ten = id.slice(-10);
  const day = Number(ten.slice(4, 6));
  return isCalendarDay(day > 60 ? day - 60 : day, Number(ten.slice(2, 4))) && luhn(ten);
}
