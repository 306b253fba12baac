import {METHODS, type Method, type ParameterSpec} from "../../src/weights/merge/methods/index.js";

/** docs/merging.md with its table of methods as their files state it. */
export function withMethods(merging: string): string {
  const rows = Object.entries(METHODS).map(
    ([name, method]) => `| \`${name}\` | ${modelsOf(method)} | ${parametersOf(method) || "none"} |`
  );
  const table = ["| method | models | parameters, with their defaults |", "|---|---|---|", ...rows].join(
    "\n"
  );
  return merging.replace(
    /<!-- methods -->[^]*<!-- end of methods -->/,
    () => `<!-- methods -->\n${table}\n<!-- end of methods -->`
  );
}

function modelsOf({base, models: {min, max}}: Method): string {
  const count = min === max ? String(min) : min > 1 ? `${min} or more` : "any";
  return base === "required" ? `base + ${count}` : base === "optional" ? `${count}, base optional` : count;
}

const parametersOf = ({perModel, global}: Method) =>
  Object.entries({...perModel, ...global})
    .filter(([name]) => name !== "int8_mask") // of which the page says that it changes nothing
    .map(([name, spec]) => `\`${name}\`${defaultOf(spec)}`)
    .join(", ");

function defaultOf({kind, default: value}: ParameterSpec): string {
  if (value === undefined) return "";
  return ` ${kind === "flag" ? value === 1 : value}`;
}
