import type {RecipeParameters, SettingScalar, Setting} from "./types.js";

/** Where a tensor stands: its name (for filters) and its position t in [0, 1] among the slice's layers. */
export interface TensorPlace {
  name: string;
  t: number;
}

/**
 * The value of a setting at a place, or undefined when no filter matches. A gradient is interpolated at
 * t * (entries - 1); lists that contain booleans are picked without interpolation. Booleans read as 1 and 0.
 */
export function evaluate(setting: Setting, {name, t}: TensorPlace): number | undefined {
  if (!Array.isArray(setting)) return Number(setting);
  if (setting.every((entry) => typeof entry === "object")) {
    const entry = setting.find(({filter}) => filter === undefined || filter === "*" || name.includes(filter));
    return entry && evaluate(entry.value, {name, t});
  }
  const list = setting as SettingScalar[];
  const position = t * (list.length - 1);
  const i = Math.min(Math.floor(position), list.length - 1);
  const from = list[i];
  if (from === undefined) return undefined;
  const to = list[Math.min(i + 1, list.length - 1)]!;
  if (list.some((value) => typeof value === "boolean")) return Number(from);
  return (1 - (position - i)) * Number(from) + (position - i) * Number(to);
}

/** The first level (nearest first) that has a value at this place. */
export function lookUp(
  name: string,
  levels: readonly RecipeParameters[],
  place: TensorPlace
): number | undefined {
  for (const level of levels) {
    const setting = level[name];
    const value = setting === undefined ? undefined : evaluate(setting, place);
    if (value !== undefined) return value;
  }
  return undefined;
}
