/**
 * Checks of values that people write: schemas of definitions, names, errors with place and remedy, secrets in texts.
 * In: a value and where it stands. Out: problems or a `UserError`. It reads no files; other rooms import its files by path.
 */
export {exactJson, pythonJson} from "./exactJson.js";
export {shellWord} from "./lineText.js";
export {messageOf, StoppedError, UsageError, UserError} from "./errors.js";
export {checkName, nameProblem} from "./names.js";
export {nearest} from "./nearest.js";
export {isSecretParameter, withoutCredentials} from "./withoutCredentials.js";
export {withoutEnvironmentSecrets} from "./withoutCredentials.js";
