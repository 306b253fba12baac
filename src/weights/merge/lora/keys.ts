export const PREFIX = "base_model.model.";

/** A key of the adapter as the base names it. */
export function plain(key: string): string {
  const path = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key;
  return path.replace(/\.(modules_to_save(\.default)?|base_layer|original_module)(?=\.|$)/g, "");
}

/** What stands on a model and is often not in its checkpoint: what the weights are tied to, or a task needs. */
export const HEAD =
  /^(lm_head|embed_out|score|classifier|classification_head|pre_classifier|qa_outputs|v_head|pooler|cls)\./;
