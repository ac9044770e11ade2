"use client";

import { useEffect, useEffectEvent, useReducer } from "react";
import { Link2Off, MailOpen } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { toApiError } from "@/app/_client/api-error";
import { forgetLink, openLink } from "@/app/_client/kept-link";
import { memberApi } from "@/app/_client/member-api";
import { LinkForAnother, LinkHome, LinkIncomplete, LinkOpening, LinkPanel } from "@/app/_components/link-panel";
import { Button, buttonClass } from "@/lib/ui/button";
import { Notice } from "@/lib/ui/notice";
import { DateTime } from "@/lib/ui/relative-time";
import type { InvitationOfferView } from "@/lib/usecases/members-view";

type State =
  | { phase: "opening" }
  | { phase: "incomplete" }
  | { phase: "signed-out" }
  | { phase: "over"; message: string }
  | { phase: "failed"; message: string }
  | { phase: "ready"; token: string; offer: InvitationOfferView; joining: boolean; problem: string | null };

/** Says what it is about, and waits for the button: that the page was opened, by a person or a mail filter, accepts nothing. */
export function Invitation({ signedIn, passwordLogin }: { signedIn: string | null; passwordLogin: boolean }) {
  const [state, setState] = useReducer((_: State, next: State) => next, { phase: "opening" });
  const router = useRouter();

  const read = useEffectEvent(async () => {
    const token = openLink("invitation", location.hash, sessionStorage);
    // Out of the address bar and the history: whoever looks there later finds nothing to use.
    if (location.hash !== "") history.replaceState(history.state, "", location.pathname);
    if (token === null) return setState({ phase: "incomplete" });
    if (signedIn === null) return setState({ phase: "signed-out" });
    try {
      setState({ phase: "ready", token, offer: await memberApi.look(token), joining: false, problem: null });
    } catch (problem) {
      const { code, message } = toApiError(problem);
      if (code === "link_invalid") forgetLink("invitation", sessionStorage);
      setState({ phase: code === "link_invalid" ? "over" : "failed", message });
    }
  });

  useEffect(() => {
    void read();
    const again = () => void read();
    window.addEventListener("hashchange", again);
    return () => window.removeEventListener("hashchange", again);
  }, []);

  async function accept(token: string, offer: InvitationOfferView) {
    setState({ phase: "ready", token, offer, joining: true, problem: null });
    try {
      const { subscriptionId } = await memberApi.accept(token);
      forgetLink("invitation", sessionStorage);
      router.push(`/subscriptions/${subscriptionId}`);
    } catch (problem) {
      const { code, message } = toApiError(problem);
      if (code === "link_invalid") {
        forgetLink("invitation", sessionStorage);
        setState({ phase: "over", message });
      } else setState({ phase: "ready", token, offer, joining: false, problem: message });
    }
  }

  switch (state.phase) {
    case "opening":
      return <LinkOpening label="Reading the invitation" />;
    case "incomplete":
      return <LinkIncomplete />;
    case "signed-out":
      return (
        <LinkPanel icon={MailOpen} title="You are invited">
          <p>Sign in with the address that the mail was sent to, or make an account with it. Then you see what the invitation is about, and accept it or not.</p>
          <div className="mt-3 flex flex-wrap gap-2">
            <Link href="/signin?callbackUrl=%2Finvitation" className={buttonClass("primary")}>
              Sign in
            </Link>
            {passwordLogin && (
              <Link href="/register?callbackUrl=%2Finvitation" className={buttonClass("secondary")}>
                Make an account
              </Link>
            )}
          </div>
        </LinkPanel>
      );
    case "over":
      return (
        <LinkPanel icon={Link2Off} title="This invitation no longer stands" focus>
          <p>{state.message}</p>
          <LinkHome />
        </LinkPanel>
      );
    case "failed":
      return (
        <LinkPanel icon={Link2Off} title="The invitation couldn’t be read" focus>
          <p>{state.message}</p>
          <Button className="mt-3 justify-self-start" onClick={() => void read()}>
            Try again
          </Button>
        </LinkPanel>
      );
    case "ready": {
      const { token, offer, joining, problem } = state;
      const { subscriptionName, invitedByEmail, role, sentTo, forYou, expiresAt } = offer;
      if (!forYou) return <LinkForAnother title="This invitation is for another address" sentTo={sentTo} signedIn={signedIn} />;
      return (
        <LinkPanel icon={MailOpen} title={`Join ${subscriptionName}?`} focus>
          <p>
            <strong className="font-medium wrap-anywhere text-ink">{invitedByEmail}</strong> invites you to {subscriptionName} as {role === "admin" ? "an admin: you add clients for your machines, prepare some for colleagues, see and revoke everybody’s, and invite members" : "a member: you add clients for your machines"}.
          </p>
          {problem && (
            <Notice tone="bad" role="alert">
              {problem}
            </Notice>
          )}
          <Button tone="primary" size="lg" pending={joining} className="mt-2 w-full" onClick={() => void accept(token, offer)}>
            Join
          </Button>
          <p className="text-sm text-faint">
            Good until <DateTime iso={expiresAt} />. If you don’t know what this is about, close the page: nothing happens by itself.
          </p>
        </LinkPanel>
      );
    }
  }
}
