export const PREFIX = "base_model.model.";

/** A key of the adapter as the base names it. */
export function plain(key: string): string {
  const path = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key;
  return path.replace(/\.(modules_to_save(\.default)?|base_layer|original_module)(?=\.|$)/g, "");
}
