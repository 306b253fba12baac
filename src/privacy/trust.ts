/**
 * How far a place may be trusted with data: `local` never leaves this machine, `internal` is run by the team,
 * `contract` is a processor under an agreement, `external` is anyone else.
 */
export type Trust = "local" | "internal" | "contract" | "external";

/** From most to least trusted. */
export const trustLevels: readonly Trust[] = ["local", "internal", "contract", "external"];
