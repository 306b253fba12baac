import {relative} from "node:path";
import type {Reporter, TestModule} from "vitest/node";

const SLOWEST = 10;

/** Ends a run with what was skipped and where, and with the files that took longest. */
export class Summary implements Reporter {
  /** @param left how many files this run leaves to the full one; undefined in that */
  constructor(private readonly left: number | undefined) {}

  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = this.left === undefined ? [] : [longCases(modules, this.left)];
    lines.push(...elsewhere(modules), ...slowest(modules));
    console.log(`\n${lines.join("\n")}`);
  }
}

function longCases(modules: readonly TestModule[], files: number): string {
  const tests = modules.flatMap((module) => skipped(module, true)).length;
  return `Left to npm run test:full: ${files} files, and ${tests} tests of others.`;
}

/** Tests that lack something of this machine, by file. In a full run a filter skips tests without tags as well. */
function elsewhere(modules: readonly TestModule[]): string[] {
  const found = modules
    .map((module) => ({name: nameOf(module), count: skipped(module, false).length}))
    .filter(({count}) => count > 0);
  const sum = found.reduce((total, {count}) => total + count, 0);
  return [
    `Skipped for what this machine lacks: ${sum} tests.`,
    ...found.map(({name, count}) => `  ${name}: ${count}`)
  ];
}

function skipped({children, project}: TestModule, isLong: boolean) {
  const filtered = project.name === "long";
  return [...children.allTests("skipped")].filter(({options: {tags = []}}) =>
    filtered ? !isLong && tags.length > 0 : tags.includes("long") === isLong
  );
}

function slowest(modules: readonly TestModule[]): string[] {
  const timed = modules.map((module) => {
    const {collectDuration, duration} = module.diagnostic();
    return {name: nameOf(module), seconds: (collectDuration + duration) / 1000};
  });
  timed.sort((a, b) => b.seconds - a.seconds);
  return [
    "Slowest files:",
    ...timed.slice(0, SLOWEST).map(({name, seconds}) => `  ${seconds.toFixed(1).padStart(6)} s  ${name}`)
  ];
}

const nameOf = ({moduleId}: TestModule) => relative("test", moduleId);
