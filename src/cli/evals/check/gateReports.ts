import {counted, type GateResult, type Risk, writerOf} from "../../../evals/decisions/index.js";
import type {Broken} from "../../project/broken.js";
import type {CheckedRun} from "./check.js";
import {placeText, type UnrunGate, unrunText} from "./unrun.js";

/** What a gate's result is told of. */
export interface Checks {
  checked: readonly CheckedRun[];
  /** Where evals state a gate and have no run. */
  unrun?: readonly UnrunGate[];
  /** Files of evals that could not be loaded: whether they state gates is not known. */
  broken?: readonly Broken[];
}

const escapeXml = (text: string) =>
  text
    .replace(/[<>&"]/g, (c) => ({"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"})[c]!)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "�");

/**
 * JUnit XML: one suite a run, one case a rule; an undecided rule is an error, since it neither passed nor failed, and so is
 * a gate without a run, or an eval that cannot be loaded.
 */
export function junit({checked, unrun = [], broken = []}: Checks): string {
  const erring = (name: string, what: string, message: string) =>
    `  <testsuite name="${escapeXml(name)}" tests="1" failures="0" errors="1">\n    <testcase classname="${escapeXml(name)}" name="${what}"><error message="${escapeXml(message)}"/></testcase>\n  </testsuite>`;
  const missing = [
    ...broken.map(({path, message}) => erring(path, "an eval that can be loaded", message)),
    ...unrun.map((one) => erring(one.eval + placeText(one), "a run to check", `undecided: ${unrunText(one)}`))
  ];
  const suites = checked.map(({results, ...one}) => {
    const {eval: name, split} = one;
    const cases = results.map((result) => {
      const {candidate, rule, status, message} = result;
      const inner =
        status === "pass"
          ? ""
          : status === "fail"
            ? `<failure message="${escapeXml(message)}"/>`
            : `<error message="${escapeXml(`undecided: ${foundText(result)}`)}"/>`;
      return `    <testcase classname="${escapeXml(`${name}.${split}`)}" name="${escapeXml(`${candidate}: ${rule}`)}">${inner}</testcase>`;
    });
    const count = (wanted: string) => results.filter(({status}) => status === wanted).length;
    return `  <testsuite name="${escapeXml(name + placeText(one))}" tests="${results.length}" failures="${count("fail")}" errors="${count("undecided")}">\n${cases.join("\n")}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${[...suites, ...missing].join("\n")}\n</testsuites>\n`;
}

/** GitHub's annotations, at the eval's file; line breaks and separators of the command are escaped as it asks. */
export function annotations({checked, unrun = [], broken = []}: Checks): string {
  const escape = (text: string) =>
    text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = (text: string) => escape(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
  const line = (kind: "error" | "warning", path: string, text: string) =>
    `::${kind} file=${property(path)},title=Assay gate::${escape(text)}`;
  return [
    ...checked.flatMap(({results, path, ...one}) =>
      notPassed(results).map((result) =>
        line(
          result.status === "fail" ? "error" : "warning",
          path,
          `${one.eval}${placeText(one)}, ${result.candidate}: ${result.rule}: ${foundText(result)}`
        )
      )
    ),
    ...broken.map(({path, message}) => line("error", path, message)),
    ...unrun.map((one) => line("warning", one.path, `${one.eval}${placeText(one)}: ${unrunText(one)}`))
  ].join("\n");
}

/**
 * A comment for a pull request, headed by how the gates stand and by what could not be loaded, which may state more of them. A few
 * lines a run: what to do, the verdict, the worst risk and those of the answers themselves or of how weights were chosen, what
 * changed, the gates; then the rules that did not pass, failures first.
 */
export function markdown({checked, unrun = [], broken = []}: Checks): string {
  const lines = checked.flatMap((one) => {
    const {eval: name, split, results, report} = one;
    return [
      `**${escape(name)}** (${escape(split)}): ${escape(report.verdict.action)}  `,
      ...(report.verdict.sentence === report.verdict.action
        ? []
        : [`Verdict: ${escape(report.verdict.sentence)}  `]),
      ...(one.otherMargin === undefined ? [] : [`Margin: ${escape(one.otherMargin)}  `]),
      ...(one.otherDefinition === undefined ? [] : [`Definition: ${escape(one.otherDefinition)}  `]),
      ...worthSaying(report.verdict.risks).map(({sentence}) => `Risk: ${escape(sentence)}  `),
      `Changed: ${escape(changeText(one))}  `,
      `Gates: ${gatesText(results)}`,
      ...notPassed(results).map(
        (result) =>
          `- **${result.status}**: ${escape(result.candidate)}, ${escape(result.rule)}: ${escape(foundText(result))}`
      ),
      ""
    ];
  });
  const missing = unrun.flatMap((one) => [
    `**${escape(one.eval)}**${escape(placeText(one))}: ${escape(unrunText(one))}`,
    ""
  ]);
  const unloaded = broken.map(({path, message}) =>
    [`**${escape(path)}** cannot be loaded: ${escape(withoutPath(message, path))}`, ""].join("\n")
  );
  const heading = [
    broken.length > 0 ? `${broken.length} ${broken.length === 1 ? "eval" : "evals"} cannot be loaded` : "",
    standing({checked, unrun}, broken.length > 0)
  ].filter(Boolean);
  return `### Assay: ${heading.join(", ")}\n\n${[...unloaded, ...lines, ...missing].join("\n")}`;
}

const SAID: readonly Risk["kind"][] = ["selection", "answers", "answerer", "scorers"];

/** The worst, and what a change of the project often causes: how weights were chosen, and answers that were cut, refused or of several models. */
function worthSaying(risks: readonly Risk[]): Risk[] {
  return risks.filter(({kind, moves}, i) => i === 0 || (SAID.includes(kind) && moves !== 0));
}

/** The message of a file begins with its path. */
function withoutPath(message: string, path: string): string {
  return message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
}

/** "2 of 9 gates fail, 4 are undecided": what a reader needs when the comment is folded. */
function standing({checked, unrun = []}: Checks, isPart: boolean): string {
  const results = checked.flatMap((one) => one.results);
  const count = (wanted: string) => results.filter(({status}) => status === wanted).length;
  const [failed, undecided, all] = [
    count("fail"),
    count("undecided") + unrun.length,
    results.length + unrun.length
  ];
  if (all === 0) return isPart ? "" : "no gate is stated";
  if (all === 1) return failed ? "the gate fails" : undecided ? "the gate is undecided" : "the gate passes";
  const parts = [
    failed > 0 ? `${failed} of ${all} gates ${failed === 1 ? "fails" : "fail"}` : "",
    undecided > 0 ? `${undecided}${failed > 0 ? "" : ` of ${all} gates`} undecided` : ""
  ].filter(Boolean);
  if (parts.length > 0) return parts.join(", ");
  return isPart ? `${all} gates pass` : `all ${all} gates pass`;
}

function notPassed(results: readonly GateResult[]): GateResult[] {
  const of = (wanted: string) => results.filter(({status}) => status === wanted);
  return [...of("fail"), ...of("undecided")];
}

/**
 * Text as it is in a GitHub comment: no markup, no new line that could begin a block, nobody mentioned and no issue linked
 * (a backslash does not keep GitHub from doing either, a comment in between does).
 */
function escape(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_{}[\]<>|!]/g, "\\$&")
    .replace(/[@#]/g, "$&<!-- -->");
}

function gatesText(results: readonly GateResult[]): string {
  if (results.length === 0) return "none stated.";
  return `${results.filter(({status}) => status === "pass").length} of ${results.length} pass.`;
}

/** The best candidate's change, the names of those that changed beyond chance, and what else is not the same. */
function changeText({change, report: {verdict}}: CheckedRun): string {
  if (!change) return "there is no earlier run to compare with.";
  const shared = change.candidates.filter(({difference}) => difference !== undefined);
  if (shared.length === 0) return `nothing in common with ${change.before}.`;
  const shown = shared.find(({candidate}) => candidate === verdict.best) ?? shared[0]!;
  const {candidate, before, after, difference, low, high, better, worse, rows} = shown;
  const {number} = writerOf(verdict.scale);
  const sign = difference! > 0 ? "+" : "";
  const named = (status: string) => shared.filter((one) => one.status === status).map((one) => one.candidate);
  const beyond = [
    ...named("regressed").map((name) => `${name} ${change.sameScorer ? "regressed" : "scored lower"}`),
    ...named("improved").map((name) => `${name} ${change.sameScorer ? "improved" : "scored higher"}`)
  ];
  const differs = change.differs.length > 0 ? `; not the same: ${change.differs.join(", ")}` : "";
  return `${candidate} ${number(before!)} → ${number(after!)} (${sign}${number(difference!)}, ${number(low!)} to ${number(high!)}) against ${change.before} on ${rows} rows, ${better.length} better and ${worse.length} worse; ${beyond.length > 0 ? `beyond chance: ${beyond.join(", ")}` : "no candidate changed beyond chance"}${differs}.`;
}

/** What was found, and for an undecided rule how many more rows would decide it. */
function foundText({message, rowsNeeded}: GateResult): string {
  return rowsNeeded === undefined
    ? message
    : `${message}; about ${counted(rowsNeeded)} more ${rowsNeeded === 1 ? "row" : "rows"} would decide it`;
}
