/**
 * Functions that make a scorer, by themselves, with their names: called as one they give no score. Filled by the room's
 * index, so that who checks a definition loads no scorer.
 */
export const makers = new Map<unknown, string>();
