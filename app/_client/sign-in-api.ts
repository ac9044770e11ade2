/** The browser's side of signing in, where no session is yet: what the portal goes on with is bound to this browser by a cookie. */
import type { PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/browser";
import type { NextStep } from "@/lib/usecases/sign-in/steps";
import { send } from "./api";
import type { Purpose } from "./sign-in-flow";

const at = (path: string): string => `/api/v1/sign-in/${path}`;
const PREFIX: Record<Purpose, string> = { sign_in: "", register: "register/", reset: "reset/" };

export const signInApi = {
  withPassword: (email: string, password: string) => send<NextStep>("POST", at("password"), { body: { email, password } }),
  /** Mails a code, or why there is none. */
  begin: (purpose: "register" | "reset", email: string) => send<NextStep>("POST", at(purpose), { body: { email } }),
  code: (purpose: Purpose, code: string) => send<NextStep>("POST", at(`${PREFIX[purpose]}code`), { body: { code } }),
  factor: (factor: "totp" | "recovery", code: string) => send<NextStep>("POST", at(factor), { body: { code } }),
  resend: () => send<NextStep>("POST", at("resend"), { body: {} }),
  register: (password: string, name: string) => send<NextStep>("POST", at("register/password"), { body: { password, name } }),
  reset: (password: string) => send<NextStep>("POST", at("reset/password"), { body: { password } }),
  /** @param secondFactor after the password; otherwise by itself, for anybody's */
  passkeyOptions: (secondFactor: boolean) => send<PublicKeyCredentialRequestOptionsJSON>("POST", at("passkey/options"), { body: { secondFactor } }),
  passkey: (response: unknown, secondFactor: boolean) => send<NextStep>("POST", at("passkey"), { body: { response, secondFactor } }),
  /** Ends every session of the account whose owner was mailed the token. */
  endSessions: (token: string) => send<void>("POST", "/api/v1/account/end-sessions", { body: { token } }),
};
