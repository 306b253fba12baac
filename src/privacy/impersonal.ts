/** Types that are recorded but are no person's data by themselves: the gate lets them pass. */
export const impersonalTypes: ReadonlySet<string> = new Set(["URL"]);
