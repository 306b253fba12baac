const STEPS = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 5, 7], [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]];

/** Ticks of a logarithmic axis, each of which can be labelled: as many as there is room for, at round numbers. */
export function logTicks(low: number, high: number, most: number): number[] {
  const all = STEPS.map((steps) => {
    const decades = [];
    for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) decades.push(power);
    return decades
      .flatMap((power) => steps.map((step) => Number(`${step}e${power}`)))
      .filter((tick) => low <= tick && tick <= high);
  });
  return all.findLast((ticks) => ticks.length <= most) ?? all[0]!;
}
