/** T9, T15: whatever a nickname or a name holds, a mail stays the mail that it was meant to be. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MailContent } from "@/lib/mail/messages";
import { renderMail } from "@/lib/mail/templates";

const AT = "2027-03-01T12:00:00.000Z";
const LINK = "https://portal.test/subscriptions/1/clients/2";

const notice = (text: string) => ({ browser: text, sourceAddress: text, at: AT, securityUrl: LINK, endSessionsLink: "l" });

/** Every template, with the text in every place that comes from outside. */
const contents = (text: string): MailContent[] => [
  { template: "step-up-code", challengeId: "c", digits: 6, act: `add the client “${text}” to ${text}`, details: [{ label: "Client", value: text }], browser: text, sourceAddress: text, expiresAt: AT },
  { template: "client-issued", nickname: text, instanceName: text, byEmail: text, browser: text, sourceAddress: text, at: AT, expiresAt: AT, clientUrl: LINK },
  { template: "client-suspended", nickname: text, instanceName: text, byEmail: text, byOperator: true, at: AT, clientUrl: LINK },
  { template: "client-resumed", nickname: text, instanceName: text, byEmail: text, byOperator: false, at: AT, clientUrl: LINK },
  { template: "client-extended", nickname: text, instanceName: text, byEmail: text, expiresAt: null, at: AT, clientUrl: LINK },
  { template: "client-rekeyed", nickname: text, instanceName: text, byEmail: text, browser: text, sourceAddress: text, handoverEndsAt: AT, at: AT, clientUrl: LINK },
  { template: "client-ending", nickname: text, instanceName: text, days: 7, expiresAt: AT, clientUrl: LINK },
  { template: "client-expired", nickname: text, instanceName: text, expiresAt: AT, clientUrl: LINK },
  { template: "cut-overdue", subscriptionName: text, nicknames: [text, text], count: 30, since: AT, gatewayName: text, gatewayLastSeenAt: null, url: LINK },
  { template: "cut-confirmed-late", subscriptionName: text, nicknames: [text], count: 1, since: AT, at: AT, url: LINK },
  { template: "gateway-old-credential", gatewayName: text, sourceAddress: text, at: AT, url: LINK },
  { template: "gateway-overdue", gatewayName: text, gatewayLastSeenAt: AT, failure: text, count: 2, since: AT, url: LINK },
  { template: "cut-overdue", subscriptionName: text, nicknames: [text], count: 1, since: AT, gatewayName: text, gatewayLastSeenAt: AT, agentless: true, url: LINK },
  { template: "gateway-overdue", gatewayName: text, gatewayLastSeenAt: AT, failure: text, agentless: true, count: 1, since: AT, url: LINK },
  { template: "instance-taken-down", instanceName: text, subscriptionName: text, byEmail: text, byOperator: true, clients: 2, own: 1, at: AT, url: LINK },
  { template: "instance-taken-down", instanceName: text, subscriptionName: text, byEmail: null, byOperator: false, clients: 0, own: 0, at: AT, url: LINK },
  { template: "instance-moved", instanceName: text, subscriptionName: text, byEmail: text, byOperator: false, gatewayName: text, clients: 2, own: 2, at: AT, url: LINK },
  { template: "config-shared", nickname: text, instanceName: text, subscriptionName: text, ownerEmail: text, networks: [text, text], from: AT, until: AT, suspended: true, clientUrl: LINK, replaceUrl: LINK },
  { template: "api-key-rotated", instanceName: text, subscriptionName: text, byEmail: text, at: AT, url: LINK },
  { template: "system-asks", name: text, serial: text, version: text, publicKey: text, sourceAddress: text, instanceName: text, subscriptionName: text, expiresAt: AT, url: LINK },
  ...(["system-approved", "system-removed"] as const).map((template) => ({ template, name: text, publicKey: text, instanceName: text, subscriptionName: text, byEmail: text, byOperator: true, at: AT, url: LINK })),
  { template: "billing-ending", subscriptionName: text, state: "active", next: "past_due", days: 7, until: AT, url: LINK },
  { template: "billing-changed", subscriptionName: text, from: "active", to: "past_due", until: AT, cancelsAtEnd: false, byEmail: text, byOperator: true, at: AT, url: LINK },
  { template: "billing-changed", subscriptionName: text, from: "past_due", to: "active", until: AT, cancelsAtEnd: false, byEmail: null, byOperator: false, byCard: true, at: AT, url: LINK },
  { template: "billing-changed", subscriptionName: text, from: "active", to: "active", until: AT, cancelsAtEnd: true, byEmail: text, byOperator: false, at: AT, url: LINK },
  { template: "warranty-ending", model: text, serial: text, endsOn: "2027-03-01", url: LINK },
  { template: "warranty-offered", model: text, serial: text, fromEmail: text, expiresAt: AT, url: LINK },
  { template: "warranty-transferred", model: text, serial: text, toEmail: text, at: AT, url: LINK },
  { template: "client-prepared", nickname: text, subscriptionName: text, fromEmail: text, endsAt: AT, expiresAt: AT, enrolmentLink: "" },
  { template: "client-enrolled", nickname: text, instanceName: text, memberEmail: text, at: AT, clientUrl: LINK },
  { template: "member-invited", subscriptionName: text, role: "member", fromEmail: text, expiresAt: AT, invitationLink: "" },
  { template: "member-joined", subscriptionName: text, memberEmail: text, role: "admin", at: AT, url: LINK },
  { template: "member-removed", subscriptionName: text, memberEmail: text, byEmail: text, byOperator: true, clients: 2, at: AT, url: LINK },
  { template: "member-demoted", subscriptionName: text, memberEmail: text, byEmail: text, byOperator: false, clients: 1, at: AT, url: LINK },
  { template: "member-left", subscriptionName: text, memberEmail: text, byEmail: text, byOperator: false, clients: 0, at: AT, url: LINK },
  { template: "member-promoted", subscriptionName: text, byEmail: text, at: AT, url: LINK },
  ...(["member-suspended", "member-reactivated"] as const).map((template) => ({ template, subscriptionName: text, clients: 2, at: AT, url: LINK })),
  { template: "directory-token-made", subscriptionName: text, byEmail: text, replaced: true, at: AT, url: LINK },
  { template: "sign-in-due", subscriptionName: text, days: 1, dueAt: AT, every: 30, clients: 2, withProvider: true, url: LINK },
  { template: "sign-in-lapsed", subscriptionName: text, every: 1, clients: 1, withProvider: false, at: AT, url: LINK },
  { template: "sign-in-returned", subscriptionName: text, clients: 1, at: AT, url: LINK },
  { template: "ownership-offered", subscriptionName: text, fromEmail: text, expiresAt: AT, url: LINK },
  { template: "ownership-taken", subscriptionName: text, toEmail: text, at: AT, url: LINK },
  { template: "client-revoked", nickname: text, instanceName: text, byEmail: text, byOperator: true, at: AT, clientUrl: LINK },
  { template: "factor-added", factor: "passkey", name: text, ...notice(text) },
  { template: "factor-removed", factor: "authenticator app", name: text, last: true, ...notice(text) },
  { template: "recovery-codes-replaced", ...notice(text) },
  { template: "recovery-code-used", left: 1, ...notice(text) },
  { template: "sign-in-code", attemptId: "a", purpose: "sign_in", browser: text, sourceAddress: text, expiresAt: AT },
  ...(["already-registered", "no-account", "no-password", "deactivated"] as const).map((template) => ({ template, browser: text, sourceAddress: text, signInUrl: LINK })),
  { template: "new-browser", method: "provider", ...notice(text) },
  { template: "password-reset", ...notice(text) },
  { template: "password-set", had: true, ...notice(text) },
  { template: "identity-linked", provider: text, identity: text, ...notice(text) },
  { template: "identity-unlinked", provider: text, identity: text, ...notice(text) },
  ...(["old", "new"] as const).map((side) => ({ template: "address-changed" as const, from: text, to: text, side, ...notice(text) })),
  ...(["account-deactivated", "account-reactivated"] as const).map((template) => ({ template, byEmail: text, at: AT })),
  { template: "account-deleted", clients: 2, browser: text, sourceAddress: text, at: AT },
  { template: "server-act", act: "reset-2fa", at: AT, securityUrl: LINK },
];

const render = (content: MailContent) => renderMail(content, { challenge: () => "123456", attempt: () => "654321", invitation: () => LINK, enrolment: () => LINK, endSessions: () => "https://portal.test/end-sessions#token=t" });
const countLines = (text: string): number => text.split("\n").length;
const tags = (html: string): string[] => html.match(/<[^>]*>/g) ?? [];

const hostile = [
  "laptop\r\nBcc: eve@evil.test",
  "laptop\nBcc: eve@evil.test",
  "laptop\u2028Bcc: eve@evil.test",
  "laptop\u0085\u000b\u000cx",
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "</title><h1>",
  "&lt;b&gt;",
  "' onmouseover='x",
  "\u0000",
];

describe.each(hostile)("%j", (text) => {
  test.each(contents(text).map((content) => [content.template, content] as const))("in %s adds no header, no line and no markup", (_, content) => {
    const mail = render(content);
    const plain = render(contents("laptop").find(({ template }) => template === content.template)!);
    expect(mail.subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect(countLines(mail.text)).toBe(countLines(plain.text));
    expect(mail.text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect(tags(mail.html)).toEqual(tags(plain.html));
  });
});

test("any text at all adds no header, no line and no markup", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      for (const content of contents(text)) {
        const mail = render(content);
        const plain = render(contents("laptop").find(({ template }) => template === content.template)!);
        expect(mail.subject).not.toMatch(/[\r\n]/);
        expect(countLines(mail.text)).toBe(countLines(plain.text));
        expect(tags(mail.html).length).toBe(tags(plain.html).length);
      }
    }),
    { numRuns: 50 },
  );
});

test("a code's mail says what is approved, from where, until when, and carries the code in subject, text and page", () => {
  const mail = render({
    template: "step-up-code",
    challengeId: "c",
    digits: 6,
    act: "add the client “laptop” to Atlas",
    details: [{ label: "Client", value: "laptop" }, { label: "Instance", value: "Atlas (Acme)" }],
    browser: "Firefox on Linux",
    sourceAddress: "192.0.2.10",
    expiresAt: AT,
  });
  expect(mail.subject).toBe("123456 is your code to add the client “laptop” to Atlas");
  for (const part of ["123456", "Client: laptop", "Instance: Atlas (Acme)", "Firefox on Linux, address 192.0.2.10", "2027-03-01 12:00 UTC"]) expect(mail.text).toContain(part);
  expect(mail.html).toContain("123456");
  // Mail scanners open links: a code is typed.
  expect(mail.text + mail.html).not.toMatch(/https?:|href/);
});
