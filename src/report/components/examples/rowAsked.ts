import {group} from "d3";
import {html} from "htl";
import type {RowDetail} from "../../site/detailTypes.js";
import type {RunView} from "../../site/types.js";
import {shellWord} from "../../../base/validation/lineText.js";
import {code, type PageContent, details, section} from "../text/elements.js";
import {joinedNames} from "../text/format.js";
import {said, publishedText} from "../text/shownText.js";

/** What prints a row's whole prompt; its id may be anything, so that a shell has to be kept from reading it. */
export function promptCommand(run: Pick<RunView, "eval">, row: string): string {
  return `npx assay rows ${run.eval} --prompt ${shellWord(row)}`;
}

/** The messages that candidates were sent about a row, and what they might call. */
export function asked(run: RunView, {id, prompts}: RowDetail): HTMLElement {
  if (prompts.length > 0 && prompts.every(({none}) => none))
    return section("What was asked", html`<p>${whyNone(run)}</p>`, toolsOf(run));
  const command = code(promptCommand(run, id));
  return section(
    "What was asked",
    ...prompts.map(
      ({variant, messages}) =>
        html`<div>
          ${prompts.length > 1 ? html`<h3>${variant}</h3>` : null}
          ${
            messages
              ? messages.map(
                  (message) =>
                    html`<div class="message">
                      <span class="role">${message.role}</span>
                      ${said(publishedText(message))}
                    </div>`
                )
              : html`<p>The prompt is not published.</p>`
          }
        </div>`
    ),
    prompts.length === 0 ? html`<p>The run was made before prompts were kept.</p>` : null,
    toolsOf(run),
    html`<p class="small">
      Texts stand here as the eval publishes them: masked and cut, unless it says otherwise. The whole prompt:
      ${command}
    </p>`
  );
}

function whyNone({imported, split}: RunView): string {
  if (split.part === "held-out") return "The prompts of held-out rows are not shown.";
  return imported
    ? "There is no prompt: the imported file does not say what was asked, or the row was erased."
    : "There is no prompt: the eval's prompt function gave none, or the row was erased.";
}

/** Tools are the same for every row: candidates with the same ones stand together. */
function toolsOf({candidates}: RunView): PageContent {
  const having = candidates.filter(({tools}) => tools && tools.length > 0);
  return [...group(having, ({tools}) => JSON.stringify(tools, null, 2))].map(([tools, own]) =>
    details(
      `Tools of ${joinedNames(own.map(({name}) => name))}`,
      html`<pre tabindex="0" aria-label="Tools">${tools}</pre>`
    )
  );
}
