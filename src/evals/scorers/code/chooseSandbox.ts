import {messageOf} from "../../../base/validation/errors.js";
import {bubblewrap} from "./bubblewrap.js";
import type {CodeLanguage} from "./fencedCode.js";
import {nodePermission} from "./nodePermission.js";
import {programOf} from "./program.js";
import {runProgram} from "./runProgram.js";
import type {Sandbox} from "./sandbox.js";

const PROBE = {timeoutMs: 20_000, memoryMb: 256, maxOutputBytes: 10_000};

const chosen = new Map<CodeLanguage, Promise<{sandbox: Sandbox} | {refusal: string}>>();

/** The strongest sandbox that runs an empty program on this machine, tried once; else why there is none. */
export function chooseSandbox(language: CodeLanguage): Promise<{sandbox: Sandbox} | {refusal: string}> {
  let found = chosen.get(language);
  if (!found) chosen.set(language, (found = tryAll(language)));
  return found;
}

async function tryAll(language: CodeLanguage): Promise<{sandbox: Sandbox} | {refusal: string}> {
  const reasons: string[] = [];
  for (const sandbox of language === "javascript" ? [bubblewrap, nodePermission] : [bubblewrap]) {
    const reason = await sandboxFailure(sandbox, language);
    if (reason === undefined) return {sandbox};
    reasons.push(`${sandbox.name}: ${reason}`);
  }
  return {
    refusal: `${language} cannot be run shut off from this machine (${reasons.join("; ")}). Install bubblewrap (Linux: \`apt install bubblewrap\`)${language === "python" ? " and python3" : ""}, and let it make user namespaces.`
  };
}

async function sandboxFailure(sandbox: Sandbox, language: CodeLanguage): Promise<string | undefined> {
  try {
    const {end, stderr} = await runProgram(sandbox, programOf(language, "", ""), PROBE);
    return end === "passed" ? undefined : (stderr[0] ?? end);
  } catch (error) {
    return messageOf(error);
  }
}
