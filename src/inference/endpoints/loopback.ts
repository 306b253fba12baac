/** Whether a host's name is one that only this machine answers to. */
export function isLoopback(hostname: string): boolean {
  return /^(.+\.)?localhost$|^127(\.\d{1,3}){3}$|^(\[?::1\]?)$/i.test(hostname);
}
