import {UserError} from "../validation/errors.js";

const SECONDS = 300;

/**
 * How long what is remote is tried again while it only fails, is silent or limits the rate: ASSAY_GIVE_UP_AFTER, or 300 seconds.
 * Throws UserError for no number.
 */
export function giveUpSeconds(env: NodeJS.ProcessEnv = process.env): number {
  const said = env.ASSAY_GIVE_UP_AFTER;
  if (!said) return SECONDS;
  const seconds = Number(said);
  if (/^\d+(\.\d+)?$/.test(said.trim()) && seconds <= 1e6) return seconds;
  throw new UserError(
    `ASSAY_GIVE_UP_AFTER is ${JSON.stringify(said)}. Write a number of seconds from 0 to 1,000,000, such as 300.`
  );
}
