/** A client that is prepared for a colleague: approved by who prepares it, its key born in the colleague's browser. */
const DAY_MS = 24 * 3_600_000;

export const ENROLMENT_DAYS = 7;
/** Mails of one link, the first included. */
export const ENROLMENT_MAILS = 5;
/** Mails with links to one person's address, of one subscription, whoever prepared what they lead to. */
export const ENROLMENT_MAILS_A_DAY = 20;
export const ENROLMENT_RESEND_SECONDS = 60;

/** Until when the link is good. @param clientEnd of the client's access; null: none was chosen */
export function linkEnd(now: Date, clientEnd: Date | null): Date {
  const end = new Date(now.getTime() + ENROLMENT_DAYS * DAY_MS);
  return clientEnd !== null && clientEnd < end ? clientEnd : end;
}
