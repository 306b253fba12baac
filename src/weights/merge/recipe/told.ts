import {nearest} from "../../../base/validation/nearest.js";

/** "Did you mean …?" with a blank before it; empty where nothing is near. */
export function meant(found: unknown, known: readonly string[]): string {
  const near = typeof found === "string" ? nearest(found, known) : undefined;
  return near === undefined || near === found ? "" : ` Did you mean ${JSON.stringify(near)}?`;
}

/** `models[0].parameters.weight` of "models.0.parameters.weight". */
export function pathText(path: string): string {
  return path.replace(/\.(\d+)(?=\.|$)/g, "[$1]");
}

/** What is wrong, behind where it stands in the recipe, and with the value found there, unless the words have them. */
export function told(root: unknown, path: string, message: string): string {
  const found = shown(valueAt(root, path));
  const where = pathText(path);
  const words = message.includes(where) ? message : `${where}: ${message}`;
  return found === undefined || message.includes(found) ? words : `${words} Found: ${found}.`;
}

/** Names may have dots of their own: the longest that fits goes first. */
function valueAt(root: unknown, path: string): unknown {
  if (path === "") return undefined;
  if (typeof root !== "object" || root === null) return undefined;
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join(".");
    if (!Object.hasOwn(root, name)) continue;
    const value = (root as Record<string, unknown>)[name];
    return length === parts.length ? value : valueAt(value, parts.slice(length).join("."));
  }
  return undefined;
}

function shown(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const text = JSON.stringify(value, (_key, one: unknown) =>
    typeof one === "number" && !Number.isFinite(one) ? String(one) : one
  );
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
