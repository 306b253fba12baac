const bare = (name: string) => name.replace(/^models\//, "").replace(/:latest$/, "");

/** Whether two names are one model's: Gemini lists `models/NAME`, Ollama `NAME:latest`. */
export const isSameModel = (one: string, other: string) => bare(one) === bare(other);
