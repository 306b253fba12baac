import {dollars, share} from "./format.js";

const WORDS: Readonly<Record<string, (value: number) => string>> = {
  deviceUsd: (value) => `${dollars(value)} a device`,
  serverUsd: (value) => `${dollars(value)} a server`,
  lifeYears: (value) => `used for ${value} years`,
  watts: (value) => `${value} W`,
  idleWatts: (value) => `${value} W idle`,
  usdPerKwh: (value) => `${dollars(value)} a kWh`,
  usdPerHour: (value) => `${dollars(value)} an hour`,
  usdPerMonth: (value) => `${dollars(value)} a month`,
  usdPerRequest: (value) => `${dollars(value)} a request`,
  requestsPerSecond: (value) => `${value} requests a second`,
  utilisation: (value) => `used ${share(value)} of the time`
};

/** An assumption in words: "$600.00 a device" of deviceUsd 600; one without words of its own by its name. */
export function statedWords(name: string, value: number): string {
  const known = WORDS[name];
  if (known) return known(value);
  if (name.endsWith("Share")) return `${spaced(name)} ${share(value)}`;
  return `${spaced(name)} ${Number(value.toPrecision(6))}`;
}

/** "usd per hour" of usdPerHour. */
export function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
