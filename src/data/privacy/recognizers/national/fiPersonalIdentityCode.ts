import {isCalendarDay} from "./checkDigits.js";
import {nationalId} from "./nationalId.js";

/** Finland's identity code: birth date, a sign of the century, a serial and a check character mod 31. */
export const fiPersonalIdentityCode = nationalId({
  type: "FI_PERSONAL_IDENTITY_CODE",
  runs: [6],
  shape: /\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]/iy,
  fits: fits,
  score: 0.7,
  context: ["hetu", "henkilötunnus", "personbeteckning", "personal", "identity"]
});

/** The sign does not count. Serials below 002 are never given out. */
function fits(spelled: string): boolean {
  const digits = spelled.slice(0, 6) + spelled.slice(-4, -1);
  if (!isCalendarDay(Number(digits.slice(0, 2)), Number(digits.slice(2, 4))) || Number(digits.slice(6)) < 2)
    return false;
  return "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(digits) % 31] === spelled.at(-1);
}
