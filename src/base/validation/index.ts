export {exactJson, pythonJson} from "./exactJson.js";
export {shellWord} from "./shellWord.js";
export {messageOf, UsageError, UserError} from "./errors.js";
export {checkName, nameProblem} from "./names.js";
export {nearest} from "./nearest.js";
export {StoppedError} from "./errors.js";
export {isSecretParameter, withoutCredentials} from "./withoutCredentials.js";
export {withoutEnvironmentSecrets} from "./withoutCredentials.js";
