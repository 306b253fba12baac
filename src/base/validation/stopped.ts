import {UserError} from "./errors.js";

/** Work ended because it was asked to (Ctrl-C); what was done is kept, and the same command goes on. */
export class StoppedError extends UserError {}
