import * as methods from "./all.js";
import type {Method} from "./types.js";

export type {Method, ParameterSpec} from "./types.js";

/** Every merge method by its name in recipes. */
export const METHODS: Readonly<Record<string, Method>> = methods;
