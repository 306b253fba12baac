import {memberOf} from "../../../base/validation/memberOf.js";
import {dollars, pluralText, percentText} from "../text/format.js";

const WORDS: Readonly<Record<string, (value: number) => string>> = {
  deviceUsd: (value) => `${dollars(value)} a device`,
  serverUsd: (value) => `${dollars(value)} a server`,
  lifeYears: (value) => `used for ${amountOf(value, "year")}`,
  watts: (value) => `${value} W`,
  idleWatts: (value) => `${value} W idle`,
  usdPerKwh: (value) => `${dollars(value)} a kWh`,
  usdPerHour: (value) => `${dollars(value)} an hour`,
  reservedUsdPerHour: (value) => `${dollars(value)} a reserved hour`,
  usdPerMonth: (value) => `${dollars(value)} a month`,
  usdPerRequest: (value) => `${dollars(value)} a request`,
  pue: (value) => `PUE ${value}`,
  spaceUsdPerMonth: (value) => `${dollars(value)} a month for space`,
  staffUsdPerMonth: (value) => `${dollars(value)} a month for staff`,
  adapterUsdPerMonth: (value) => `${dollars(value)} a month for the adapter`,
  trainingUsdPerMillion: (value) => `${dollars(value)} a million training tokens`,
  evalUsd: (value) => `${dollars(value)} for its eval`,
  hours: (value) => amountOf(value, "hour"),
  requestsPerSecond: (value) => `${amountOf(value, "request")} a second`,
  utilisation: (value) => `used ${percentText(value)} of the time`
};

/** What an assumption that is not stated is called. */
const NAMES: Readonly<Record<string, string>> = {
  deviceUsd: "price of a device",
  serverUsd: "price of a server",
  lifeYears: "years of use",
  usdPerKwh: "price of a kWh",
  usdPerHour: "price of an hour",
  reservedUsdPerHour: "price of a reserved hour",
  pue: "PUE",
  spaceUsdPerMonth: "cost of space a month",
  staffUsdPerMonth: "cost of staff a month"
};

/** "0.5 requests", "1 request"; a fraction as it was stated. */
function amountOf(value: number, one: string): string {
  return Number.isInteger(value) ? pluralText(value, one) : `${value} ${one}s`;
}

/** An assumption in words: "$600.00 a device" of deviceUsd 600; one without words of its own by its name. */
export function statedWords(name: string, value: number): string {
  const known = memberOf(WORDS, name);
  if (known) return known(value);
  if (name.endsWith("Share")) return `${spaced(name)} ${percentText(value)}`;
  return `${spaced(name)} ${Number(value.toPrecision(6))}`;
}

/** The name of an assumption in words: "price of an hour" of usdPerHour, "prompt tokens" of promptTokens. */
export function spaced(name: string): string {
  return memberOf(NAMES, name) ?? name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
