import {svg} from "htl";

export interface Place {
  x: number;
  y: number;
}

/** Boxes in columns: how wide one is, and how far apart they stand. */
export interface Grid {
  width: number;
  step: Place;
}

/** Where a line from one box to another crosses the columns between: through the nearest gap between their boxes. */
export function wayAround(
  start: Place,
  end: Place,
  {between, grid}: {between: readonly {x: number; taken: readonly number[]}[]; grid: Grid}
): Place[] {
  const {width, step} = grid;
  const way: Place[] = [{x: start.x + width, y: start.y}];
  for (const {x, taken} of between) {
    const straight = way.at(-1)!.y + ((end.y - way.at(-1)!.y) * step.x) / (end.x - x + step.x);
    const y = nearestGap(straight, {taken, step: step.y});
    way.push({x, y}, {x: x + width, y});
  }
  return [...way, {x: end.x, y: end.y}];
}

/** The height nearest to one at which no box lies. */
function nearestGap(y: number, {taken, step}: {taken: readonly number[]; step: number}): number {
  const isFree = (at: number) => taken.every((middle) => Math.abs(middle - at) >= step / 2);
  const gaps = [y, ...taken.flatMap((middle) => [middle - step / 2, middle + step / 2])].filter(isFree);
  return gaps.reduce((best, gap) => (Math.abs(gap - y) < Math.abs(best - y) ? gap : best));
}

/** Bent between columns, straight across them. */
export function line(way: readonly Place[], how: string): SVGElement {
  const path = way.slice(1).map((to, i) => {
    const from = way[i]!;
    const middle = (from.x + to.x) / 2;
    return from.y === to.y ? `L${to.x},${to.y}` : `C${middle},${from.y} ${middle},${to.y} ${to.x},${to.y}`;
  });
  return svg`<path d=${`M${way[0]!.x},${way[0]!.y}${path.join("")}`} fill="none" stroke="var(--strong-line)" stroke-width="1.4"><title>${how}</title></path>`;
}
