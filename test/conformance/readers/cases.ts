import {isObject, type JsonObject} from "../item.js";

/** An object within a file of vectors, and where it stands. */
export interface Case {
  path: (string | number)[];
  value: JsonObject;
}

/** Every object that passes the test, however deep it stands; none within another. */
export function casesIn(content: unknown, test: (value: JsonObject) => boolean): Case[] {
  if (isObject(content) && test(content)) return [{path: [], value: content}];
  if (typeof content !== "object" || content === null) return [];
  return Object.entries(content).flatMap(([key, inner]: [string, unknown]) =>
    casesIn(inner, test).map(({path, value}) => ({
      path: [Array.isArray(content) ? Number(key) : key, ...path],
      value
    }))
  );
}
