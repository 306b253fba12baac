import type {CheckedRun} from "./check.js";

const escapeXml = (text: string) =>
  text
    .replace(/[<>&"]/g, (c) => ({"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"})[c]!)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "�");

/** JUnit XML: one suite a run, one case a rule; an undecided rule is an error, since it neither passed nor failed. */
export function junit(checked: readonly CheckedRun[]): string {
  const suites = checked.map(({eval: name, split, results}) => {
    const cases = results.map(({candidate, rule, status, message}) => {
      const inner =
        status === "pass"
          ? ""
          : status === "fail"
            ? `<failure message="${escapeXml(message)}"/>`
            : `<error message="${escapeXml(`undecided: ${message}`)}"/>`;
      return `    <testcase classname="${escapeXml(`${name}.${split}`)}" name="${escapeXml(`${candidate}: ${rule}`)}">${inner}</testcase>`;
    });
    const count = (wanted: string) => results.filter(({status}) => status === wanted).length;
    return `  <testsuite name="${escapeXml(`${name} (${split})`)}" tests="${results.length}" failures="${count("fail")}" errors="${count("undecided")}">\n${cases.join("\n")}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("\n")}\n</testsuites>\n`;
}

/** GitHub's annotations; line breaks and separators of the command are escaped as it asks. */
export function annotations(checked: readonly CheckedRun[]): string {
  const escape = (text: string) =>
    text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  return checked
    .flatMap(({eval: name, split, results}) =>
      results
        .filter(({status}) => status !== "pass")
        .map(
          ({candidate, rule, status, message}) =>
            `::${status === "fail" ? "error" : "warning"} title=Assay gate::${escape(`${name} (${split}), ${candidate}: ${rule}: ${message}`)}`
        )
    )
    .join("\n");
}

/** A comment for a pull request: one verdict line a run, then the rules that did not pass. */
export function markdown(checked: readonly CheckedRun[]): string {
  const escape = (text: string) => text.replace(/[\\`*_{}[\]<>|#!@]/g, "\\$&");
  const lines = checked.flatMap(({eval: name, split, results, report}) => {
    const counts = `${results.filter(({status}) => status === "pass").length} of ${results.length} gates pass`;
    return [
      `**${escape(name)}** (${escape(split)}): ${escape(report.verdict.sentence)} ${results.length > 0 ? `${counts}.` : ""}`,
      ...results
        .filter(({status}) => status !== "pass")
        .map(
          ({candidate, rule, status, message, rowsNeeded}) =>
            `- ${status}: ${escape(candidate)}, ${escape(rule)}: ${escape(message)}${rowsNeeded === undefined ? "" : `; about ${rowsNeeded} more rows would decide it`}`
        ),
      ""
    ];
  });
  return `### Assay\n\n${lines.join("\n")}`;
}
