/** Payment by card at Stripe: its two secrets, each in a variable of its own or in a file. Set halfway, what is missing is named. */
import { readFileSync } from "node:fs";
import type { StripeSettings } from "@/lib/payments/stripe";

type Environment = Record<string, string | undefined>;

const KEY = "PORTAL_STRIPE_SECRET_KEY";
const WEBHOOK = "PORTAL_STRIPE_WEBHOOK_SECRET";
const API = "PORTAL_STRIPE_API_URL";
const SECRETS = {
  [KEY]: { form: /^(sk|rk)_(test|live)_[A-Za-z0-9]{8,}$/, shape: "a secret or restricted key, like sk_live_… or rk_live_…", from: "Developers → API keys in Stripe's dashboard" },
  [WEBHOOK]: { form: /^whsec_[A-Za-z0-9+/=_-]{16,}$/, shape: "a signing secret, like whsec_…", from: "the webhook endpoint in Stripe's dashboard" },
} as const;

/** @returns null when nothing of it is set, and one line a problem */
export function readStripeSettings(environment: Environment): { stripe: StripeSettings | null; problems: string[] } {
  const names = [KEY, `${KEY}_FILE`, WEBHOOK, `${WEBHOOK}_FILE`, API];
  if (names.every((name) => !environment[name])) return { stripe: null, problems: [] };
  const problems: string[] = [];
  const secretKey = secret(environment, KEY, problems);
  const webhookSecret = secret(environment, WEBHOOK, problems);
  const apiUrl = address(environment[API] || "https://api.stripe.com", problems);
  return { stripe: secretKey !== null && webhookSecret !== null && apiUrl !== null ? { secretKey, webhookSecret, apiUrl } : null, problems };
}

function secret(environment: Environment, name: keyof typeof SECRETS, problems: string[]): string | null {
  const { form, shape, from } = SECRETS[name];
  const [text, file] = [environment[name], environment[`${name}_FILE`]];
  const wrong = (problem: string): null => {
    problems.push(problem);
    return null;
  };
  if (text && file) return wrong(`${name} and ${name}_FILE are both set. Leave one of them out.`);
  if (!text && !file) return wrong(`${name} is missing. Set it, or ${name}_FILE, to what ${from} says; or leave all of PORTAL_STRIPE_… out.`);
  const found = text ?? contentsOf(file ?? "");
  if (found === null) return wrong(`${name}_FILE can't be read. Set it to a file that the portal may read, with the secret and nothing else in it.`);
  // The value itself is in no message: it may be the right one, and misspelt.
  return form.test(found.trim()) ? found.trim() : wrong(`${text ? name : `${name}_FILE`} doesn't hold ${shape}. Take it from ${from}.`);
}

function contentsOf(file: string): string | null {
  try {
    return readFileSync(/*turbopackIgnore: true*/ file, "utf8");
  } catch {
    return null;
  }
}

function address(text: string, problems: string[]): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  // The key goes there with every request.
  if (url && url.pathname === "/" && (url.protocol === "https:" || (url.protocol === "http:" && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)))) return url;
  problems.push(`${API} is not an https address without a path. Leave it out: it is for tests.`);
  return null;
}
