import {bootstrap} from "./stats/bootstrap.js";
import {pairs} from "./stats/pairs.js";

/** The benchmarks of statistics and decisions, `npm run bench`: a line each. Exit code 1 when a target is missed. */
for (const benchmark of [bootstrap, pairs]) {
  const {name, seconds, target, note} = await benchmark();
  const best = Math.min(...seconds);
  const rounds = seconds.map((one) => one.toFixed(2)).join(", ");
  console.log(
    `${name}: best ${best.toFixed(2)} s of ${rounds}; target ${target} s: ${best < target ? "met" : "missed"}; ${note}`
  );
  if (best >= target) process.exitCode = 1;
}
