import {describe, expect, it} from "vitest";
import {chatTemplate, prefixSpans, TemplateError} from "../../../src/weights/chatTemplates/index.js";

const chatml =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
const marked = `{%- for m in messages %}
  {%- if m.role == 'assistant' %}
A: {% generation %}{{ m.content }};{% endgeneration %}
  {%- else %}
U: {{ m.content }}
  {%- endif %}
{%- endfor %}`;

const turns = [
  {role: "user", content: "one 🦙"},
  {role: "assistant", content: "two"},
  {role: "user", content: "three"},
  {role: "assistant", content: "four"}
];

describe("a chat template", () => {
  it("ends where the assistant is to speak, when asked", () => {
    const {text} = chatTemplate(chatml).render(turns.slice(0, 1), {addGenerationPrompt: true});
    expect(text).toBe("<|im_start|>user\none 🦙<|im_end|>\n<|im_start|>assistant\n");
  });

  it("ends inside the last message to have it continued", () => {
    const {text} = chatTemplate(chatml).render(turns.slice(0, 2), {continueFinalMessage: true});
    expect(text.endsWith("<|im_start|>assistant\ntwo")).toBe(true);
  });

  it("marks what the assistant said between generation markers, and shows none of its own marks", () => {
    const template = chatTemplate(marked);
    const {text, assistantSpans} = template.render(turns);
    expect(text).toBe("U: one 🦙A: two;U: three" + "A: four;");
    expect(template.marksAssistant).toBe(true);
    expect(assistantSpans!.map(([from, to]) => text.slice(from, to))).toEqual(["two;", "four;"]);
    expect(chatTemplate(chatml).render(turns).assistantSpans).toBeUndefined();
  });

  it("refuses a conversation by the template's own message", () => {
    const template = chatTemplate("{{ raise_exception('roles must alternate') }}");
    expect(() => template.render(turns)).toThrow(TemplateError);
    expect(() => template.render(turns)).toThrow("roles must alternate");
    expect(() => chatTemplate("{% for")).toThrow(TemplateError);
  });

  it.each([
    // As Jinja2 3.1.6 renders them.
    ["{{ none }} {{ messages[0].name }} {{ messages[0].get('name') }}", "None None None"],
    ["{{ 'a' ~ messages[0].name ~ true }}", "aNoneTrue"],
    ["{{ messages[0].name | trim }} {{ 'a' + none|string }}", "None aNone"],
    ["{{ messages[0].name if true else 'x' }}{{ 'x' if false }}{{ unknown }}", "None"],
    ["{% macro m(v) %}{{ v }}{% endmacro %}{% if true %}{{ m(none) }}{{ m(false) }}{% endif %}", "NoneFalse"],
    ["{% set v = none %}{% set w %}{{ v }}{% endset %}{{ v or 'x' }} {{ v is none and w }}", "x None"],
    ['{{ {"a": none} | tojson }}', '{"a": null}']
  ])("spells None, True and False as Python: %s", (source, text) => {
    const nameless = [{role: "user", content: "one", name: null}];
    expect(chatTemplate(source).render(nameless).text).toBe(text);
  });

  it("says the same day on any day, unless it is told one", () => {
    const template = chatTemplate("{{ strftime_now('%d %b %Y') }}");
    expect(template.render([]).text).toBe("26 Jul 2024");
    expect(template.render([], {today: new Date(2025, 0, 5)}).text).toBe("05 Jan 2025");
  });
});

describe("spans by prefixes", () => {
  it("are the assistant's messages with what ends them", () => {
    const template = chatTemplate(chatml);
    const {text} = template.render(turns);
    const spans = prefixSpans(template, turns)!;
    expect(spans.map(([from, to]) => text.slice(from, to))).toEqual(["two<|im_end|>\n", "four<|im_end|>\n"]);
  });

  it.each([
    ["a system's words", "{% if messages and messages[0].role != 'system' %}S: be brief;{% endif %}", ""],
    ["a beginning", "{% if messages %}<s>{% endif %}", ""],
    [
      "a header asked for within the loop",
      "",
      "{% if loop.last and add_generation_prompt %}assistant: {% endif %}"
    ]
  ])("leave out the header of a first message by the assistant: %s", (_, first, last) => {
    const template = chatTemplate(
      `${first}{% for m in messages %}{{ m.role + ': ' + m.content + ';' }}${last}{% endfor %}${
        last === "" ? "{% if add_generation_prompt %}assistant: {% endif %}" : ""
      }`
    );
    const {text} = template.render(turns.slice(1));
    const spans = prefixSpans(template, turns.slice(1))!;
    expect(spans.map(([from, to]) => text.slice(from, to))).toEqual(["two;", "four;"]);
  });

  it("are undefined for a template that rewrites earlier turns", () => {
    const forgetful = chatTemplate(
      "{% for m in messages %}{{ m.role[0] }}{% if loop.last %}{{ m.content }}{% endif %};{% endfor %}{% if add_generation_prompt %}a{% endif %}"
    );
    expect(prefixSpans(forgetful, turns)).toBeUndefined();
  });
});
