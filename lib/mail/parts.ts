import type { Noticed } from "./messages";

export interface MailLink {
  label: string;
  url: string;
}

/** What every mail is made of, before it is laid out as text and HTML. */
export interface Parts {
  subject: string;
  lead: string;
  code?: string;
  details: { label: string; value: string }[];
  closing: string;
  links?: MailLink[];
}

export const when = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;

/** When and from where, and where to go if it wasn't the account's owner. @param endSessions makes the address of the page that ends all sessions */
export const noticeParts = (notice: Noticed, endSessions: (linkId: string) => string): Pick<Parts, "details"> & { links: MailLink[] } => ({
  details: [
    { label: "When", value: when(notice.at) },
    { label: "From", value: `${notice.browser}, address ${notice.sourceAddress}` },
  ],
  links: [
    { label: "It wasn't me: end all sessions", url: endSessions(notice.endSessionsLink) },
    { label: "See what can sign in to your account", url: notice.securityUrl },
  ],
});
