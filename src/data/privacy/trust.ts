/**
 * How far a place may be trusted with data: `local` never leaves this machine, `internal` is run by the team,
 * `contract` is a processor under an agreement, `external` is anyone else.
 */
export type Trust = "local" | "internal" | "contract" | "external";

/** From most to least trusted. */
export const trustLevels: readonly Trust[] = ["local", "internal", "contract", "external"];

/** What is stated as trust, whoever stated it: what is none of the levels is not trusted. */
export function readTrust(stated: unknown): Trust {
  return trustLevels.find((level) => level === stated) ?? "external";
}
