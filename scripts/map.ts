// What is read from src: `npm run map` writes docs/map.svg, the tables of CONTRIBUTING.md, and the methods in docs/merging.md.
import {readFileSync, writeFileSync} from "node:fs";
import {format, resolveConfig} from "prettier";
import {GROUPS, groupOf, importsOfRooms, sharedFiles} from "./map/imports.js";
import {drawMap} from "./map/draw.js";
import {withMethods} from "./map/methods.js";

/** CONTRIBUTING.md with both tables as the imports are now. */
export function withTables(contributing: string): string {
  const imports = importsOfRooms();
  const rooms = [...imports.keys()];
  const inOrder = (names: Iterable<string>) => [...names].sort((a, b) => rooms.indexOf(a) - rooms.indexOf(b));
  const tables = {
    "Which room may import which": [
      "| room | may import |",
      ...rooms.map((room) => `| ${room} | ${inOrder(imports.get(room)!).join(", ")} |`)
    ],
    "Sub-paths": [
      "| room | files that other rooms may import |",
      ...[...sharedFiles()].map(([room, files]) => `| ${room} | ${[...files].sort().join(", ")} |`)
    ]
  };
  let text = contributing;
  for (const [heading, [head, ...rows]] of Object.entries(tables)) {
    const table = [head, "|---|---|", ...rows].join("\n").replaceAll("|  |", "| |");
    const [before, after] = text.split(`## ${heading}\n`) as [string, string];
    text = `${before}## ${heading}\n${after.replace(/\| room \|[^]*?\n(?=\n)/, () => `${table}\n`)}`;
  }
  return text;
}

export const mapText = async () => {
  const options = await resolveConfig("docs/map.svg");
  return format(drawMap(GROUPS, importsOfRooms(), groupOf), {...options, parser: "html", printWidth: 200});
};

if (process.argv[1]?.endsWith("map.ts")) {
  writeFileSync("docs/map.svg", await mapText());
  writeFileSync("CONTRIBUTING.md", withTables(readFileSync("CONTRIBUTING.md", "utf8")));
  writeFileSync("docs/merging.md", withMethods(readFileSync("docs/merging.md", "utf8")));
}
