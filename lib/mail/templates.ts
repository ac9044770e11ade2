/** What the portal's mails say. Plain text first; the HTML says the same. Every value from outside is escaped, and none reaches a header but the subject. */
import type { CodeDigits } from "@/lib/core/step-up-code";
import { accountMail } from "./account-mails";
import { billingMail } from "./billing-mails";
import { clientMail } from "./client-mails";
import { enrolmentMail } from "./enrolment-mails";
import { factorNotice } from "./factor-notices";
import { gatewayMail } from "./gateway-mails";
import { instanceMail } from "./instance-mails";
import { memberMail } from "./member-mails";
import type { MailContent } from "./messages";
import { when, type Parts } from "./parts";
import { sharedConfigMail } from "./shared-config-mail";
import { signInMail } from "./sign-in-mails";
import { signInNotice } from "./sign-in-notices";
import { systemMail } from "./system-mails";
import { warrantyMail } from "./warranty-mails";

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

const HTML: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => HTML[character] ?? character);
/** One line of visible text: what a header, or a line of plain text, can hold. */
const line = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");

/** Makes what mails carry and nothing stores, here and now: the digits of codes, and the address of a link that acts. */
export interface Codes {
  challenge: (challengeId: string, digits: CodeDigits) => string;
  attempt: (attemptId: string, purpose: "sign_in" | "register" | "reset") => string;
  /** The page that ends all sessions, with what it takes. */
  endSessions: (linkId: string) => string;
  /** The page that an invitation is accepted on, with what it takes. */
  invitation: (linkId: string) => string;
  /** The page that a prepared client is added on, with what it takes. */
  enrolment: (linkId: string) => string;
}

export function renderMail(content: MailContent, codes: Codes): RenderedMail {
  return layOut(partsOf(content, codes));
}

function partsOf(content: MailContent, codes: Codes): Parts {
  switch (content.template) {
    case "step-up-code": {
      const digits = codes.challenge(content.challengeId, content.digits);
      return {
        subject: `${digits} is your code to ${content.act}`,
        lead: `Type this code to ${content.act}.`,
        code: digits,
        details: [...content.details, { label: "Asked for from", value: `${content.browser}, address ${content.sourceAddress}` }, { label: "Good until", value: when(content.expiresAt) }],
        closing: "If you didn't ask for this, don't share the code: someone may be signed in as you. Nothing happens without it.",
      };
    }
    case "client-prepared":
    case "client-enrolled":
      return enrolmentMail(content, codes.enrolment);
    case "client-issued":
    case "client-revoked":
    case "client-suspended":
    case "client-resumed":
    case "client-extended":
    case "client-rekeyed":
    case "client-ending":
    case "client-expired":
      return clientMail(content);
    case "config-shared":
      return sharedConfigMail(content);
    case "cut-overdue":
    case "cut-confirmed-late":
    case "gateway-overdue":
    case "gateway-old-credential":
      return gatewayMail(content);
    case "instance-taken-down":
    case "instance-moved":
      return instanceMail(content);
    case "api-key-rotated":
    case "system-asks":
    case "system-approved":
    case "system-removed":
      return systemMail(content);
    case "billing-ending":
    case "billing-changed":
      return billingMail(content);
    case "warranty-ending":
    case "warranty-offered":
    case "warranty-transferred":
      return warrantyMail(content);
    case "member-invited":
    case "member-joined":
    case "member-removed":
    case "member-demoted":
    case "member-left":
    case "member-promoted":
    case "member-suspended":
    case "member-reactivated":
    case "directory-token-made":
    case "sign-in-due":
    case "sign-in-lapsed":
    case "sign-in-returned":
    case "ownership-offered":
    case "ownership-taken":
      return memberMail(content, codes.invitation);
    case "sign-in-code":
    case "already-registered":
    case "no-account":
    case "no-password":
    case "deactivated":
      return signInMail(content, codes.attempt);
    case "new-browser":
    case "password-reset":
    case "password-set":
    case "identity-linked":
    case "identity-unlinked":
    case "address-changed":
      return signInNotice(content, codes.endSessions);
    case "factor-added":
    case "factor-removed":
    case "recovery-codes-replaced":
    case "recovery-code-used":
      return factorNotice(content, codes.endSessions);
    case "account-deactivated":
    case "account-reactivated":
    case "account-deleted":
    case "server-act":
      return accountMail(content);
  }
}

function layOut({ subject, lead, code, details, closing, links = [] }: Parts): RenderedMail {
  const text = [
    line(lead),
    ...(code ? [`    ${code}`] : []),
    details.map(({ label, value }) => `${label}: ${line(value)}`).join("\n"),
    ...links.map((link) => `${link.label}: ${link.url}`),
    line(closing),
    "-- \nPortcullis",
  ].join("\n\n");
  const rows = details
    .map(({ label, value }) => `<tr><td style="padding:4px 16px 4px 0;color:#64748b;vertical-align:top">${escapeHtml(label)}</td><td style="padding:4px 0">${escapeHtml(line(value))}</td></tr>`)
    .join("");
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(line(subject))}</title></head>
<body style="margin:0;background:#f1f5f9;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#0f172a">
<div style="max-width:520px;margin:0 auto;padding:32px 20px"><div style="background:#fff;border-radius:12px;padding:28px 28px 20px">
<p style="margin:0 0 16px">${escapeHtml(line(lead))}</p>
${code ? `<p style="margin:0 0 20px;font:700 34px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:6px">${code}</p>` : ""}
<table style="border-collapse:collapse;font-size:14px;margin:0 0 20px">${rows}</table>
${links.map((link) => `<p style="margin:0 0 20px"><a href="${escapeHtml(link.url)}" style="color:#1c4b91">${escapeHtml(link.label)}</a></p>`).join("")}
<p style="margin:0;color:#475569;font-size:14px">${escapeHtml(line(closing))}</p></div>
<p style="text-align:center;color:#64748b;font-size:12px">Portcullis</p></div></body></html>`;
  return { subject: line(subject), text, html };
}
