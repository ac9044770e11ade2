/** The provider's page on which one chooses who to sign in as. */
import type { ServerResponse } from "node:http";
import { type Account, type Assurance, ASSURANCES, DEMO_PASSWORD } from "@/scripts/demo/accounts";
import { escapeHtml, sendPage } from "@/scripts/demo/page";

export interface SignInPage {
  accounts: Account[];
  formTargets: string[];
  problem?: string;
}

export function sendSignInPage(response: ServerResponse, { accounts, formTargets, problem }: SignInPage): void {
  sendPage(response, {
    title: "Sign in · Demo provider",
    status: problem ? 401 : 200,
    formTargets,
    style: STYLE,
    body: `<main class="card narrow">
<header><h1>Who are you today?</h1><p class="quiet small">This is the demo's own OpenID provider. In production, your company's takes its place.</p></header>
<form method="post">${accounts.map(accountButton).join("")}</form>
<p class="rule quiet small"><span>or with a password</span></p>
<form method="post">
<label>User name <input type="email" name="username" autocomplete="username" placeholder="subscriber@portcullis.test" required></label>
<label>Password <input type="password" name="password" autocomplete="current-password" required></label>
${problem ? `<p class="bad small" role="alert">${escapeHtml(problem)}</p>` : ""}
<button>Sign in</button>
<p class="quiet small">The password of every demo account is <code>${DEMO_PASSWORD}</code>.</p>
</form>
<details><summary class="small">Be somebody new</summary>
<form method="post">
<label>Address <input type="email" name="new-email" placeholder="ada@example.test" required></label>
<label>Name <input type="text" name="new-name" placeholder="Ada" maxlength="80"></label>
<label class="tick"><input type="checkbox" name="new-verified" value="yes" checked> The provider vouches for the address</label>
<label>The provider says they signed in <select name="new-assurance">${ASSURANCES.map((assurance) => `<option value="${assurance}">${ASSURANCE_WORDS[assurance]}</option>`).join("")}</select></label>
<button>Sign in as this person</button>
</form></details>
</main>`,
  });
}

const ASSURANCE_WORDS: Record<Assurance, string> = { password: "with a password", "two-factor": "with two factors", unsaid: "somehow: it tells nothing" };

function accountButton(account: Account): string {
  const initials = account.name.split(" ").map((word) => word[0] ?? "").join("").slice(0, 2);
  return `<button class="account" name="subject" value="${escapeHtml(account.subject)}"><span class="initials" aria-hidden="true">${escapeHtml(initials)}</span><span><span><strong>${escapeHtml(account.name)}</strong> <span class="quiet small">${escapeHtml(account.note)}</span></span><span class="quiet small">${escapeHtml(account.email)}</span></span></button>`;
}

const STYLE = `
.account { display: flex; gap: .8rem; align-items: center; text-align: left; font-weight: 400; color: var(--ink); background: none; border: 1px solid var(--line); padding: .6rem .75rem; }
.account:hover { border-color: var(--accent); filter: none; }
.account > span:last-child { display: grid; line-height: 1.35; min-width: 0; overflow-wrap: anywhere; }
.account strong { font-weight: 600; }
.initials { flex: none; display: grid; place-items: center; width: 2.25rem; height: 2.25rem; border-radius: 50%; background: color-mix(in srgb, var(--accent) 18%, transparent); color: var(--accent); font-weight: 600; font-size: 13px; }
.rule { display: flex; align-items: center; gap: .75rem; }
.rule::before, .rule::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
code { font-size: .95em; color: var(--ink); }
summary { cursor: pointer; color: var(--accent); }
select { width: 100%; font: inherit; color: var(--ink); background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: .55rem .7rem; }
details[open] form { margin-top: .75rem; }
.tick { display: flex; align-items: center; gap: .5rem; }
`;
