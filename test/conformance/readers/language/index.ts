import type {Reader} from "../../figure.js";
import {languageAdapters} from "./adapters.js";
import {languageCollation} from "./collation.js";
import {languageForward} from "./forward.js";
import {languageGradients} from "./gradients.js";
import {languagePreferences} from "./preferences.js";
import {languageTraining} from "./training.js";

export const languageReaders: readonly Reader[] = [
  languageAdapters,
  languageCollation,
  languageForward,
  languageGradients,
  languagePreferences,
  languageTraining
];
