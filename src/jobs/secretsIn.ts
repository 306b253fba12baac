import {isObject} from "../store/checked.js";

const SECRET = /key$|token$|secret|password/i;
/** Of a tokenizer, which training tools are told. */
const SPECIAL_TOKEN = /(^|_)(bos|eos|eot|pad|unk|sep|cls|mask|image|audio|video)_token$/i;

/** Where settings hold what looks like a secret by its name, at any depth. */
export function secretsIn(settings: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(settings)) return settings.flatMap((one, i) => secretsIn(one, [...path, i]));
  if (!isObject(settings)) return [];
  return Object.entries(settings).flatMap(([name, value]) => {
    const here = [...path, name];
    return isSecret(name, value) ? [here] : secretsIn(value, here);
  });
}

/** A switch such as `use_auth_token: true` holds none. */
function isSecret(name: string, value: unknown): boolean {
  return (
    SECRET.test(name) &&
    !SPECIAL_TOKEN.test(name) &&
    value !== undefined &&
    value !== null &&
    typeof value !== "boolean"
  );
}
