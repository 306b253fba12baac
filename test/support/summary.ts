import {readdirSync} from "node:fs";
import {relative} from "node:path";
import type {Reporter, TestModule} from "vitest/node";

const SLOWEST = 10;

/** Ends a run with what was skipped and where, and with the files that took longest. */
export class Summary implements Reporter {
  constructor(private readonly isFull: boolean) {}

  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = this.isFull ? [] : [longCases(modules)];
    lines.push(...elsewhere(modules), ...slowest(modules));
    console.log(`\n${lines.join("\n")}`);
  }
}

function longCases(modules: readonly TestModule[]): string {
  const tests = modules.flatMap((module) => skipped(module, true)).length;
  const files = readdirSync("test", {recursive: true, encoding: "utf8"}).filter((name) =>
    name.endsWith(".full.test.ts")
  ).length;
  return `Left to npm run test:full: ${tests} tests tagged "long", and ${files} files *.full.test.ts.`;
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
