/** Types that are recorded but are no person's data by themselves: the privacy check lets them pass. */
export const impersonalTypes: ReadonlySet<string> = new Set(["URL"]);
