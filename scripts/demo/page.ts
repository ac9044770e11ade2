/** The look that the demo's own small pages share: the provider's sign-in, the inbox, the instance. */
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export interface Page {
  title: string;
  /** HTML; whatever comes from outside is escaped by who makes it. */
  body: string;
  /** Styles beyond the shared ones. */
  style?: string;
  script?: string;
  /** Where forms may lead to besides this server: a form's answer may redirect there. */
  formTargets?: string[];
  status?: number;
}

export function sendPage(response: ServerResponse, { title, body, style = "", script, formTargets = [], status = 200 }: Page): void {
  const nonce = randomBytes(16).toString("base64");
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": [
      "default-src 'none'", `style-src 'nonce-${nonce}'`, `script-src 'nonce-${nonce}'`, "connect-src 'self'", "img-src data:", "frame-src 'self'",
      `form-action ${["'self'", ...formTargets].join(" ")}`, "base-uri 'none'", "frame-ancestors 'none'",
    ].join("; "),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  response.end(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${SHARED_STYLE}${style}</style>
</head>
<body>
${body}
${script ? `<script nonce="${nonce}">${script}</script>` : ""}
</body>
</html>
`);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", "x-content-type-options": "nosniff" });
  response.end(JSON.stringify(value));
}

const SHARED_STYLE = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #17202b; --quiet: #5b6776; --line: #dfe4ea; --accent: #0f6e62; --on-accent: #fff; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #10151b; --card: #182029; --ink: #e8edf2; --quiet: #9aa7b5; --line: #2b3742; --accent: #5cc9b6; --on-accent: #06231f; --bad: #ff9d94; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.25rem; line-height: 1.3; margin: 0; }
p { margin: 0; }
a { color: var(--accent); }
.quiet { color: var(--quiet); }
.small { font-size: 13px; }
.bad { color: var(--bad); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.narrow { max-width: 25rem; margin: 10vh auto; padding: 1.75rem; display: grid; gap: 1.25rem; }
form { display: grid; gap: .75rem; margin: 0; }
label { display: grid; gap: .25rem; font-size: 13px; color: var(--quiet); }
input[type=text], input[type=email], input[type=password] { font: inherit; color: var(--ink); background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: .55rem .7rem; width: 100%; }
button { font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: 8px; padding: .6rem .9rem; cursor: pointer; }
button:hover { filter: brightness(1.07); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;
