/** The first count in `npm run test:full`, the second in `npm test`. Tests with such a count are tagged "counted": see vitest.config.ts. */
export const inFull = (full: number, short: number) => (process.env.ASSAY_FULL === "1" ? full : short);
