import type {Command} from "commander";
import {UsageError} from "../../base/validation/index.js";
import {printAsIs} from "../terminal/terminal.js";

/** Completes commands and options, from the declared ones, and files elsewhere. */
export function completionVerb(program: Command, shell: string): void {
  if (shell !== "bash" && shell !== "zsh" && shell !== "fish")
    throw new UsageError(`there are completions for bash, zsh and fish, not for ${shell}.`);
  const known = wordsOf(program);
  printAsIs(shell === "fish" ? fishScript(known) : shellScript(known, shell));
}

interface CompletedCommand {
  /** "" for `assay` itself, "queue status" for a command of a command. */
  path: string;
  words: string[];
}

function wordsOf(program: Command): CompletedCommand[] {
  const found: CompletedCommand[] = [];
  const add = (command: Command, path: string) => {
    const commands = command.commands.map((one) => one.name());
    const options = command.options.flatMap(({long, hidden}) => (long && !hidden ? [long] : []));
    found.push({path, words: [...commands, ...options, "--help"]});
    for (const one of command.commands) add(one, path === "" ? one.name() : `${path} ${one.name()}`);
  };
  add(program, "");
  return found;
}

/** Of bash; zsh reads it through its own layer for such scripts. */
function shellScript(known: readonly CompletedCommand[], shell: "bash" | "zsh"): string {
  const cases = known.map(({path, words}) => `    "${path}") words="${words.join(" ")}" ;;`);
  return `${shell === "zsh" ? "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n" : ""}_assay() {
  local path="" word words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case " ${known.flatMap(({path}) => (path === "" ? [] : [path.replaceAll(" ", "/")])).join(" ")} " in
      *" \${path:+\${path// //}/}$word "*) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _assay assay`;
}

function fishScript(known: readonly CompletedCommand[]): string {
  return known
    .flatMap(({path, words}) => {
      const seen = path.split(" ").filter(Boolean);
      const when =
        seen.length === 0
          ? "__fish_use_subcommand"
          : seen.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
      return words.map((word) =>
        word.startsWith("--")
          ? `complete -c assay -n '${when}' -l ${word.slice(2)}`
          : `complete -c assay -n '${when}' -a ${word}`
      );
    })
    .join("\n");
}
