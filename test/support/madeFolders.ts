/** Folders that a file of tests made, which are removed after its last test. */
export const madeFolders: string[] = [];
