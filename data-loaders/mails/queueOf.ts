export const queues = [
  "spam",
  "linux-help",
  "packaging",
  "mail-client-dev",
  "antispam-product",
  "news-feed",
  "newsletter",
  "general-discussion"
] as const;

export type Queue = (typeof queues)[number];

const lists: [RegExp, Queue][] = [
  [/ilug@|ilug\.linux\.ie|(?:social|webdev)[@.]linux\.ie/, "linux-help"],
  [/rpm-(?:zzz)?list[@.]/, "packaging"],
  [/exmh-(?:workers|users)[@.]/, "mail-client-dev"],
  [
    /razor-users[@.]|spamassassin-(?:talk|devel|commits|sightings)[@.]|spambayes[@.-]|spamcon-tools/,
    "antispam-product"
  ],
  [
    /fork[@.](?:xent|spamassassin)|(?:zzzzteana|forteana)@|iiu[@.](?:iiu\.)?taint|0xdeadbeef|irregulars\.tb/,
    "general-discussion"
  ]
];

const newsletterSenders =
  /pudge@perl\.org|lockergnome|theregister|mediaunspun|imakenews|ntknow|action\.eff\.org|worldwidewords|ryanairmail|lyris|\.cnet\.com|zdnet|nytimes|fooladvisor|handango|isilo|divx\.com|geocaching|updates\.ximian|lindows|newsletter|confnews|groups\.msn\.com|evilgerald/;

/**
 * The queue a mail belongs to, read from its headers alone: the corpus's spam waves, feed robots, mailing lists
 * and known newsletter senders. Undefined when none applies (private mail, tiny lists): such mails are left out.
 */
export function queueOf(group: string, headers: ReadonlyMap<string, string>): Queue | undefined {
  if (group.startsWith("spam")) return "spam";
  const value = (...names: string[]) =>
    names
      .map((name) => headers.get(name) ?? "")
      .join(" ")
      .toLowerCase();
  if (value("from").includes("rssfeeds@")) return "news-feed";
  const listHeaders = value("list-id", "x-beenthere", "mailing-list", "list-post", "x-loop", "sender");
  const recipients = value("to", "cc", "subject");
  for (const source of [listHeaders, recipients]) {
    const list = lists.find(([pattern]) => pattern.test(source));
    if (list) return list[1];
  }
  if (/\[spambayes\]/.test(recipients)) return "antispam-product";
  const senders = value("from", "sender", "return-path", "reply-to", "list-unsubscribe");
  if (newsletterSenders.test(senders) || /q{6,}-[\w-]+@|yyyy-use-perl@/.test(recipients)) return "newsletter";
  return undefined;
}
