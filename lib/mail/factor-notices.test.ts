import { describe, expect, test } from "vitest";
import type { FactorNotice, MailContent } from "./messages";
import { renderMail } from "./templates";

const about = (notice: FactorNotice): MailContent => ({
  ...notice,
  browser: "Firefox on Linux",
  sourceAddress: "192.0.2.10",
  at: "2027-03-01T12:00:00.000Z",
  securityUrl: "https://portal.test/security",
  endSessionsLink: "7",
});
const render = (notice: FactorNotice) => renderMail(about(notice), { challenge: () => "", attempt: () => "", invitation: () => "", enrolment: () => "", endSessions: (id) => `https://portal.test/end-sessions#token=${id}` });

const NOTICES: FactorNotice[] = [
  { template: "factor-added", factor: "passkey", name: "Laptop" },
  { template: "factor-removed", factor: "authenticator app", name: "Phone", last: false },
  { template: "factor-removed", factor: "authenticator app", name: "Phone", last: true },
  { template: "recovery-codes-replaced" },
  { template: "recovery-code-used", left: 1 },
];

describe("a mail about a second factor", () => {
  test.each(NOTICES)("says from where, when, what to do if it wasn't its owner, and where: $template", (notice) => {
    const { subject, text, html } = render(notice);
    for (const part of ["2027-03-01 12:00 UTC", "Firefox on Linux, address 192.0.2.10", "If this wasn't you", "https://portal.test/security", "It wasn't me: end all sessions: https://portal.test/end-sessions#token=7"]) expect(text).toContain(part);
    expect(html).toContain('href="https://portal.test/security"');
    expect(subject).not.toMatch(/[\r\n]/);
  });

  test("says plainly when no second factor is left, and how many recovery codes are", () => {
    expect(render({ template: "factor-removed", factor: "passkey", name: "Laptop", last: true }).text).toContain("your last second factor");
    expect(render({ template: "recovery-code-used", left: 1 }).text).toContain("1 is left");
    expect(render({ template: "recovery-code-used", left: 0 }).text).toContain("None is left: make new ones");
  });

  test("T9: shows a name as text, whatever it holds", () => {
    const { subject, html } = render({ template: "factor-added", factor: "passkey", name: '<img src=x onerror="a">\r\nBcc: eve@evil.test' });
    expect(html).not.toContain("<img");
    expect(subject).not.toMatch(/[\r\n]/);
  });
});
