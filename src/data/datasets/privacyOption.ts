/** `keep`, `mask` with stars, `replace` by the kind's name, or a keyed `pseudonym` that is the same for the same value. */
export type PrivacyAction = "keep" | "mask" | "replace" | "pseudonym";

/** Kinds of personal data, as a dataset names them. `account` are bank accounts without an IBAN, `nationalId` all identity numbers, `secret` all keys and passwords. */
export type PersonalDataKind =
  | "account"
  | "birthDate"
  | "card"
  | "crypto"
  | "email"
  | "iban"
  | "ip"
  | "mac"
  | "nationalId"
  | "person"
  | "phone"
  | "place"
  | "secret"
  | "url";

export interface Privacy {
  /** Columns looked at; unless told, all that hold text or numbers of seven digits, also within lists, structures and JSON. */
  columns?: string[];
  /**
   * What is done by kind, or by type in capitals (`US_SSN`), which goes first. `default` is for all others: `keep` unless
   * told. Naming `person` or `place` makes the pull look for names, which is slower.
   */
  actions: {[kind in PersonalDataKind | "default"]?: PrivacyAction} & {
    [type: Uppercase<string>]: PrivacyAction;
  };
  /** Findings below this score are left alone and not recorded. 0 to 1; 0.3 unless told. */
  minScore?: number;
  /** The environment variable that holds the key of pseudonyms; ASSAY_PSEUDONYM_KEY unless told. Never the key itself. */
  keyVariable?: string;
}
