import {numberArgument, textArgument} from "./arguments.js";
import type {InstructionCheck} from "./types.js";

const constrainedResponses = ["My answer is yes.", "My answer is no.", "My answer is maybe."];

export const formatChecks: Record<string, InstructionCheck> = {
  "detectable_format:constrained_response": (response) =>
    constrainedResponses.some((allowed) => response.includes(allowed)),

  /** Lines that begin with "* " or "-", exactly as many as asked for. */
  "detectable_format:number_bullet_lists": (response, given) => {
    const stars = response.match(/(?<![^\n])\s*\*[^*][^\n]*(?![^\n])/g)?.length ?? 0;
    const dashes = response.match(/(?<![^\n])\s*-[^\n]*(?![^\n])/g)?.length ?? 0;
    return stars + dashes === numberArgument(given, "num_bullets");
  },

  /** Text between single or double asterisks on one line. */
  "detectable_format:number_highlighted_sections": (response, given) => {
    const single = (response.match(/\*[^\n*]*\*/g) ?? []).filter(
      (mark) => mark.replace(/^\*+|\*+$/g, "").trim() !== ""
    );
    const double = (response.match(/\*\*[^\n*]*\*\*/g) ?? []).filter(
      (mark) => mark.slice(2, -2).trim() !== ""
    );
    return single.length + double.length >= numberArgument(given, "num_highlights");
  },

  "detectable_format:multiple_sections": (response, given) => {
    const marker = textArgument(given, "section_spliter").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const sections = response.split(new RegExp(`\\s?${marker}\\s?\\p{Nd}+\\s?`, "u")).length - 1;
    return sections >= numberArgument(given, "num_sections");
  },

  "detectable_format:json_format": (response) => {
    const text = response
      .trim()
      .replace(/^```json/, "")
      .replace(/^```Json/, "")
      .replace(/^```JSON/, "")
      .replace(/^```/, "")
      .replace(/```$/, "")
      .trim();
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  },

  /** A <<title>> that is not blank. */
  "detectable_format:title": (response) =>
    response.split("\n").some((line) => {
      let begin = line.indexOf("<<");
      let end = line.lastIndexOf(">>") + 2;
      if (begin < 0 || end < begin + 5) return false;
      while (line[begin] === "<") begin++;
      while (end > begin && line[end - 1] === ">") end--;
      return line.slice(begin, end).trim() !== "";
    })
};
