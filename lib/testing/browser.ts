/** A browser on the portal's sign-in: its address, and the cookies that it keeps. */
import { attemptCode, type SignInRequest } from "@/lib/auth/attempts";
import type { OpenedSession } from "@/lib/auth/open-session";
import { redeemTicket } from "@/lib/auth/tickets";
import { showCode } from "@/lib/usecases/sign-in/code-step";
import { signInWithPassword } from "@/lib/usecases/sign-in/password-step";
import { finishRegistration, startRegistration } from "@/lib/usecases/sign-in/register";
import { startReset } from "@/lib/usecases/sign-in/reset";
import type { NextStep, Started } from "@/lib/usecases/sign-in/steps";
import type { Kit } from "./kit";

export class TestBrowser {
  browserToken: string | null = null;
  attemptToken: string | null = null;
  passkeyToken: string | null = null;

  constructor(
    readonly kit: Kit,
    readonly address = "192.0.2.10",
  ) {}

  get request(): SignInRequest {
    const { browserToken, attemptToken, passkeyToken } = this;
    return { source: { address: this.address, browser: "Firefox on Linux", userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" }, browserToken, attemptToken, passkeyToken };
  }

  /** Keeps the attempt's cookie. */
  async start(started: Promise<Started>): Promise<NextStep> {
    const { step, attemptToken } = await started;
    this.attemptToken = attemptToken;
    return step;
  }

  password = (email: string, password: string): Promise<NextStep> => this.start(signInWithPassword(this.kit.ports, this.request, { email, password }));
  register = (email: string): Promise<NextStep> => this.start(startRegistration(this.kit.ports, this.request, { email }));
  reset = (email: string): Promise<NextStep> => this.start(startReset(this.kit.ports, this.request, { email }));
  code = (purpose: "sign_in" | "register" | "reset", code: string): Promise<NextStep> => showCode(this.kit.ports, this.request, purpose, { code });

  /** The code that the latest mail to this address carries; null when that mail carries none. */
  async mailedCode(email: string): Promise<string | null> {
    const [mail] = await this.kit.sql<{ template: string; payload: { attemptId: string; purpose: "sign_in" | "register" | "reset" } }>(
      "SELECT template, payload FROM outbox_mails WHERE recipient = $1 ORDER BY ctid DESC LIMIT 1",
      [email],
    );
    return mail?.template === "sign-in-code" ? attemptCode(this.kit.ports, mail.payload.attemptId, mail.payload.purpose) : null;
  }

  async mailedCodeOrFail(email: string): Promise<string> {
    const code = await this.mailedCode(email);
    if (code === null) throw new Error(`The latest mail to ${email} carries no code.`);
    return code;
  }

  /** Hands a ticket in, and keeps the browser's cookie. */
  async redeem(step: NextStep): Promise<OpenedSession> {
    if (!("ticket" in step)) throw new Error(`There is no ticket yet: ${JSON.stringify(step)}`);
    const opened = await redeemTicket(this.kit.ports, step.ticket, this.request);
    this.browserToken = opened.newBrowserToken ?? this.browserToken;
    return opened;
  }

  /** A new account with a password; signed in to. */
  async makeAccount(email: string, password: string): Promise<OpenedSession> {
    await this.register(email);
    await this.code("register", await this.mailedCodeOrFail(email));
    return this.redeem(await finishRegistration(this.kit.ports, this.request, { password, name: "" }));
  }

  /** Signs in to an account without a second factor. */
  async signIn(email: string, password: string): Promise<OpenedSession> {
    await this.password(email, password);
    return this.redeem(await this.code("sign_in", await this.mailedCodeOrFail(email)));
  }
}

/** Not the code, and of its length. */
export const wrongCode = (right: string): string => `${right.slice(0, -1)}${(Number(right.at(-1)) + 1) % 10}`;
