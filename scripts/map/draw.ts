const WIDTH = 980;
const BAND = 74;
const LEFT = 16;
const RIGHT = 780;
const GAP = 10;

/** What each group is for, as the picture says it. */
const ABOUT: Record<string, string> = {
  cli: "the commands",
  report: "the static site and its figures",
  evals: "runs, scores, verdicts, races, queues",
  training: "fine-tunes here and as jobs elsewhere",
  inference: "endpoints, and models on this machine",
  data: "versions, privacy, splits",
  weights: "files of weights, merges, models",
  base: "the store, statistics, prices, checks"
};

/** The groups as bands, the ground at the bottom, and an arrow from each group to each that it imports. */
export function drawMap(
  groups: readonly string[],
  imports: ReadonlyMap<string, ReadonlySet<string>>,
  groupOf: (room: string) => string
): string {
  const top = (group: string) => (groups.length - 1 - groups.indexOf(group)) * (BAND + GAP) + 12;
  const bands = groups.map((group) => {
    const rooms = [...imports.keys()].filter((room) => room !== group && groupOf(room) === group);
    let x = LEFT + 14;
    const chips = rooms.map((room) => {
      const name = room.slice(group.length + 1);
      const width = 16 + 7.4 * name.length;
      const chip = `<g transform="translate(${x} ${top(group) + 38})"><rect width="${width}" height="24" rx="5" class="room"/><text x="${width / 2}" y="16" text-anchor="middle">${name}</text></g>`;
      x += width + 6;
      return chip;
    });
    return `<rect x="${LEFT}" y="${top(group)}" width="${RIGHT - LEFT}" height="${BAND}" rx="8" class="group"/>
<text x="${LEFT + 14}" y="${top(group) + 24}"><tspan class="name">${group}</tspan><tspan dx="10">${ABOUT[group]}</tspan></text>
${chips.join("\n")}`;
  });
  const between = new Set(
    [...imports].flatMap(([from, to]) => [...to].map((room) => `${groupOf(from)} ${groupOf(room)}`))
  );
  const arrows = [...between]
    .map((pair) => pair.split(" ") as [string, string])
    .filter(([from, to]) => from !== to)
    .map(([from, to]) => {
      const span = groups.indexOf(from) - groups.indexOf(to);
      const start = top(from) + BAND / 2 + 4 * span - 16;
      const end = top(to) + BAND / 2 - 4 * span + 16;
      const reach = RIGHT + 26 + 34 * (span - 1);
      return `<path d="M${RIGHT} ${start} C${reach} ${start} ${reach} ${end} ${RIGHT + 4} ${end}" marker-end="url(#head)"><title>${from} imports ${to}</title></path>`;
    });
  const height = groups.length * (BAND + GAP) + 14;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="The groups of src and what each imports" font-family="system-ui, sans-serif" font-size="13">
<style>
svg { background: #fff; color: #222; }
text { fill: #222; }
.name { font-weight: 600; font-size: 15px; }
.group { fill: #f3f5f8; stroke: #c9d1dc; }
.room { fill: #fff; stroke: #9aa7b8; }
path { fill: none; stroke: #5b7089; stroke-width: 1.2; }
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#5b7089;stroke:none"/></marker></defs>
${bands.join("\n")}
${arrows.join("\n")}
</svg>`;
}
