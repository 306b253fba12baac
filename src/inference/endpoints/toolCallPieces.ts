import type {ToolCall} from "./types.js";

interface ToolCallPiece {
  index?: number | null;
  id?: string | null;
  function?: {name?: string | null; arguments?: string | null} | null;
}

/** Puts the tool calls of a stream together from their pieces. */
export class ToolCallPieces {
  private readonly calls: ToolCall[] = [];
  /** The call that pieces of an index belong to. */
  private readonly open = new Map<number, ToolCall>();

  add(piece: ToolCallPiece): void {
    const call = this.callOf(piece);
    if (piece.id) call.id = piece.id;
    call.function.name += piece.function?.name ?? "";
    call.function.arguments += piece.function?.arguments ?? "";
  }

  /** The calls so far; one that the server gives no id is known by its place. */
  get all(): ToolCall[] {
    return this.calls.map((call, place) => ({...call, id: call.id || `call_${place}`}));
  }

  private callOf({index, id, function: called}: ToolCallPiece): ToolCall {
    const last = index == null ? this.calls.at(-1) : this.open.get(index);
    // Gemini gives parallel calls one index. Other servers give each piece of a call an id of its own, and the first a name.
    const another = id && id !== last?.id && (index == null || (last?.id && called?.name));
    if (last && !another) return last;
    const call: ToolCall = {id: "", type: "function", function: {name: "", arguments: ""}};
    this.calls.push(call);
    if (index != null) this.open.set(index, call);
    return call;
  }
}
