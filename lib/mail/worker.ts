/** Sends what the outbox holds: woken by the commit that queued a mail, and by time for what is to be tried again. Any number of processes may run one. */
import { createTransport } from "nodemailer";
import { enrolmentToken, invitationToken, linkToken } from "@/lib/auth/account-links";
import { attemptCode } from "@/lib/auth/attempts";
import { codeFor } from "@/lib/auth/step-up";
import { abandonStale, markFailed, markSent, nextDue, takeDueMail, type QueuedMail } from "@/lib/db/outbox";
import type { Wakeups } from "@/lib/db/wakeups";
import { log } from "@/lib/log";
import type { Ports } from "@/lib/ports";
import { renderMail, type Codes } from "./templates";

/** Mails that one process sends at the same time. */
const PARALLEL = 4;
const LOOK_AT_LEAST_EVERY_MS = 30_000;
/** Mails wait until none was queued for this long: the answer to who queued it, and the gateway that waits for the same commit, come first. */
const LULL_MS = 50;
/** So long at most. */
const PATIENCE_MS = 500;

/** 2 s, 4 s, 8 s … at most 10 minutes. */
export const retryDelayMs = (attempts: number): number => Math.min(1000 * 2 ** attempts, 600_000);

/** Shorter than a mail's lease: a server that hangs must not let a second worker send what the first still holds. Settings in the URL win. */
function withTimeouts(smtpUrl: string): string {
  const url = new URL(smtpUrl);
  for (const [name, milliseconds] of Object.entries({ dnsTimeout: 5_000, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 })) {
    if (!url.searchParams.has(name)) url.searchParams.set(name, String(milliseconds));
  }
  return url.href;
}

export interface MailWorker {
  stop(): Promise<void>;
}

export function startMailWorker(ports: Ports & { wakeups: Wakeups }): MailWorker {
  const { config, db, clock } = ports;
  const transport = createTransport(withTimeouts(config.mail.smtpUrl), { from: config.mail.from });
  // Behind a "#": what a link carries stays out of servers' logs.
  const endSessionsUrl = (token: string): string => new URL(`/end-sessions#token=${token}`, config.url).href;
  const invitationUrl = (token: string): string => new URL(`/invitation#token=${token}`, config.url).href;
  const enrolmentUrl = (token: string): string => new URL(`/enrolment#token=${token}`, config.url).href;
  const codes: Codes = {
    challenge: (id, digits) => codeFor(ports, id, digits),
    attempt: (id, purpose) => attemptCode(ports, id, purpose),
    endSessions: (id) => endSessionsUrl(linkToken(ports, id)),
    invitation: (id) => invitationUrl(invitationToken(ports, id)),
    enrolment: (id) => enrolmentUrl(enrolmentToken(ports, id)),
  };
  let stopped = false;
  let wake: () => void = () => {};
  let woken = false;
  const unsubscribe = ports.wakeups.subscribe("outbox", () => {
    woken = true;
    wake();
  });

  async function send(mail: QueuedMail): Promise<void> {
    try {
      await transport.sendMail({
        ...renderMail(mail.content, codes),
        to: { name: "", address: mail.recipient },
        // The same for every try of one mail, so that a mail sent twice (we were killed in between) is seen as one.
        messageId: `<${mail.id}@${config.url.hostname}>`,
        headers: { "Auto-Submitted": "auto-generated" },
      });
      await markSent(db.read, mail.id, clock.now());
    } catch (error) {
      const reason = withoutCode(mail, error instanceof Error ? error.message : String(error));
      const delay = retryDelayMs(mail.attempts);
      await markFailed(db.read, mail.id, reason, new Date(clock.now().getTime() + delay));
      log("warn", "mail not sent", reason, { mail: mail.id, template: mail.content.template, attempts: mail.attempts, retryInMs: delay });
    }
  }

  /** A mail server that refuses a mail may repeat its subject or text, and they hold the code or the link. */
  function withoutCode({ content }: QueuedMail, text: string): string {
    const seen: string[] = [];
    const noted = (code: string): string => (seen.push(code), code);
    renderMail(content, {
      challenge: (id, digits) => noted(codes.challenge(id, digits)),
      attempt: (id, purpose) => noted(codes.attempt(id, purpose)),
      endSessions: (id) => endSessionsUrl(noted(linkToken(ports, id))),
      invitation: (id) => invitationUrl(noted(invitationToken(ports, id))),
      enrolment: (id) => enrolmentUrl(noted(enrolmentToken(ports, id))),
    });
    return seen.reduce((rest, code) => rest.replaceAll(code, "••••••"), text);
  }

  async function drain(): Promise<void> {
    const one = async () => {
      // Asked before a mail is taken: one that was taken and not sent would wait for its lease to run out.
      while (!stopped) {
        const mail = await takeDueMail(db.read, clock.now());
        if (!mail) return;
        await send(mail);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, one));
  }

  async function run(): Promise<void> {
    while (!stopped) {
      let waitMs = LOOK_AT_LEAST_EVERY_MS;
      try {
        woken = false;
        await abandonStale(db.read, clock.now());
        await drain();
        const due = await nextDue(db.read);
        if (due) waitMs = Math.max(0, Math.min(waitMs, due.getTime() - clock.now().getTime()));
      } catch (error) {
        log("error", "mail worker", error instanceof Error ? error.message : String(error));
        waitMs = 1000;
      }
      if (!woken && !stopped) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, waitMs);
          wake = () => (clearTimeout(timer), resolve());
        });
      }
      if (woken) await lull();
    }
  }

  async function lull(): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    while (woken && !stopped && performance.now() < until) {
      woken = false;
      await new Promise((resolve) => setTimeout(resolve, LULL_MS));
    }
  }
  const running = run();

  return {
    async stop() {
      stopped = true;
      unsubscribe();
      wake();
      await running;
      transport.close();
    },
  };
}
