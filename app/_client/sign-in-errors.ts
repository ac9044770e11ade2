/** What next-auth's `?error=` codes, and ours, mean to the person who sees them. */
interface Explained {
  title: string;
  text: string;
  /** info: nothing went wrong. */
  tone: "info" | "bad";
}

const bad = (title: string, text: string): Explained => ({ title, text, tone: "bad" });
const info = (title: string, text: string): Explained => ({ title, text, tone: "info" });

const TEXTS: Record<string, Explained> = {
  AccessDenied: bad("Sign-in was refused", "Your identity provider, or this portal, didn't let you in. If you cancelled, just try again."),
  Deactivated: bad("This account is deactivated", "Ask the person who manages your subscription, or the portal's operator, to turn it back on."),
  AddressTaken: bad(
    "That address belongs to another account",
    "An account with your email address already exists and signs in another way. Use the way you used before; once you are in, you can add this one on the security page.",
  ),
  IdentityTaken: bad("That account signs in somebody else", "It belongs to another account of this portal already. Sign in with it to use that one."),
  LinkExpired: bad("Adding it took too long", "The way to sign in wasn't added. Sign in the way you did before, and add it again on the security page."),
  TicketInvalid: bad("Signing in took too long", "Please start again."),
  SessionExpired: info("Your session ended", "You were signed out, or it has been a while. Sign in again to go on where you were."),
  SessionRequired: info("Sign in first", "That page is for people who are signed in. You'll be taken there right after."),
  OAuthSignin: bad("The identity provider can't be reached", "Sign-in couldn't be started. Wait a moment and try again, or sign in another way; if it goes on, tell the operator."),
  OAuthCallback: bad("Sign-in wasn't completed", "The answer of the identity provider couldn't be used; the attempt may have taken too long. Please start again."),
  OAuthCreateAccount: bad("Your account couldn't be made", "Signing in worked, but the portal couldn't make your account. Try again; if it goes on, tell the operator."),
  OAuthAccountNotLinked: bad("That address belongs to another account", "Sign in the way you did the first time."),
  CredentialsSignin: bad("Sign-in wasn't completed", "Please start again."),
  Callback: bad("Sign-in wasn't completed", "Something went wrong on the way back from the identity provider. Please start again."),
  Configuration: bad("Sign-in isn't set up right", "The portal's settings for the identity provider don't work. Only the operator can fix this."),
};

const UNKNOWN = bad("Sign-in didn't work", "Please try again. If it goes on, tell the operator what you were doing.");

/** @returns null when there is no error to speak of */
export function signInError(code: string | null | undefined): Explained | null {
  if (!code) return null;
  return Object.hasOwn(TEXTS, code) ? (TEXTS[code] ?? UNKNOWN) : UNKNOWN;
}
