/** `npm run demo:full` sets `ASSAY_DEMO=full`: all mails, words and candidates, and a longer training. */
export const whole = process.env.ASSAY_DEMO === "full";
