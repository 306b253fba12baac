import type {PersonalDataKind} from "../datasets/index.js";
import {allRecognizers, nationalIds} from "./recognizers/index.js";

/** The types of findings that a kind stands for. */
export const typesOfKind: Readonly<Record<PersonalDataKind, readonly string[]>> = {
  account: ["US_BANK_NUMBER", "ABA_ROUTING_NUMBER"],
  birthDate: ["DATE_OF_BIRTH"],
  card: ["CREDIT_CARD"],
  crypto: ["CRYPTO"],
  email: ["EMAIL_ADDRESS"],
  iban: ["IBAN_CODE"],
  ip: ["IP_ADDRESS"],
  mac: ["MAC_ADDRESS"],
  nationalId: ["US_SSN", "US_ITIN", "UK_NHS", "UK_NINO", ...nationalIds.map(({type}) => type)],
  person: ["PERSON"],
  phone: ["PHONE_NUMBER"],
  place: ["LOCATION", "UK_POSTCODE"],
  secret: ["API_KEY", "ACCESS_TOKEN", "PRIVATE_KEY", "URL_WITH_CREDENTIALS", "PASSWORD", "SECRET"],
  url: ["URL"]
};

/** Every type that a recogniser finds. */
export const allTypes: ReadonlySet<string> = new Set([
  ...Object.values(typesOfKind).flat(),
  ...allRecognizers.map(({type}) => type)
]);
